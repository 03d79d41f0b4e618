using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>An Oban table in a database of its own, and the trigger feed beside it.</summary>
internal sealed class TriggerFixture : IAsyncDisposable
{
    private readonly LineageFixture _source;

    private TriggerFixture(LineageFixture source, SourceMapping mapping)
    {
        _source = source;
        Mapping = mapping;
        Installer = new(mapping, source.Connections);
        Sql = new(mapping);
        Consumer = new(source.Connections, Sql.Names);
    }

    public SourceMapping Mapping { get; }

    public TriggerInstaller Installer { get; }

    public TriggerSql Sql { get; }

    public TriggerConsumer Consumer { get; }

    public TestDatabase Database => _source.Database;

    public NpgsqlDataSource Connections => _source.Connections;

    public static async Task<TriggerFixture> CreateAsync(bool install = true)
    {
        var fixture = new TriggerFixture(await LineageFixture.ObanAsync(), Presets.Oban("oban"));
        if (install)
            await fixture.Installer.InstallAsync();
        return fixture;
    }

    /// <summary>For a table of the test's own making.</summary>
    public static async Task<TriggerFixture> OfAsync(string create, SourceMapping mapping)
    {
        var fixture = new TriggerFixture(await LineageFixture.CreateAsync(), mapping);
        await fixture.Database.ExecuteAsync(create);
        return fixture;
    }

    public Task ExecuteAsync(string sql) => Database.ExecuteAsync(sql);

    /// <summary>Inserts available jobs in one statement.</summary>
    public Task InsertAsync(int count) => ExecuteAsync($"insert into oban_jobs (worker) select 'App.A' from generate_series(1, {count})");

    /// <summary>Empties the log.</summary>
    public async Task<IReadOnlyList<string>> DrainAsync()
    {
        var drained = await Consumer.DrainAsync(1_000_000, CancellationToken.None);
        await drained.CommitAsync(CancellationToken.None);
        return drained.Ids;
    }

    public Task<long> LoggedAsync() => Database.ScalarAsync<long>($"select count(*) from {Sql.Names.Change}");

    /// <summary>All that the catalog holds of the database's own making, one line each.</summary>
    public async Task<string> CatalogAsync() => (await Database.ScalarAsync<string>("""
        select string_agg(line, E'\n' order by line) from (
            select 'class ' || oid::regclass || ' ' || relkind::text from pg_class where relnamespace >= 16384 or relnamespace = 'public'::regnamespace
            union all select 'function ' || oid::regprocedure from pg_proc where oid >= 16384
            union all select 'trigger ' || tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
            union all select 'schema ' || nspname from pg_namespace where nspname not like 'pg\_toast%' and nspname not like 'pg\_temp%'
            union all select 'type ' || oid::regtype from pg_type where oid >= 16384) lines (line)
        """))!;

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
