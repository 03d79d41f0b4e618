namespace JobLineage.Core.Model;

/// <summary>A run over time, all read at one moment. Times are in UTC.</summary>
/// <param name="AsOf">The moment of the reading.</param>
/// <param name="From">When the root was inserted, or the first job where that is not known; null when neither is.</param>
/// <param name="To">When the last job finished, or the moment of the reading while jobs go on.</param>
/// <param name="Stages">The stages in the order of the snapshot.</param>
/// <param name="InFlight">Jobs waiting and running over time; null when no job has finished.</param>
/// <param name="Path">The way from the root to the job that finished last; null when no job has finished.</param>
public sealed record RunTimeline(
    DateTimeOffset AsOf, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<StageSpan> Stages, InFlight? InFlight, CriticalPath? Path);

/// <summary>A stage over time.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="Counts">Its jobs by state.</param>
/// <param name="InsertedAt">When its first job was inserted.</param>
/// <param name="StartedAt">When one of its jobs first began an attempt; null when none has.</param>
/// <param name="FinishedAt">When the last of its jobs finished; null when none has.</param>
public sealed record StageSpan(
    string Stage, StateCounts Counts, DateTimeOffset? InsertedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>
    /// How many of its jobs ran in each of the equal parts of the time from <see cref="InFlight.From"/> to <see cref="InFlight.To"/>, by their last attempts; empty where nothing
    /// is known to have run. A part without any is a pause.
    /// </summary>
    public IReadOnlyList<int> Activity { get; init; } = [];
}

/// <summary>Jobs waiting and running over time, at equal steps.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The last moment.</param>
/// <param name="Running">Jobs that ran at each of the moments.</param>
/// <param name="Waiting">Jobs that were due and had not begun; empty when too many wait for that to be counted.</param>
/// <param name="Jobs">How many jobs were looked at.</param>
/// <param name="IsWhole">Whether that is the whole run; otherwise the time that the newest of them cover.</param>
public sealed record InFlight(
    DateTimeOffset From, DateTimeOffset To, IReadOnlyList<int> Running, IReadOnlyList<int> Waiting, long Jobs, bool IsWhole);

/// <summary>The chain of jobs that ends with the one that finished last.</summary>
/// <param name="Steps">From the root down.</param>
/// <param name="Omitted">Jobs in the middle of a long chain that are left out, after the first of the steps.</param>
/// <param name="IsFinal">Whether the run has come to rest, so that the end is the end.</param>
public sealed record CriticalPath(IReadOnlyList<JobLine> Steps, long Omitted, bool IsFinal);
