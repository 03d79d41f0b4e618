using JobLineage.Dashboard.Demo;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Browser;

/// <summary>A dashboard over the demo's queues once their incident has come to rest, for tests that only look.</summary>
public sealed class DemoDashboard : IAsyncLifetime
{
    internal LiveDashboard Dashboard { get; private set; } = null!;

    /// <summary>The root of the incident.</summary>
    public long Root { get; private set; }

    /// <summary>What the jobs of the incident have in their arguments.</summary>
    public string Sync { get; private set; } = "";

    public async Task InitializeAsync() => Dashboard = await LiveDashboard.StartAsync(PlayAsync, new Dictionary<string, string?>
    {
        // The story is told in seconds here.
        ["JobLineage:Stuck:After"] = "00:00:05",
        ["JobLineage:Sources:research_jobs:Preset"] = "research_jobs",
    });

    public async Task DisposeAsync() => await Dashboard.DisposeAsync();

    private async Task<long> PlayAsync(TestDatabase source)
    {
        await DemoDatabase.CreateAsync(source.ConnectionString, CancellationToken.None);
        // Nobody reads along: what finished must still be there.
        var options = new DemoOptions { Speed = 60, Seed = 1, CompletedMaxAge = TimeSpan.FromDays(30) };
        using var simulator = new DemoSimulator(source.ConnectionString, options, TimeProvider.System, NullLogger<DemoSimulator>.Instance);
        await simulator.StartAsync(CancellationToken.None);
        (Root, Sync) = await simulator.FirstIncidentAtRest.WaitAsync(TimeSpan.FromMinutes(3));
        await simulator.StopAsync(CancellationToken.None);
        return Root;
    }
}
