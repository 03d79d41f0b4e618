namespace JobLineage.Bench.Faults;

/// <summary>Servers that stop and come back.</summary>
internal static class ServerFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("source server restarted", "source server restarted, fast", trial => RestartAsync(trial, trial.World.Servers.Source, ServerEnd.Fast)),
        new("source server restarted", "source server restarted, immediate", trial => RestartAsync(trial, trial.World.Servers.Source, ServerEnd.Immediate)),
        new("store server restarted", "store server restarted, fast", trial => RestartAsync(trial, trial.World.Servers.Store, ServerEnd.Fast)),
        new("store server restarted", "store server restarted, immediate", trial => RestartAsync(trial, trial.World.Servers.Store, ServerEnd.Immediate)),
        new("source server restarted", "both servers restarted, immediate", trial => Task.WhenAll(
            RestartAsync(trial, trial.World.Servers.Source, ServerEnd.Immediate), RestartAsync(trial, trial.World.Servers.Store, ServerEnd.Immediate))) { TriedIn = TriedIn.Benchmark },
    ];

    private static async Task RestartAsync(FaultTrial trial, FaultServer server, ServerEnd end)
    {
        await server.StopAsync(end);
        await Task.Delay(trial.Random.Next(0, 500));
        await server.StartAgainAsync(default);
    }
}
