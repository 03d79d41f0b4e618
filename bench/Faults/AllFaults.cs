namespace JobLineage.Bench.Faults;

/// <summary>All that goes wrong in trials.</summary>
public static class AllFaults
{
    /// <summary>Each by its name.</summary>
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("dashboard gone", "dashboard killed (kill -9)", KillAsync) { Dashboards = Dashboards.Process, Repeats = false },
        .. LeaderFaults.List,
        .. ConnectionFaults.List,
        .. ServerFaults.List,
        .. TableFaults.List,
        .. IdentityFaults.List,
        .. TriggerFaults.List,
        new("clock of the dashboard", "dashboard's clock moved by hours", MoveClockAsync),
        Many("200 sources of one database, sessions ended", new(200, 10, null)) with { TriedIn = TriedIn.Benchmark },
        // More connection strings than connections.
        Many("40 sources of one database with 12 connection strings and 5 connections, sessions ended", new(40, 5, 12)) with { TriedIn = TriedIn.AllTrials },
        Many("12 sources of one database with 12 connection strings and 5 connections, sessions ended", new(12, 5, 12)),
    ];

    private static Fault Many(string name, ManySources size) => new("many sources", name, _ => Task.CompletedTask)
    {
        Own = (servers, scale, seed, cancellation) => ManySourcesTrial.RunAsync(size, servers, scale, seed, cancellation),
    };

    private static async Task KillAsync(FaultTrial trial)
    {
        await trial.Process!.DisposeAsync();
        await trial.LoadAsync();
        trial.StartProcess("second");
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
