using Dapper;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Store;

/// <summary>A queue's table and a store in a database of their own.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    public static readonly FeedOptions Options = new();

    private StoreFixture(TestDatabase database)
    {
        Database = database;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Store = StoreDatabase.Create(database.ConnectionString);
        Reader = new(Store, new DiagnosisOptions(), TimeProvider.System);
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource Source { get; }

    public NpgsqlDataSource Store { get; }

    public RunReader Reader { get; }

    public static async Task<StoreFixture> CreateAsync(RecordedData? data = null)
    {
        var fixture = new StoreFixture(await TestDatabase.CreateStoreAsync());
        if (data is not null)
            await data.LoadAsync(fixture.Database);
        return fixture;
    }

    /// <summary>With an empty Oban table of version 14.</summary>
    public static async Task<StoreFixture> ObanAsync()
    {
        var fixture = await CreateAsync();
        await fixture.SqlAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        return fixture;
    }

    /// <summary>A feed of a source that a test drives by hand; Oban unless a mapping says otherwise.</summary>
    public async Task<HandFeed> FeedAsync(SourceMapping? mapping = null, FeedOptions? options = null, TimeProvider? time = null, Redaction? redaction = null)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(mapping ?? Presets.Oban("oban"), Source);
        Assert.Null(problem);
        return await HandFeed.CreateAsync(this, source!, options ?? Options, time ?? TimeProvider.System, redaction ?? new());
    }

    /// <summary>A feed that has read everything once.</summary>
    public async Task<HandFeed> FilledAsync(SourceMapping? mapping = null, FeedOptions? options = null, Redaction? redaction = null)
    {
        var feed = await FeedAsync(mapping, options, redaction: redaction);
        await feed.FillAsync();
        return feed;
    }

    public Task<int> SqlAsync(string sql, object? parameters = null) => Database.ExecuteAsync(sql, parameters);

    /// <summary>Inserts jobs into an Oban table: id, parent as JSON text (null for none), worker, state.</summary>
    public Task ObanJobsAsync(params (long Id, string? Parent, string Worker, string State)[] rows) =>
        ObanRows.InsertAsync(Database, rows);

    /// <summary>The state that the list says the only run is in.</summary>
    public async Task<RunState> ListedStateAsync() => (await Reader.ListRunsAsync(new(), default)).Runs.Single().State;

    /// <summary>The rows of a source that could not be read or stored, one for each member.</summary>
    public async Task<IReadOnlyList<BadRow>> PutAsideAsync(string source) =>
        (await Reader.SourcesAsync(default)).Single(s => s.Source == source).PutAside;

    public async Task<RunSnapshot> RunAsync(object id, string source = "oban")
    {
        var run = await Reader.FindRunAsync(source, id.ToString()!, default);
        Assert.NotNull(run);
        return run;
    }

    public async Task<JobView> JobAsync(object id, string source = "oban")
    {
        var job = await Reader.FindJobAsync(source, id.ToString()!, default);
        Assert.NotNull(job);
        return job;
    }

    /// <summary>The stages as text: <c>path: completed 2, discarded 1</c>.</summary>
    public async Task<IEnumerable<string>> StagesAsync(object id, string source = "oban") => (await RunAsync(id, source)).Stages
        .Select(s => $"{s.Path}: {string.Join(", ", s.Counts.NonZero().Select(c => $"{c.Key.Name()} {c.Value}"))}");

    public Task<long> CountAsync(string table) => Database.ScalarAsync<long>($"select count(*) from job_lineage.{table}");

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }
}
