using JobLineage.Core.Model;

namespace JobLineage.Tests.Support;

/// <summary>Small valid examples; tests say only what matters to them.</summary>
internal static class SomeRuns
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    /// <summary>SyncJob → MoviePageJob → (MovieDetailJob, ShowtimeProcessJob), and pages that spawn pages.</summary>
    public static RunSnapshot Run(string rootId = "1", long version = 1) => new()
    {
        Source = "oban",
        RootId = rootId,
        Worker = "App.SyncJob",
        Version = version,
        AsOf = Noon,
        State = RunState.Running,
        StartedAt = Noon.AddMinutes(-10),
        Stages =
        [
            Stage("SyncJob", new(Completed: 1)),
            Stage("SyncJob/MoviePageJob", new(Available: 8, Completed: 100)),
            Stage("SyncJob/MoviePageJob/MovieDetailJob", new(Executing: 3, Completed: 1_234, Discarded: 1)),
            Stage("SyncJob/MoviePageJob/ShowtimeProcessJob", new(Retryable: 5, Completed: 50)),
        ],
        Edges =
        [
            new("SyncJob", "SyncJob/MoviePageJob", 89),
            new("SyncJob/MoviePageJob", "SyncJob/MoviePageJob", 19),
            new("SyncJob/MoviePageJob", "SyncJob/MoviePageJob/MovieDetailJob", 1_238),
            new("SyncJob/MoviePageJob", "SyncJob/MoviePageJob/ShowtimeProcessJob", 55),
        ],
        Counts = new(Available: 8, Executing: 3, Retryable: 5, Completed: 1_385, Discarded: 1),
    };

    public static Stage Stage(string path, StateCounts counts) => new()
    {
        Path = path,
        ParentPath = StagePath.Above(path),
        Worker = "App." + StagePath.NameOf(path),
        Name = StagePath.NameOf(path),
        Depth = path.Count(c => c == '/') + 1,
        Counts = counts,
    };
}
