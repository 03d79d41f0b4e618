using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>Titles of pages, as they stand in a row of tabs: the state first, as one character.</summary>
public static class Titles
{
    /// <summary>Of a run: <c>✗ KinoKrakow SyncJob 464913</c>.</summary>
    public static string Of(RunSnapshot run) => $"{Mark(run.State)} {Name(run.Worker)} {run.RootId} · Job Lineage";

    /// <summary>Of a job; one that was never seen has no state.</summary>
    public static string Of(Job job) => job.IsMissing
        ? $"Job {job.Id} · Job Lineage"
        : $"{Mark(job.State)} {Name(job.Worker)}{(job.Step is null ? "" : $" {job.Step}")} {job.Id} · Job Lineage";

    private static string Name(string worker) => Show.Family(worker) is { } family
        ? $"{family} {Workers.ShortName(worker)}"
        : Workers.ShortName(worker);

    private static char Mark(RunState state) => state switch
    {
        RunState.Running => '▶',
        RunState.Stuck => '⧗',
        RunState.Finished => '✓',
        _ => '✗',
    };

    private static char Mark(JobState state) => state switch
    {
        JobState.Executing => '▶',
        JobState.Completed => '✓',
        JobState.Discarded => '✗',
        JobState.Retryable => '↻',
        JobState.Cancelled => '⊘',
        JobState.Scheduled => '◷',
        JobState.Suspended => '‖',
        _ => '○',
    };
}
