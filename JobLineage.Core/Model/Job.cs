namespace JobLineage.Core.Model;

/// <summary>One row of a source, in canonical form. Times are in UTC.</summary>
public sealed record Job
{
    /// <summary>The name of the source the job was read from.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// The job's id as text: digits for bigint, lower case for uuid, as is for text. As kept in the store it is the key by which
    /// the job is addressed (<see cref="JobKeys"/>): the id itself but for an earlier job of an id that came back, and for ids that are too long.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The id as the source has, or had, it.</summary>
    public string NativeId { get => field ?? JobKeys.Newest(Id); init; }

    /// <summary>The id by which the source is asked for the job's row: that of an earlier job is another job's there.</summary>
    public string RowId => IsEarlier ? Id : NativeId;

    /// <summary>Whether its id is another job's now: it was inserted at another time.</summary>
    public bool IsEarlier => JobKeys.TryRead(Id, out _, out _);

    /// <summary>The state; see <see cref="IsMissing"/> for the one case in which it means nothing.</summary>
    public JobState State { get; init; }

    /// <summary>The full worker name, as the queue has it; empty when unknown.</summary>
    public string Worker { get; init; } = "";

    /// <summary>The queue's name; empty where the source has none.</summary>
    public string Queue { get; init; } = "";

    /// <summary>The step within a run that shares a run key (research_jobs: albums, songs, …); null elsewhere.</summary>
    public string? Step { get; init; }

    /// <summary>The id this job names as its parent, whether or not such a job exists; null without one.</summary>
    public string? ParentId { get; init; }

    /// <summary>Parents beside <see cref="ParentId"/>, where the queue knows of several: they are links, and say nothing of the run.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>The key that all jobs of a run share, where the source works that way; null elsewhere.</summary>
    public string? RunKey { get; init; }

    /// <summary>Attempts begun so far, as the queue counts them (research_jobs may count down again).</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts allowed.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>The queue's priority number; its direction is the queue's own.</summary>
    public int Priority { get; init; }

    /// <summary>When the row was inserted; null where the source does not say.</summary>
    public DateTimeOffset? InsertedAt { get; init; }

    /// <summary>When the job may run, or was last due.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When the last attempt began.</summary>
    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>When the job came to rest; null while it has not.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The node or worker process of the last attempt; null before the first.</summary>
    public string? AttemptedBy { get; init; }

    /// <summary>The arguments as JSON text, redacted and cut to the size limit; null when not read.</summary>
    public string? Args { get; init; }

    /// <summary>The meta data as JSON text, redacted and cut to the size limit; null when not read or absent.</summary>
    public string? Meta { get; init; }

    /// <summary>Whether <see cref="Args"/> or <see cref="Meta"/> is cut: the whole is in the source while it has the row.</summary>
    public bool IsCut { get; init; }

    /// <summary>The last errors, oldest first. Their number says nothing about attempts.</summary>
    public IReadOnlyList<JobError> Errors { get; init; } = [];

    /// <summary>How many children the job announces that it will have; null when it does not say.</summary>
    public int? ExpectedChildren { get; init; }

    /// <summary>
    /// True for a parent that children name but that was never seen: it was pruned before, or never existed. Only
    /// <see cref="Id"/> means anything then.
    /// </summary>
    public bool IsMissing { get; init; }

    /// <summary>
    /// True, with <see cref="IsMissing"/>, where the row is there and was read before, and now can't be or is in a state that nobody knows.
    /// </summary>
    public bool IsBlind { get; init; }

    /// <summary>True when the source no longer has the row: what is shown is what was last seen.</summary>
    public bool IsGone { get; init; }

    /// <summary>True when the row left the source before it was seen to finish: it is no longer counted.</summary>
    public bool IsVanished { get; init; }

    /// <summary>True when <see cref="ParentId"/> would have closed a circle and is therefore not followed.</summary>
    public bool IsCycleCut { get; init; }
}

/// <summary>One failed attempt.</summary>
/// <param name="Attempt">The attempt's number as the queue wrote it; 0 when it did not.</param>
/// <param name="At">When it failed, in UTC; null when the queue did not say.</param>
/// <param name="Message">The message, with its stack trace after the first line, cut to the size limit.</param>
public sealed record JobError(int Attempt, DateTimeOffset? At, string Message)
{
    /// <summary>The first line of the message: what is shown in lists.</summary>
    public string FirstLine => Message.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? Message[..end] : Message;
}
