using Dapper;
using JobLineage.Core.Lineage;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Lineage;

/// <summary>A source in a database of its own.</summary>
internal sealed class LineageFixture : IAsyncDisposable
{
    private LineageFixture(TestDatabase database, NpgsqlDataSource connections) => (Database, Connections) = (database, connections);

    public TestDatabase Database { get; }

    public NpgsqlDataSource Connections { get; }

    public static async Task<LineageFixture> CreateAsync(RecordedData? data = null, string schema = "public")
    {
        var database = await TestDatabase.CreateAsync();
        if (data is not null)
            await data.LoadAsync(database, schema);
        return new(database, NpgsqlDataSource.Create(database.ConnectionString));
    }

    /// <summary>An Oban table of version 14 with these rows: id, parent as JSON text (null for none), worker, state.</summary>
    public static async Task<LineageFixture> ObanAsync(params (long Id, string? Parent, string Worker, string State)[] rows)
    {
        var fixture = await CreateAsync();
        await fixture.Database.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        await fixture.InsertAsync(rows);
        return fixture;
    }

    public Task InsertAsync(params (long Id, string? Parent, string Worker, string State)[] rows) =>
        ObanRows.InsertAsync(Database, rows);

    public Task DropMetaIndexAsync() => Database.ExecuteAsync("drop index if exists oban_jobs_meta_index");

    public Task AddAdvisedIndexAsync() => Database.ExecuteAsync(
        "create index advised on oban_jobs ((meta->>'parent_job_id')) where (meta->>'parent_job_id') is not null");

    public async Task<LineageQueries> QueriesAsync(SourceMapping? mapping = null)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(mapping ?? Presets.Oban("oban"), Connections);
        Assert.Null(problem);
        return new(source!, Connections);
    }

    public async ValueTask DisposeAsync()
    {
        await Connections.DisposeAsync();
        await Database.DisposeAsync();
    }
}
