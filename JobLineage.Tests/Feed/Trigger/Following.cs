using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>A source feed at work, with a store of its own.</summary>
internal sealed class Following : IAsyncDisposable
{
    /// <summary>Only how long a test that fails takes; none depends on it to pass.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TriggerFixture _source;
    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _store;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private Following(TriggerFixture source, TestDatabase database, NpgsqlDataSource store, FeedOptions options, FeedKind kind, TimeProvider time)
    {
        (_source, _database, _store) = (source, database, store);
        var watched = new WatchedSource(source.Mapping, source.Connections, new Redaction([]), kind);
        _running = new SourceFeed(watched, store, new Watched(), options, time, NullLogger.Instance).RunAsync(_stop.Token);
    }

    public static async Task<Following> StartAsync(
        TriggerFixture source, FeedOptions options, FeedKind kind = FeedKind.Auto, TimeProvider? time = null)
    {
        var database = await TestDatabase.CreateStoreAsync();
        var store = StoreDatabase.Create(database.ConnectionString);
        return new(source, database, store, options, kind, time ?? TimeProvider.System);
    }

    /// <summary>What the feed last said.</summary>
    public Task<string?> MessageAsync() => _database.ScalarAsync<string>("select message from job_lineage.source where name = 'oban'");

    /// <summary>The moment up to which the store knows the source.</summary>
    public Task<DateTime?> AsOfAsync() => _database.ScalarAsync<DateTime?>("select as_of from job_lineage.source where name = 'oban'");

    public Task UntilAsync(FeedState state) => UntilAsync(async () =>
        await _database.ScalarAsync<short?>("select state from job_lineage.source where name = 'oban'") == (short)state);

    /// <summary>Until the store holds what the source does: id and state of every job that is there.</summary>
    public Task UntilEqualAsync() => UntilAsync(async () =>
        await ListAsync(_source.Database, "select string_agg(id || ' ' || state, ',' order by id::text collate \"C\") from oban_jobs")
        == await ListAsync(_database, """
            select string_agg(id || ' ' || (array['available','scheduled','suspended','executing','retryable','completed','discarded','cancelled'])[state + 1], ',' order by id collate "C")
            from job_lineage.job where flags & 7 = 0
            """));

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (_running.IsCompleted)
                await _running;
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.DisposeAsync();
        await _database.DisposeAsync();
        _stop.Dispose();
    }

    private static Task<string?> ListAsync(TestDatabase database, string sql) => database.ScalarAsync<string>(sql);

    private sealed class Watched : IAttention
    {
        public bool IsWatched(string source) => true;
    }
}
