using JobLineage.Core.Runs;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Runs;

/// <summary>A hub over a store in memory, with signals and a clock that are moved by hand.</summary>
public abstract class RunHubContext : IAsyncLifetime
{
    internal static readonly RunKey Key = new("oban", "1");

    protected RunHubContext() => Hub = new(Reader, Signal, Time, NullLogger<RunHub>.Instance);

    internal FakeRunReader Reader { get; } = new();

    internal FakeRunSignal Signal { get; } = new();

    internal TestClock Time { get; } = new();

    internal RunHub Hub { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Hub.DisposeAsync();

    internal static async Task<HubUpdate<T>> Next<T>(HubSubscription<T> viewer)
        where T : class => await viewer.Updates.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(3));

    internal Task Tick() => Pass(TimeSpan.FromSeconds(5));

    // Loads wait on pool threads: the clock moves only when all of them have got as far as they can.
    internal async Task Pass(TimeSpan time)
    {
        await Eventually(() => Hub.IsSettled);
        Time.Advance(time);
        var ticks = (Time.GetUtcNow() - SomeRuns.Noon).Ticks / TimeSpan.FromSeconds(5).Ticks;
        await Eventually(() => Hub.Ticks == ticks && Hub.IsSettled);
    }

    internal static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 15_000 && !condition(); i++)
            await Task.Delay(2);
        Assert.True(condition());
    }
}
