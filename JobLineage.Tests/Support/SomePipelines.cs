using JobLineage.Core.Model;

namespace JobLineage.Tests.Support;

/// <summary>Histories of pipelines for tests that do not care which.</summary>
internal static class SomePipelines
{
    public static readonly DateTimeOffset Noon = SomeRuns.Noon;

    /// <summary>A finished run that started so many days before noon.</summary>
    public static PipelineRun Run(int daysAgo, long failed = 0) => new()
    {
        Id = 1_000 - daysAgo,
        RootId = $"r{daysAgo}",
        StartedAt = Noon.AddDays(-daysAgo),
        LastActivityAt = Noon.AddDays(-daysAgo).AddMinutes(8),
        Counts = new(Completed: 100 - failed, Discarded: failed),
        Before = $"r{daysAgo + 1}",
    };

    /// <summary>These runs, the newest first, with a stage of each.</summary>
    public static PipelineHistory Of(string worker, params PipelineRun[] runs) => new()
    {
        Source = "oban",
        Worker = worker,
        AsOf = Noon,
        Total = runs.Length,
        Runs = runs,
        Charted = [.. runs.Reverse()],
        Usual = runs.Length > 1 ? new(runs.Length - 1, TimeSpan.FromMinutes(8), 100, 0) : null,
        Stages =
        [
            new("SyncJob", 1, [.. runs.Select(_ => new PipelinePoint(1, 0, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(15)))], new(1, 0, TimeSpan.FromSeconds(2), null)),
            new("SyncJob/OldJob", 2, [.. runs.Select((_, i) => i == runs.Length - 1 ? null : new PipelinePoint(99, 0, null, null))], new(99, 0, null, null)),
        ],
    };

    /// <summary>What is left of a run.</summary>
    public static DroppedRun Dropped(string rootId) => new()
    {
        Source = "oban",
        Worker = "App.SyncJob",
        Run = Run(30, failed: 3) with { RootId = rootId, DroppedAt = Noon.AddDays(-1) },
        Stages = [new() { Path = "SyncJob", Worker = "App.SyncJob", Name = "SyncJob", Depth = 1, Counts = new(Completed: 97, Discarded: 3), MeanRun = TimeSpan.FromSeconds(4) }],
        Errors = [new(5, "<b>it broke</b>", 3, 0)],
    };
}
