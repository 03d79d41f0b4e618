using Dapper;
using JobLineage.Core.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Bench;

/// <summary>
/// The server that is measured on: that of JOBLINEAGE_BENCH_POSTGRES when it holds a connection string (of a user who may
/// create schemas), else a private one below <c>artifacts/bench</c>. Data sets stay there for the next time.
/// </summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private const string Variable = "JOBLINEAGE_BENCH_POSTGRES";

    private readonly EmbeddedPostgres? _embedded;

    private BenchServer(string connectionString, EmbeddedPostgres? embedded)
    {
        _embedded = embedded;
        ConnectionString = connectionString;
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "job lineage bench" });
    }

    /// <summary>Leads to the database that holds the data sets.</summary>
    public string ConnectionString { get; }

    /// <summary>A pool of connections to it.</summary>
    public NpgsqlDataSource Database { get; }

    /// <param name="countStatements">Whether the private server shall load pg_stat_statements, where it has it.</param>
    /// <param name="cancellation">Stops the starting.</param>
    public static async Task<BenchServer> StartAsync(bool countStatements, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new BenchServer(given, null);

        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = Path.Combine(RepositoryRoot(), "artifacts", "bench"),
            Database = "joblineage_bench",
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "512MB", ["max_wal_size"] = "4GB", ["maintenance_work_mem"] = "256MB" },
        };
        var server = await StartAsync(options, cancellation);
        if (!countStatements || !await server.HasLibraryAsync("pg_stat_statements", cancellation))
            return server;
        // It is loaded at the start alone, and a server that is told to load what it has not does not start.
        await server.DisposeAsync();
        return await StartAsync(
            options with { Settings = new Dictionary<string, string>(options.Settings) { ["shared_preload_libraries"] = "pg_stat_statements" } }, cancellation);
    }

    private static async Task<BenchServer> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var embedded = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, cancellation);
        return new BenchServer(embedded.ConnectionString, embedded);
    }

    private async Task<bool> HasLibraryAsync(string name, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand("select setting from pg_config where name = 'PKGLIBDIR'");
        return await command.ExecuteScalarAsync(cancellation) is string folder
            && new[] { ".so", ".dylib" }.Any(suffix => File.Exists(Path.Combine(folder, name + suffix)));
    }

    /// <summary>What is measured on, in one line: figures mean nothing without it.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellation)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellation);
        var version = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "select current_setting('server_version') || ', shared_buffers ' || current_setting('shared_buffers')",
            commandTimeout: 30, cancellationToken: cancellation));
        return $"PostgreSQL {version}; {Environment.ProcessorCount} cores; .NET {Environment.Version}";
    }

    // Wherever it is started from, the data sets are found again.
    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "JobLineage.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? Directory.GetCurrentDirectory();
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }
}
