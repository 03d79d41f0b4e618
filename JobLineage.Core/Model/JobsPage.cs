namespace JobLineage.Core.Model;

/// <summary>Jobs of a run, all read at one moment.</summary>
/// <param name="Jobs">The jobs in the order that was asked for.</param>
/// <param name="Total">How many match in all, exactly; null where only looking at each could tell.</param>
/// <param name="Next">Where the list goes on; null at its end.</param>
/// <param name="Examined">How many jobs were looked at to find these, where there is no index for what was asked; null elsewhere.</param>
/// <param name="OutOf">How many there are to look at; null when nobody counted them.</param>
/// <param name="Stopped">
/// Whether looking was given up before the page was full: <paramref name="Next"/> goes on looking, and there may be more.
/// </param>
/// <param name="BelowTruncated">Whether the job has more descendants than are followed, so that some may be missing here.</param>
public sealed record JobsPage(
    IReadOnlyList<JobLine> Jobs, long? Total, JobsCursor? Next, long? Examined, long? OutOf, bool Stopped, bool BelowTruncated)
{
    /// <summary>The fingerprint that was asked for, in words; null when none was, or it is not known.</summary>
    public string? ErrorText { get; init; }

    /// <summary>A page without jobs.</summary>
    public static JobsPage Empty { get; } = new([], 0, null, null, null, false, false);
}

/// <summary>A job as lists show it. Times are in UTC.</summary>
public sealed record JobLine
{
    /// <summary>The job's id.</summary>
    public required string Id { get; init; }

    /// <summary>The state.</summary>
    public required JobState State { get; init; }

    /// <summary>The path of its stage.</summary>
    public required string Stage { get; init; }

    /// <summary>The full worker name.</summary>
    public required string Worker { get; init; }

    /// <summary>The queue's name; empty where the source has none.</summary>
    public required string Queue { get; init; }

    /// <summary>Attempts begun.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts allowed.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>When it may run, or was last due.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When the last attempt began.</summary>
    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>When it came to rest.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The beginning of the arguments as JSON text; null when not read.</summary>
    public string? Args { get; init; }

    /// <summary>Whether <see cref="Args"/> is only the beginning.</summary>
    public bool ArgsAreCut { get; init; }

    /// <summary>The first line of the last error, or its beginning; null without one.</summary>
    public string? Error { get; init; }

    /// <summary>The number of the last error's fingerprint; null without one, and once the job has got over it.</summary>
    public int? Fingerprint { get; init; }

    /// <summary>Whether the source no longer has the row.</summary>
    public bool IsGone { get; init; }

    /// <summary>From due to begun: of the last attempt; null where unknown or not begun since it was last due.</summary>
    public TimeSpan? Waited => JobSpans.Waited(ScheduledAt, AttemptedAt);

    /// <summary>From begun to finished; null where unknown or not finished.</summary>
    public TimeSpan? Ran => JobSpans.Ran(State, AttemptedAt, FinishedAt);
}
