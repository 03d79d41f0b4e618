using JobLineage.Bench.Faults;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Feed.Faults;

/// <summary>The servers of all trials of a class.</summary>
public sealed class FaultServersFixture : IAsyncLifetime
{
    public FaultServers Servers { get; private set; } = null!;

    public async Task InitializeAsync() => Servers = await FaultServers.StartAsync(
        Path.Combine(Path.GetTempPath(), $"joblineage-fault-tests-{Environment.UserName}"), default);

    public async Task DisposeAsync() => await Servers.DisposeAsync();
}

/// <summary>
/// Each fault of the tests once, with a fixed seed, over a queue that is written meanwhile: in the end store and source are equal.
/// `./test.sh --all` tries the long one too (<see cref="TrialScope"/>); `./bench.sh faults` tries all faults, as often as one likes.
/// </summary>
internal static class FaultTests
{
    public static TheoryData<string, int> Half(int which)
    {
        var trials = new TheoryData<string, int>();
        // A fault has the same seed in a short run as in a long one.
        var tried = AllFaults.List.Where(f => f.TriedIn != TriedIn.Benchmark)
            .Select((fault, place) => (Fault: fault, Seed: 5_000 + place))
            .Where(trial => TrialScope.IsAll || trial.Fault.TriedIn == TriedIn.EveryRun);
        foreach (var (fault, seed) in tried.Where((_, i) => i % 2 == which))
            trials.Add(fault.Name, seed);
        return trials;
    }

    public static async Task RunAsync(FaultServersFixture fixture, string fault, int seed)
    {
        var result = await FaultTrial.RunAsync(fixture.Servers, AllFaults.List.Single(f => f.Name == fault), FaultScale.Small, seed, default);
        Assert.True(result.Differences.Count == 0, result.Story);
        Assert.True(result.Statements > 0);
    }
}

// A class each, with servers of its own: they run side by side, and mostly wait.

[Takes(300)]
public sealed class EvenFaultTests(FaultServersFixture fixture) : IClassFixture<FaultServersFixture>
{
    public static TheoryData<string, int> Trials => FaultTests.Half(0);

    [Theory]
    [MemberData(nameof(Trials))]
    public Task After_a_fault_store_and_source_are_equal(string fault, int seed) => FaultTests.RunAsync(fixture, fault, seed);
}

[Takes(300)]
public sealed class OddFaultTests(FaultServersFixture fixture) : IClassFixture<FaultServersFixture>
{
    public static TheoryData<string, int> Trials => FaultTests.Half(1);

    [Theory]
    [MemberData(nameof(Trials))]
    public Task After_a_fault_store_and_source_are_equal(string fault, int seed) => FaultTests.RunAsync(fixture, fault, seed);
}
