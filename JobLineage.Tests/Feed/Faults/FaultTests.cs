using JobLineage.Bench.Faults;

namespace JobLineage.Tests.Feed.Faults;

/// <summary>The servers of all trials of this process.</summary>
public sealed class FaultServersFixture : IAsyncLifetime
{
    public FaultServers Servers { get; private set; } = null!;

    public async Task InitializeAsync() => Servers = await FaultServers.StartAsync(
        Path.Combine(Path.GetTempPath(), $"joblineage-fault-tests-{Environment.UserName}"), default);

    public async Task DisposeAsync() => await Servers.DisposeAsync();
}

/// <summary>
/// Each fault once, with a fixed seed, over a queue that is written meanwhile: in the end store and source are equal.
/// `./bench.sh faults` runs as many as one likes.
/// </summary>
public sealed class FaultTests(FaultServersFixture fixture) : IClassFixture<FaultServersFixture>
{
    public static TheoryData<string, int> Trials
    {
        get
        {
            var trials = new TheoryData<string, int>();
            foreach (var (fault, place) in AllFaults.List.Where(f => f.IsTested).Select((f, i) => (f, i)))
                trials.Add(fault.Name, 5_000 + place);
            return trials;
        }
    }

    [Theory]
    [MemberData(nameof(Trials))]
    public async Task After_a_fault_store_and_source_are_equal(string fault, int seed)
    {
        var result = await FaultTrial.RunAsync(fixture.Servers, AllFaults.List.Single(f => f.Name == fault), FaultScale.Small, seed, default);
        Assert.True(result.Differences.Count == 0, result.Story);
        Assert.True(result.Statements > 0);
    }
}
