using JobLineage.Core.Model;

namespace JobLineage.Tests.Hosting;

/// <summary>Values for tests that do not care which.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static RunSnapshot Run() => new()
    {
        Source = "oban",
        RootId = "10",
        Worker = "App.SyncJob",
        Version = 42,
        AsOf = Noon,
        State = RunState.Stuck,
        Counts = new(Available: 3, Completed: 1),
        RootArgs = """{"source_id":9}""",
        Stages =
        [
            new() { Path = "SyncJob", Worker = "App.SyncJob", Name = "SyncJob", Depth = 1, Counts = new(Completed: 1) },
            new()
            {
                Path = "SyncJob/PageJob", ParentPath = "SyncJob", Worker = "App.PageJob", Name = "PageJob", Depth = 2,
                Counts = new(Available: 3), OldestAvailableAt = Noon.AddMinutes(-20),
            },
        ],
        Edges = [new("SyncJob", "SyncJob/PageJob", 3)],
        Findings =
        [
            new(FindingKind.Stuck, "SyncJob/PageJob", "Nothing has moved for 20 minutes.",
                new Dictionary<string, object?> { ["available"] = 3L, ["since"] = Noon.AddMinutes(-20) }, ["11", "12"]),
        ],
    };

    public static RunSummary Summary() => new()
    {
        Source = "oban",
        RootId = "10",
        Worker = "App.SyncJob",
        Version = 42,
        Counts = new(Available: 3, Completed: 1),
        Stages = 2,
        State = RunState.Stuck,
        StartedAt = Noon.AddHours(-1),
        LastActivityAt = Noon,
    };

    public static JobView JobView() => new(
        new()
        {
            Source = "oban",
            Id = "11",
            State = JobState.Retryable,
            Worker = "App.PageJob",
            ParentId = "10",
            Args = """{"page":1}""",
            Meta = """{"cut":""",
            IsCut = true,
            Errors = [new(1, Noon, "boom")],
        },
        "10",
        "SyncJob/PageJob",
        [new() { Source = "oban", Id = "10", IsMissing = true }],
        [
            new("SyncJob/PageJob/DetailJob", "App.DetailJob", new(Executing: 2),
                [new() { Source = "oban", Id = "20", State = JobState.Executing }]),
        ]);
}
