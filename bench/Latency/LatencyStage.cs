using System.Diagnostics;
using System.Security.Cryptography;
using JobLineage.Bench.Lineage;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Sources;
using Microsoft.Playwright;
using Npgsql;

namespace JobLineage.Bench.Latency;

/// <summary>All that takes part: the queue's table, an empty store, the dashboard over both, and a browser.</summary>
internal sealed class LatencyStage : IAsyncDisposable
{
    private const string Role = "bench_dashboard";

    private readonly IPlaywright playwright;

    private LatencyStage(
        BenchServer server, SourceMapping mapping, string store, LatencyServer dashboard, IPlaywright playwright, IBrowser browser)
    {
        (Server, Mapping, Dashboard, this.playwright, Browser) = (server, mapping, dashboard, playwright, browser);
        Counter = new(server.Database, Role, DatabaseOf(server), store);
        StoreConnection = Connection(server, store);
    }

    public BenchServer Server { get; }

    public SourceMapping Mapping { get; }

    public LatencyServer Dashboard { get; }

    public IBrowser Browser { get; }

    public StatementCounter Counter { get; }

    /// <summary>Leads to the store, as the bench's own user.</summary>
    public string StoreConnection { get; }

    /// <summary>Sets everything up; returns when the dashboard has read the table and nothing goes on any more.</summary>
    public static async Task<LatencyStage> CreateAsync(BenchServer server, Report report, LineageShape shape, CancellationToken cancellation)
    {
        var chromium = FindChromium();
        var mapping = Presets.Oban(LatencyServer.Source) with { Schema = shape.Schema };
        await report.WhileAsync(
            $"{Report.Number(shape.Rows)} rows", () => LineageDataset.EnsureAsync(server.Database, shape, cancellation));
        var store = "bench_store_" + shape.Name.Replace('-', '_');
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        await ExecuteAsync(server.Database, $"drop database if exists {store} with (force)", cancellation);
        await ExecuteAsync(server.Database, $"create database {store}", cancellation);
        // A role of its own: by it the dashboard's statements are told from those of the load.
        await ExecuteAsync(server.Database, $"do $$ begin if not exists (select from pg_roles where rolname = '{Role}') then create role {Role}; end if; end $$", cancellation);
        await ExecuteAsync(server.Database, $"alter role {Role} login superuser password '{password}'", cancellation);

        var dashboard = await report.WhileAsync("the dashboard reads the table", () => LatencyServer.StartAsync(
            Connection(server, store, password), Connection(server, DatabaseOf(server), password), mapping, cancellation));
        try
        {
            await report.WhileAsync("the store is vacuumed, and silence waited for", async () =>
            {
                await using var tables = NpgsqlDataSource.Create(Connection(server, store));
                await ExecuteAsync(tables, "vacuum analyze", cancellation);
                await ExecuteAsync(server.Database, "checkpoint", cancellation);
                await SilenceAsync(server, dashboard, cancellation);
                return true;
            });
            var playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
            });
            return new(server, mapping, store, dashboard, playwright, browser);
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright.Dispose();
        await Dashboard.DisposeAsync();
    }

    // The comparison of the whole table that follows the first reading has no end that is told.
    private static async Task SilenceAsync(BenchServer server, LatencyServer dashboard, CancellationToken cancellation)
    {
        var silent = 0;
        var limit = Stopwatch.StartNew();
        while (silent < 4 && limit.Elapsed < TimeSpan.FromSeconds(90))
        {
            var (before, since) = (dashboard.Processor, Stopwatch.GetTimestamp());
            await Task.Delay(500, cancellation);
            var share = (dashboard.Processor - before) / Stopwatch.GetElapsedTime(since);
            await using var busy = server.Database.CreateCommand(
                "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and backend_type in ('client backend', 'autovacuum worker')");
            silent = share < 0.2 && (long)(await busy.ExecuteScalarAsync(cancellation))! == 0 ? silent + 1 : 0;
        }
    }

    private static string DatabaseOf(BenchServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Database!;

    private static string Connection(BenchServer server, string database, string? password = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database };
        if (password is not null)
            (connection.Username, connection.Password) = (Role, password);
        return connection.ConnectionString;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string FindChromium()
    {
        var given = Environment.GetEnvironmentVariable("JOBLINEAGE_CHROMIUM");
        string[] places = string.IsNullOrEmpty(given)
            ? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"]
            : given.Contains('/') ? [given] : [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, given))];
        return Array.Find(places, File.Exists)
            ?? throw new ArgumentException("No Chromium was found: run it by ./bench.sh, which installs one, or name its program in JOBLINEAGE_CHROMIUM.");
    }
}
