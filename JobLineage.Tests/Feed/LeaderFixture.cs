using JobLineage.Core.Diagnosis;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>A queue, a store in another database, and as many replicas as a test starts.</summary>
internal sealed class LeaderFixture : IAsyncDisposable
{
    private static readonly FeedOptions Fast = new()
    {
        WatchedInterval = TimeSpan.FromMilliseconds(30),
        IdleInterval = TimeSpan.FromMilliseconds(30),
        RestFactor = 0,
        MinimumPause = TimeSpan.FromMilliseconds(50),
        MaximumPause = TimeSpan.FromMilliseconds(200),
        MisconfiguredPause = TimeSpan.FromMilliseconds(100),
    };

    private readonly List<Replica> replicas = [];

    private LeaderFixture(TestDatabase queue, TestDatabase store)
    {
        (Queue, Store) = (queue, store);
        Reading = StoreDatabase.Create(store.ConnectionString);
        Reader = new(Reading, new DiagnosisOptions(), TimeProvider.System);
    }

    public TestDatabase Queue { get; }

    public TestDatabase Store { get; }

    public RunReader Reader { get; }

    private NpgsqlDataSource Reading { get; }

    /// <param name="isNew">Whether the store is an empty database, which the first replica makes a store.</param>
    public static async Task<LeaderFixture> CreateAsync(bool isNew = false)
    {
        var fixture = new LeaderFixture(await TestDatabase.CreateAsync(), await (isNew ? TestDatabase.CreateAsync() : TestDatabase.CreateStoreAsync()));
        await fixture.Queue.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        return fixture;
    }

    /// <summary>Starts a replica that would feed these sources; the queue alone unless others are named.</summary>
    public async Task<Replica> StartAsync(params SourceMapping[] sources)
    {
        var replica = new Replica(this, sources.Length == 0 ? [Presets.Oban("oban")] : sources);
        replicas.Add(replica);
        await replica.Leader.StartAsync(default);
        return replica;
    }

    public Task InsertAsync(long id, string state = "executing") =>
        Queue.ExecuteAsync("insert into oban_jobs (id, worker, state) values (@id, 'App.Sync', @state::oban_job_state)", new { id, state });

    public Task HasJobAsync(long id, string source = "oban") =>
        Soon.IsTrueAsync(async () => await Reader.FindJobAsync(source, id.ToString(), default) is not null);

    public Task SaysAsync(Func<SourceStatus, bool> what, string source = "oban") =>
        Soon.IsTrueAsync(async () => (await Reader.SourcesAsync(default)).Any(s => s.Source == source && what(s)));

    /// <summary>Which leader's turn it is.</summary>
    public Task<long> TurnAsync() => Store.ScalarAsync<long>("select epoch from job_lineage.source where name = 'oban'");

    /// <summary>Ends every connection to a database, and takes no new ones when <paramref name="close"/> is set.</summary>
    public async Task CutAsync(TestDatabase database, bool close)
    {
        await using var other = new NpgsqlConnection(await PostgresFixture.ConnectionStringAsync());
        await other.OpenAsync();
        if (close)
            await ExecuteAsync(other, $"alter database {database.Name} allow_connections false");
        await ExecuteAsync(other, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        await ForgetAsync(database);
    }

    public async Task OpenAsync(TestDatabase database)
    {
        await using var other = new NpgsqlConnection(await PostgresFixture.ConnectionStringAsync());
        await other.OpenAsync();
        await ExecuteAsync(other, $"alter database {database.Name} allow_connections true");
    }

    /// <summary>Ends the test's own idle connections.</summary>
    public static async Task ForgetAsync(TestDatabase database)
    {
        await using var own = new NpgsqlConnection(database.ConnectionString);
        NpgsqlConnection.ClearPool(own);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
            await replica.DisposeAsync();
        await Reading.DisposeAsync();
        await OpenAsync(Queue);
        await OpenAsync(Store);
        await Queue.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A replica of the program, as far as feeding goes.</summary>
    internal sealed class Replica : IAttention, IAsyncDisposable
    {
        private readonly NpgsqlDataSource store;
        private bool ended;

        public Replica(LeaderFixture fixture, IReadOnlyList<SourceMapping> sources)
        {
            store = StoreDatabase.Create(fixture.Store.ConnectionString);
            Databases = [.. sources.Select(_ => NpgsqlDataSource.Create(fixture.Queue.ConnectionString))];
            Leader = new(
                store, [.. sources.Select((s, i) => new WatchedSource(s, Databases[i], new Redaction()))], this, Fast, TimeProvider.System, NullLoggerFactory.Instance);
        }

        public Leader Leader { get; }

        public IReadOnlyList<NpgsqlDataSource> Databases { get; }

        public bool IsWatched(string source) => true;

        public async ValueTask DisposeAsync()
        {
            if (ended)
                return;
            ended = true;
            await Leader.StopAsync(default);
            Leader.Dispose();
            foreach (var database in Databases)
                await database.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}
