namespace JobLineage.Core.Model;

/// <summary>What a run as a whole is doing.</summary>
public enum RunState
{
    /// <summary>Jobs are going on, or are due.</summary>
    Running,

    /// <summary>Jobs are ready and nothing moves.</summary>
    Stuck,

    /// <summary>Jobs are going on and some have failed for good.</summary>
    Failing,

    /// <summary>Nothing is going on, and some jobs failed for good.</summary>
    Failed,

    /// <summary>Nothing is going on, and nothing failed.</summary>
    Finished,
}

/// <summary>
/// The immutable picture of a run that every viewer shares. Everything in it comes from one statement, so that its
/// numbers agree. Compare two by <see cref="Version"/>, never by equality.
/// </summary>
public sealed record RunSnapshot
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the run's root job.</summary>
    public required string RootId { get; init; }

    /// <summary>The key that the run's jobs share; null where the run is held together by parent links.</summary>
    public string? RunKey { get; init; }

    /// <summary>The full worker name of the root; empty when the root was never seen.</summary>
    public required string Worker { get; init; }

    /// <summary>The root job's arguments, redacted and cut; null when never seen.</summary>
    public string? RootArgs { get; init; }

    /// <summary>True when the root itself was never seen (pruned before, or it never existed).</summary>
    public bool RootIsMissing { get; init; }

    /// <summary>Rows of its source that belong to it and could not be read or stored: they are counted in no state.</summary>
    public long PutAside { get; init; }

    /// <summary>Finished jobs that the queue has pruned: what is shown of them is what was kept.</summary>
    public long Pruned { get; init; }

    /// <summary>Grows with every change of the run.</summary>
    public required long Version { get; init; }

    /// <summary>The moment up to which the picture is true, in UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The stages by depth, then by path: parents before children.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>The edges between stages, with the number of jobs that came over each.</summary>
    public required IReadOnlyList<StageEdge> Edges { get; init; }

    /// <summary>
    /// Between which stages jobs have further parents, beside the one in the tree; empty where each has one at most. Only what is
    /// within the run is here.
    /// </summary>
    public IReadOnlyList<StageLink> Links { get; init; } = [];

    /// <summary>Whether the run has more further parents than were counted in <see cref="Links"/>: then it is those of the first jobs by id.</summary>
    public bool LinksAreCut { get; init; }

    /// <summary>Jobs that came from other runs or went to them, the newest first; empty for most runs.</summary>
    public IReadOnlyList<RunMove> Moves { get; init; } = [];

    /// <summary>What was diagnosed, worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What the run as a whole is doing.</summary>
    public RunState State { get; init; }

    /// <summary>The counts of all stages together.</summary>
    public StateCounts Counts { get; init; }

    /// <summary>
    /// When the root was inserted, or the first job where the root was never seen, in UTC; null when unknown. Jobs that were
    /// moved here may be older.
    /// </summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last job finished, in UTC; null while jobs are unfinished.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>All jobs of the run.</summary>
    public long Total => Counts.Total;

    /// <summary>The worker's short name.</summary>
    public string Name => Stages.Count > 0 ? Stages[0].Name : Workers.ShortName(Worker);
}

/// <summary>The jobs of a run that have the same worker and the same chain of workers above them.</summary>
public sealed record Stage
{
    /// <summary>Names from the root to here, joined by '/': <c>SyncJob/MoviePageJob</c>. Unique within the run.</summary>
    public required string Path { get; init; }

    /// <summary>The path of the stage above; null for the root's stage.</summary>
    public string? ParentPath { get; init; }

    /// <summary>The full worker name; empty for jobs that were never seen.</summary>
    public required string Worker { get; init; }

    /// <summary>The last part of the path: the worker's short name, or the step's name.</summary>
    public required string Name { get; init; }

    /// <summary>1 for the root's stage.</summary>
    public required int Depth { get; init; }

    /// <summary>Jobs by state.</summary>
    public required StateCounts Counts { get; init; }

    /// <summary>Jobs that left the source before they were seen to finish (deleted, or finished and pruned between two looks); not in <see cref="Counts"/>.</summary>
    public long Vanished { get; init; }

    /// <summary>Jobs whose parent link would close a circle.</summary>
    public long CycleCuts { get; init; }

    /// <summary>Completed jobs of this stage that have no child.</summary>
    public long Childless { get; init; }

    /// <summary>How long its completed jobs ran on average, from attempt to end; null when unknown.</summary>
    public TimeSpan? MeanRun { get; init; }

    /// <summary>How many completed jobs <see cref="MeanRun"/> is the mean of.</summary>
    public long Ran { get; init; }

    /// <summary>How long its completed jobs waited on average, from being due to the attempt; null when unknown.</summary>
    public TimeSpan? MeanWait { get; init; }

    /// <summary>The queues of these jobs, when few; empty when unknown.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>When the first of them was inserted, in UTC.</summary>
    public DateTimeOffset? FirstInsertedAt { get; init; }

    /// <summary>When any of them last began an attempt, in UTC.</summary>
    public DateTimeOffset? LastAttemptedAt { get; init; }

    /// <summary>When any of them last finished, in UTC.</summary>
    public DateTimeOffset? LastFinishedAt { get; init; }

    /// <summary>Since when the available job that is due longest has been due, in UTC; null when none is available.</summary>
    public DateTimeOffset? OldestAvailableAt { get; init; }

    /// <summary>When the executing job that runs longest began, in UTC; null when none executes.</summary>
    public DateTimeOffset? OldestExecutingAt { get; init; }

    /// <summary>When the next scheduled or retryable job is due, in UTC; null when there is none.</summary>
    public DateTimeOffset? NextDueAt { get; init; }

    /// <summary>All jobs of the stage.</summary>
    public long Total => Counts.Total;
}

/// <summary>Jobs that changed their run.</summary>
/// <param name="RootId">The root of the other run, as it was called then.</param>
/// <param name="Jobs">How many jobs.</param>
/// <param name="At">When last, in UTC.</param>
/// <param name="IsIn">Whether they came from there; otherwise they went there.</param>
public sealed record RunMove(string RootId, long Jobs, DateTimeOffset At, bool IsIn);

/// <summary>The way from one stage to another.</summary>
/// <param name="From">The path of the parents' stage.</param>
/// <param name="To">The path of the children's stage; an earlier one when a worker recurs.</param>
/// <param name="Jobs">How many jobs came this way.</param>
public sealed record StageEdge(string From, string To, long Jobs);

/// <summary>Jobs of a stage that have a further parent in a stage, beside the one in the tree. A job with several counts once for each stage that they are in.</summary>
/// <param name="From">The path of the parents' stage.</param>
/// <param name="To">The path of the jobs' stage; may be the same one, or above it.</param>
/// <param name="Jobs">How many jobs.</param>
public sealed record StageLink(string From, string To, long Jobs);
