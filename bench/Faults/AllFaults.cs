using System.Globalization;
using JobLineage.Core.Runs;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>All that goes wrong in trials.</summary>
public static class AllFaults
{
    /// <summary>Each by its name.</summary>
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("dashboard killed (kill -9)", KillAsync) { Dashboards = Dashboards.Process, Repeats = false },
        new("leader killed, a replica follows", KillLeaderAsync) { Dashboards = Dashboards.ProcessThenReplica, Repeats = false },
        .. ConnectionFaults.List,
        .. ServerFaults.List,
        .. TableFaults.List,
        .. TriggerFaults.List,
        new("dashboard's clock moved by hours", MoveClockAsync),
    ];

    private static async Task KillAsync(FaultTrial trial)
    {
        await trial.Process!.DisposeAsync();
        await trial.LoadAsync();
        trial.StartProcess("second");
    }

    private static async Task KillLeaderAsync(FaultTrial trial)
    {
        await using var viewer = Viewer.Look(trial.Replica!.Hub, await AddRunAsync(trial));
        await trial.UntilAsync("the follower shows what the leader read", () => Task.FromResult(viewer.Seen?.Counts.Total == 2));
        await trial.Process!.KillAsync();
        var killed = trial.Log.Now;
        await trial.ExecuteAsync($"insert into oban_jobs (id, worker, state, meta) values (-3, 'App.PageJob', 'suspended', '{{\"parent_job_id\": {viewer.Run.RootId}}}')");
        await trial.UntilAsync("the follower shows a change of after the kill", () => Task.FromResult(viewer.Seen?.Counts.Total == 3));
        trial.TakenOver = trial.Log.Now - killed;
        trial.Log.Add(string.Create(CultureInfo.InvariantCulture, $"taken over, and on a viewer's screen, after {trial.TakenOver.Value.TotalSeconds:0.00} s"));
    }

    /// <summary>A run whose jobs no load touches.</summary>
    private static async Task<RunKey> AddRunAsync(FaultTrial trial)
    {
        await using var add = trial.Queue.CreateCommand(
            """
            with root as (insert into oban_jobs (id, worker, state) values (-1, 'App.QuietJob', 'suspended') returning id)
            insert into oban_jobs (id, worker, state, meta) select -2, 'App.PageJob', 'suspended', jsonb_build_object('parent_job_id', id) from root returning meta->>'parent_job_id'
            """);
        return new("oban", (string)(await add.ExecuteScalarAsync())!);
    }

    private static async Task MoveClockAsync(FaultTrial trial)
    {
        // Never back at the right time between strikes: each is a jump from wherever the clock stands.
        trial.Clock.Offset = TimeSpan.FromMinutes(trial.Random.Next(-300, 300));
        trial.Log.Add($"the clock is off by {trial.Clock.Offset}");
        await trial.LoadAsync();
        trial.Clock.Offset += TimeSpan.FromMinutes(trial.Random.Next(-300, 300));
        trial.Log.Add($"the clock is off by {trial.Clock.Offset}");
    }
}
