using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// What a diagnosis wants to know beyond the picture of the run: what else happens in its queues, which jobs are meant,
/// and what is usual. Whatever is absent is not known, and is then not claimed.
/// </summary>
public sealed record RunFacts
{
    /// <summary>Nothing beyond the picture itself, as when a source is asked directly.</summary>
    public static readonly RunFacts None = new();

    /// <summary>Whether the whole table was read once: before that nothing can be said to be missing or to stand still.</summary>
    public bool IsSourceRead { get; init; } = true;

    /// <summary>By stage path.</summary>
    public IReadOnlyDictionary<string, StageFacts> Stages { get; init; } = new Dictionary<string, StageFacts>();

    /// <summary>Other runs of the same pipeline, in no particular order.</summary>
    public IReadOnlyList<PastRun> Past { get; init; } = [];

    internal StageFacts Of(string path) => Stages.GetValueOrDefault(path, StageFacts.None);
}

/// <summary>What is known of a stage beyond its counts. Samples are small; the counts say how many there are.</summary>
public sealed record StageFacts
{
    internal static readonly StageFacts None = new();

    /// <summary>The queue of the job that has been ready longest, with all that goes on in it; null when unknown.</summary>
    public QueueFacts? ReadyQueue { get; init; }

    /// <summary>The same for the scheduled or retryable job that is due first.</summary>
    public QueueFacts? DueQueue { get; init; }

    /// <summary>Ready jobs, due longest first.</summary>
    public IReadOnlyList<string> Ready { get; init; } = [];

    /// <summary>Scheduled and retryable jobs, due first first.</summary>
    public IReadOnlyList<string> Due { get; init; } = [];

    /// <summary>Attempts under way, longest first; at most <see cref="AttemptsLimit"/>.</summary>
    public IReadOnlyList<Attempt> Executing { get; init; } = [];

    /// <summary>Final failures, first in time first.</summary>
    public IReadOnlyList<JobAt> Failed { get; init; } = [];

    /// <summary>The errors of final failures by fingerprint, most frequent first.</summary>
    public IReadOnlyList<ErrorShare> Errors { get; init; } = [];

    /// <summary>How many fingerprints final failures have in all.</summary>
    public long ErrorKinds { get; init; }

    /// <summary>Completed jobs without children; only where others of the stage have some.</summary>
    public IReadOnlyList<string> Childless { get; init; } = [];

    /// <summary>Children that completed jobs of this stage announced.</summary>
    public long Expected { get; init; }

    /// <summary>How many of <see cref="Expected"/> are missing.</summary>
    public long Short { get; init; }

    /// <summary>How many completed jobs have fewer children than they announced.</summary>
    public long ShortParents { get; init; }

    /// <summary>Children that jobs which failed or were cancelled announced, and did not get.</summary>
    public long Lost { get; init; }

    /// <summary>Completed jobs with fewer children than they announced.</summary>
    public IReadOnlyList<string> ShortJobs { get; init; } = [];

    /// <summary>How many attempts are known by name.</summary>
    public const int AttemptsLimit = 50;
}

/// <summary>What goes on in a queue, in all runs and among singles.</summary>
/// <param name="Name">The queue's name; empty where the source has none.</param>
/// <param name="Available">Jobs that are ready in it.</param>
/// <param name="Executing">Jobs that execute in it.</param>
/// <param name="LastAttemptedAt">When any job of it last began an attempt, in UTC; null when none was ever seen to.</param>
/// <param name="StartsPerMinute">Attempts begun per minute, of late.</param>
public sealed record QueueFacts(string Name, long Available, long Executing, DateTimeOffset? LastAttemptedAt, double StartsPerMinute)
{
    /// <summary>What the engine itself says of it; null where it says nothing, or nobody has asked it of late.</summary>
    public QueueEvidence? Said { get; init; }
}

/// <summary>An attempt under way.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Since">When it began, in UTC.</param>
/// <param name="Node">Who has it; null when the source does not say.</param>
/// <param name="NodeSeenAt">When that node last showed a sign of life in any job of the source, in UTC.</param>
public sealed record Attempt(string Job, DateTimeOffset Since, string? Node, DateTimeOffset? NodeSeenAt);

/// <summary>A job and when what is meant happened to it.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="At">When, in UTC; null where the source does not say.</param>
public sealed record JobAt(string Job, DateTimeOffset? At);

/// <summary>How many jobs failed alike.</summary>
/// <param name="Fingerprint">What their messages have in common.</param>
/// <param name="Count">How many.</param>
public sealed record ErrorShare(string Fingerprint, long Count);
