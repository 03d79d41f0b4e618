using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>A source feed at work over any table; the store outlives it, so that it can begin again under another mapping.</summary>
internal sealed class FreshFeed : IAsyncDisposable
{
    public static readonly FeedOptions Fast = new()
    {
        MinimumPause = TimeSpan.FromMilliseconds(50),
        MisconfiguredPause = TimeSpan.FromMilliseconds(100),
        SafetyInterval = TimeSpan.FromMilliseconds(300),
        WatchedInterval = TimeSpan.FromMilliseconds(100),
        OutsideInterval = TimeSpan.FromMilliseconds(300),
        // What is to be found is found without these.
        ReconcileInterval = TimeSpan.FromHours(1),
        SweepInterval = TimeSpan.FromHours(1),
    };

    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _store;
    private readonly NpgsqlDataSource _source;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private FreshFeed(TestDatabase database, NpgsqlDataSource store, NpgsqlDataSource source) => (_database, _store, _source) = (database, store, source);

    public static async Task<FreshFeed> CreateAsync(NpgsqlDataSource source)
    {
        var database = await TestDatabase.CreateStoreAsync();
        return new(database, StoreDatabase.Create(database.ConnectionString), source);
    }

    public async Task StartAsync(SourceMapping mapping, FeedKind kind = FeedKind.Auto, FeedOptions? options = null)
    {
        await StopAsync();
        _running = new SourceFeed(new(mapping, _source, new Redaction([]), kind), _store, new Watched(), options ?? Fast, TimeProvider.System, NullLogger.Instance)
            .RunAsync(_stop.Token);
    }

    /// <summary>Reads once, as a program does that does not stay.</summary>
    public Task<string?> ReadOnceAsync(SourceMapping mapping) =>
        new SourceFeed(new(mapping, _source, new Redaction([]), FeedKind.Auto), _store, new Watched(), Fast, TimeProvider.System, NullLogger.Instance).ReadOnceAsync(default);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        (_stop, _running) = (new(), Task.CompletedTask);
    }

    public Task<T?> StoredAsync<T>(string sql) => _database.ScalarAsync<T>(sql);

    public Task<string?> MessageAsync() => StoredAsync<string>("select message from job_lineage.source");

    public async Task<DateTimeOffset?> AsOfAsync() =>
        await StoredAsync<DateTime?>("select as_of from job_lineage.source") is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;

    /// <summary>The jobs in the store: id and state.</summary>
    public async Task<string> JobsAsync() => await StoredAsync<string>("""
        select string_agg(id || ' ' || (array['available','scheduled','suspended','executing','retryable','completed','discarded','cancelled'])[state + 1], ', ' order by id collate "C")
        from job_lineage.job where flags & 7 = 0
        """) ?? "";

    public Task UntilAsync(FeedState state) => UntilAsync(async () => await StoredAsync<short?>("select state from job_lineage.source") == (short)state);

    public Task UntilJobsAsync(string jobs) => UntilAsync(async () => await JobsAsync() == jobs, async () => $"{await JobsAsync()} ({await StoredAsync<string>("select concat_ws(' ', state, epoch, as_of, heartbeat_at, high_id, message) from job_lineage.source")}; {await StoredAsync<string>("select string_agg(concat_ws(' ', id, state, flags), ', ') from job_lineage.job")})");

    /// <summary>Until it is true; how long that may take matters to no test that passes.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<Task<string>>? instead = null)
    {
        for (var asked = 0; !await condition(); asked++)
        {
            if (_running.IsCompleted)
                await _running;
            Assert.True(asked < 2_500, instead is null ? "It did not come true." : $"Instead: {await instead()}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    private sealed class Watched : IAttention
    {
        public bool IsWatched(string source) => true;
    }
}
