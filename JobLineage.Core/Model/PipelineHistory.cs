namespace JobLineage.Core.Model;

/// <summary>The runs of one pipeline: all that have a root of one worker, those included of which only a summary is left.</summary>
public sealed record PipelineHistory
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The full name of the root's worker.</summary>
    public required string Worker { get; init; }

    /// <summary>The moment of the reading, in UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>How many runs there are in the range.</summary>
    public required long Total { get; init; }

    /// <summary>A page of them, in the order that was asked for.</summary>
    public required IReadOnlyList<PipelineRun> Runs { get; init; }

    /// <summary>Where the next page begins; null on the last.</summary>
    public PipelineCursor? Next { get; init; }

    /// <summary>
    /// The runs over which charts, stages and errors are told, first started first: those of the page where it goes by time,
    /// else the newest of the range.
    /// </summary>
    public required IReadOnlyList<PipelineRun> Charted { get; init; }

    /// <summary>The stages of the charted runs, as a tree is read.</summary>
    public required IReadOnlyList<PipelineStage> Stages { get; init; }

    /// <summary>What is usual, from finished runs before the newest charted one; null when there is none.</summary>
    public PipelineUsual? Usual { get; init; }
}

/// <summary>One run of a pipeline.</summary>
public sealed record PipelineRun
{
    /// <summary>Its number in the store.</summary>
    public required long Id { get; init; }

    /// <summary>The id of its root.</summary>
    public required string RootId { get; init; }

    /// <summary>The key that its jobs share; null where parent links hold it together.</summary>
    public string? RunKey { get; init; }

    /// <summary>When the root was inserted, or the first job where the root was never seen, in UTC; null when unknown.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When anything last happened in it, in UTC; null when unknown.</summary>
    public DateTimeOffset? LastActivityAt { get; init; }

    /// <summary>Jobs by state.</summary>
    public required StateCounts Counts { get; init; }

    /// <summary>Jobs that left the queue before they were seen to finish; not in <see cref="Counts"/>.</summary>
    public long Vanished { get; init; }

    /// <summary>When it was dropped from history, in UTC; null while it is all there.</summary>
    public DateTimeOffset? DroppedAt { get; init; }

    /// <summary>The root of the run that started right before it; null for the first.</summary>
    public string? Before { get; init; }

    /// <summary>Paths of stages that the run before did not have. Known of charted runs only.</summary>
    public IReadOnlyList<string> NewStages { get; init; } = [];

    /// <summary>Paths of stages that the run before had and this one has not; empty while it goes on. Known of charted runs only.</summary>
    public IReadOnlyList<string> LostStages { get; init; } = [];

    /// <summary>Errors that none of the runs looked at before it had. Known of charted runs only.</summary>
    public IReadOnlyList<PipelineError> NewErrors { get; init; } = [];

    /// <summary>Whether nothing of it goes on by itself any more.</summary>
    public bool IsFinished => Counts.Unfinished == 0;

    /// <summary>From its start to its last activity; null when unknown.</summary>
    public TimeSpan? Duration => StartedAt is { } start && LastActivityAt is { } end && IsFinite(start) && IsFinite(end)
        ? end > start ? end - start : TimeSpan.Zero
        : null;

    /// <summary>What it is doing, as its own page says it; null where that was not looked at.</summary>
    public RunState? Seen { get; init; }

    /// <summary>What it is doing, or what it came to.</summary>
    public RunState State => Seen is { } seen ? seen : !IsFinished ? RunState.Running : Counts.Discarded > 0 ? RunState.Failed : RunState.Finished;

    private static bool IsFinite(DateTimeOffset time) => time > DateTimeOffset.MinValue && time < DateTimeOffset.MaxValue;
}

/// <summary>A kind of error that a run has.</summary>
/// <param name="Id">The number by which it is asked for.</param>
/// <param name="Text">Its fingerprint.</param>
/// <param name="Failed">Jobs that failed of it for good.</param>
/// <param name="Before">In how many runs before this one it was looked for.</param>
public sealed record PipelineError(int Id, string Text, long Failed, int Before);

/// <summary>A stage over the charted runs.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Depth">1 for the root's.</param>
/// <param name="Points">One for each charted run, in their order; null where the run has no such stage.</param>
/// <param name="Usual">What is usual of it, from finished runs before the newest; null when there is none.</param>
public sealed record PipelineStage(string Path, int Depth, IReadOnlyList<PipelinePoint?> Points, PipelinePoint? Usual);

/// <summary>A stage in one run; as what is usual, the medians over runs of the same.</summary>
/// <param name="Jobs">All its jobs.</param>
/// <param name="Failed">Those that failed for good.</param>
/// <param name="MeanRun">How long its completed jobs ran on average; null when unknown.</param>
/// <param name="MeanWait">How long they waited on average; null when unknown.</param>
public sealed record PipelinePoint(long Jobs, long Failed, TimeSpan? MeanRun, TimeSpan? MeanWait);

/// <summary>What is usual for a pipeline: medians.</summary>
/// <param name="Runs">Over how many finished runs.</param>
/// <param name="Duration">How long they took; null when unknown.</param>
/// <param name="Jobs">How many jobs they had.</param>
/// <param name="Failed">How many failed for good.</param>
public sealed record PipelineUsual(int Runs, TimeSpan? Duration, long Jobs, long Failed);
