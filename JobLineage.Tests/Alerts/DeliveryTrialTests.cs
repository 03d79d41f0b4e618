using JobLineage.Bench.Digest;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>The servers of all trials.</summary>
public sealed class DigestTrialFixture : IAsyncLifetime
{
    public DigestServer Server { get; private set; } = null!;

    public HttpLookAlike Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await DigestServer.StartAsync(Path.Combine(Path.GetTempPath(), $"joblineage-digest-tests-{Environment.UserName}"), default);
        Http = await HttpLookAlike.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Http.DisposeAsync();
        await Server.DisposeAsync();
    }

    public Task<DigestTrialResult> RunAsync(DigestTrialPlan plan) => DigestTrial.RunAsync(Server, Http, plan, default);
}

/// <summary>
/// A few trials of each kind, with fixed seeds: each final failure is told once, whatever goes wrong; a second copy went out only
/// after an answer that did not say, and was marked. `./test.sh --all` tries each guarantee that is taken out twice
/// (<see cref="TrialScope"/>), and `./bench.sh digest` as many trials as one likes.
/// </summary>
[Takes(150)]
public sealed class DeliveryTrialTests(DigestTrialFixture fixture) : IClassFixture<DigestTrialFixture>
{
    // Seed 7 restarts the server.
    [Theory]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(7, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public async Task Every_final_failure_is_told_once_whatever_goes_wrong(int seed, bool atMostOnce)
    {
        var result = await fixture.RunAsync(new(seed, atMostOnce));
        Assert.True(result.Wrong.Count == 0, $"{string.Join("; ", result.Wrong)}{Environment.NewLine}{result.Story}");
        Assert.True(result is { Failures: > 0, Copies: > 0 });
        Assert.True(atMostOnce || result.Unknown == 0);
    }

    [Theory]
    [MemberData(nameof(Mutations))]
    public async Task Every_trial_notices_when_a_guarantee_is_taken_out(string taken)
    {
        var mutation = DigestMutation.All.Single(m => m.Name == taken);
        for (var seed = 1; seed <= TrialScope.Of(1, 2); seed++)
            Assert.True((await fixture.RunAsync(new(seed, Mutation: mutation))).Wrong.Count > 0, $"The trial of seed {seed} was green without {taken}.");
    }

    [Fact]
    public async Task A_sender_whose_digest_another_holds_is_met_in_every_trial()
    {
        var result = await fixture.RunAsync(new(2, Mutation: DigestMutation.All.Single(m => m.Name == "token")));
        Assert.Contains("a sender whose digest another held wrote down what had become of it", result.Wrong);
        Assert.Contains(result.Wrong, w => w.EndsWith("was sent a second time without a mark", StringComparison.Ordinal));
    }

    public static TheoryData<string> Mutations() => [.. DigestMutation.All.Select(m => m.Name)];
}
