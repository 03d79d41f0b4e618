using System.Diagnostics;
using System.Globalization;
using JobLineage.Core.Runs;

namespace JobLineage.Bench.Faults;

/// <summary>What happens to a leader while a follower is there: it is killed, stopped, or cut off, and the last two come back.</summary>
internal static class LeaderFaults
{
    /// <summary>The end of a killed leader's session is seen at once.</summary>
    private static readonly TimeSpan Killed = TimeSpan.FromSeconds(1.5);

    /// <summary>Of all others that their time has run out: 10 s, and what a first look takes.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Fault> List { get; } =
    [
        new("dashboard gone", "leader killed, a replica follows", trial => TakeOverAsync(trial, trial => trial.Process!.KillAsync(), null))
        {
            Dashboards = Dashboards.ProcessThenReplica,
            TakenOverWithin = Killed,
            Repeats = false,
        },
        new("dashboard gone", "leader stopped (SIGSTOP), a replica follows, and it wakes", trial => TakeOverAsync(
            trial, trial => SignalAsync(trial, "STOP"), trial => SignalAsync(trial, "CONT")))
        {
            Dashboards = Dashboards.ProcessThenReplica,
            TakenOverWithin = Silent,
            Repeats = false,
        },
        new("leader cut off", "leader cut off from the store, a replica follows, and it comes back", trial => TakeOverAsync(
            trial,
            trial =>
            {
                trial.StoreWay!.Stall();
                return Task.CompletedTask;
            },
            trial =>
            {
                trial.StoreWay!.Resume();
                return Task.CompletedTask;
            }))
        {
            Dashboards = Dashboards.ProcessThenReplica,
            TakenOverWithin = Silent,
            Repeats = false,
        },
        new("leader cut off", "leader's machine without power: cut off from everything, for good", trial => TakeOverAsync(
            trial,
            trial =>
            {
                trial.StoreWay!.Stall();
                trial.SourceWay!.Stall();
                return Task.CompletedTask;
            },
            null))
        {
            Dashboards = Dashboards.ProcessThenReplica,
            TakenOverWithin = Silent,
            Repeats = false,
            TriedIn = TriedIn.Benchmark,
        },
    ];

    private static async Task TakeOverAsync(FaultTrial trial, Func<FaultTrial, Task> strike, Func<FaultTrial, Task>? back)
    {
        await using var viewer = Viewer.Look(trial.Replica!.Hub, await AddRunAsync(trial));
        await trial.UntilAsync("the follower shows what the leader read", () => Task.FromResult(viewer.Seen?.Counts.Total == 2));
        await strike(trial);
        var struck = trial.Log.Now;
        await trial.ExecuteAsync($"insert into oban_jobs (id, worker, state, meta) values (-3, 'App.PageJob', 'suspended', '{{\"parent_job_id\": {viewer.Run.RootId}}}')");
        await trial.UntilAsync("the follower shows a change of afterwards", () => Task.FromResult(viewer.Seen?.Counts.Total == 3));
        trial.TakenOver = trial.Log.Now - struck;
        trial.Log.Add(string.Create(CultureInfo.InvariantCulture, $"taken over, and on a viewer's screen, after {trial.TakenOver.Value.TotalSeconds:0.00} s"));
        if (back is null)
            return;
        await trial.LoadAsync();
        await back(trial);
        trial.Log.Add("the former leader goes on");
        // What it had in its hands when it was struck is written now, or refused.
        await trial.LoadAsync();
    }

    private static async Task SignalAsync(FaultTrial trial, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, trial.Process!.Server.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
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
}
