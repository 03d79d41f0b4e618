using JobLineage.Bench.Lineage;
using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Bench.Producer;

/// <summary>
/// All of the product but the drawing, on the cores that the load uses too: a store that knows the whole table, kept by the
/// product's own feed, and a hub with somebody who looks at the list and at a run.
/// </summary>
internal sealed class BenchDashboard : IAsyncDisposable
{
    private readonly StoreOfShape store;
    private readonly RunSignal signal;
    private readonly RunHub hub;
    private readonly HubSubscription<RunsPage> list;
    private readonly HubSubscription<RunSnapshot> run;

    private BenchDashboard(StoreOfShape store, string source)
    {
        this.store = store;
        signal = new(store.Store, TimeProvider.System, NullLogger<RunSignal>.Instance);
        hub = new(store.Runs, signal, TimeProvider.System, NullLogger<RunHub>.Instance);
        list = hub.SubscribeList(new());
        run = hub.Subscribe(new(source, "1"));
    }

    /// <summary>Reads the whole table into a store of its own.</summary>
    public static async Task<BenchDashboard> StartAsync(BenchServer server, LineageShape shape, CancellationToken cancellation)
    {
        var store = await StoreOfShape.CreateAsync(server, shape, cancellation);
        await store.BackfillAsync(cancellation);
        var dashboard = new BenchDashboard(store, shape.Name);
        await dashboard.signal.StartAsync(cancellation);
        return dashboard;
    }

    /// <summary>Follows the table by its trigger until cancelled; <paramref name="looked"/> is called after each look.</summary>
    public async Task FollowAsync(TriggerInstaller installer, TriggerConsumer consumer, Action looked, CancellationToken cancellation)
    {
        var options = new FeedOptions();
        var (reader, scanner, ingester, record) = await store.OpenAsync(cancellation);
        var feed = new TriggerFeed(installer, consumer, new(reader, ingester, options), record, JobIdKind.BigInt, options, TimeProvider.System);
        await using var listener = await consumer.ListenAsync(TimeProvider.System, cancellation);
        var sweeper = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
        await sweeper.StartAsync(cancellation);
        await feed.StartAsync(cancellation);
        await feed.RunAsync(
            listener!, sweeper.LookAsync, _ => { },
            (_, _, _) =>
            {
                looked();
                return Task.CompletedTask;
            },
            cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        list.Dispose();
        run.Dispose();
        await hub.DisposeAsync();
        await signal.StopAsync(CancellationToken.None);
        signal.Dispose();
        await store.DisposeAsync();
    }
}
