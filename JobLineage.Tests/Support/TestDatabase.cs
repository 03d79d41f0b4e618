using Dapper;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Tests.Support;

/// <summary>A database of its own for one test; dropped on dispose, whoever is still connected.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private const string Prefix = "jl_test_";

    // Copied as files, without a log: a quarter of the processor. Before 15 Postgres knows no other way, and no word for it.
    private const string AsFiles = "strategy file_copy";

    private static readonly SemaphoreSlim TemplateGate = new(1);
    private static string? _copied;
    private static string? _template;

    private readonly string _server;

    private TestDatabase(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, IncludeErrorDetail = true }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>An empty one.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var server = await PostgresFixture.ConnectionStringAsync();
        var database = new TestDatabase(server, Prefix + Guid.NewGuid().ToString("N"));
        await database.OnServerAsync($"create database {database.Name} {await CopiedAsync(server)}");
        return database;
    }

    /// <summary>One with the store's schema in it, up to date: a copy of one that was migrated once.</summary>
    public static async Task<TestDatabase> CreateStoreAsync()
    {
        var server = await PostgresFixture.ConnectionStringAsync();
        var database = new TestDatabase(server, Prefix + Guid.NewGuid().ToString("N"));
        await database.OnServerAsync($"create database {database.Name} template {await TemplateAsync()} {await CopiedAsync(server)}");
        return database;
    }

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs SQL, which may be several statements.</summary>
    /// <returns>The number of rows that were changed.</returns>
    public async Task<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await OpenAsync();
        return await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>The first value of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await OpenAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    /// <summary>The first column of all rows, as text.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string sql, object? parameters = null)
    {
        await using var connection = await OpenAsync();
        return [.. await connection.QueryAsync<string>(sql, parameters)];
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(pooled);
        await OnServerAsync($"drop database if exists {Name} with (force)");
    }

    /// <summary>Drops what test processes that were killed have left on a private server.</summary>
    internal static async Task DropLeftoversAsync(string server)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        var names = await connection.QueryAsync<string>(
            "select datname from pg_database where datname like @like", new { like = Prefix.Replace("_", @"\_") + "%" });
        foreach (var name in names)
            await connection.ExecuteAsync($"drop database if exists {name} with (force)");
    }

    private static async Task<string> CopiedAsync(string server)
    {
        if (_copied is null)
        {
            await using var connection = new NpgsqlConnection(server);
            await connection.OpenAsync();
            _copied = connection.PostgreSqlVersion.Major < 15 ? "" : AsFiles;
        }

        return _copied;
    }

    private static async Task<string> TemplateAsync()
    {
        await TemplateGate.WaitAsync();
        try
        {
            if (_template is not null)
                return _template;
            var made = await CreateAsync();
            await using (var store = StoreDatabase.Create(made.ConnectionString))
                await Migrator.MigrateAsync(store, null, default);
            // Nobody may be connected to what is copied.
            await made.OnServerAsync($"alter database {made.Name} allow_connections false");
            await made.OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{made.Name}'");
            return _template = made.Name;
        }
        finally
        {
            TemplateGate.Release();
        }
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql, commandTimeout: 60);
    }
}
