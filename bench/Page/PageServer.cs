using System.Globalization;
using System.Text.Json;
using Dapper;
using JobLineage.Bench.Running;
using Npgsql;

namespace JobLineage.Bench.Page;

/// <summary>The dashboard as people run it: a process of its own, over the data set and a store that is kept with it.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    public const string Source = "page";

    private const string StoreName = "bench_store_page";

    private readonly IReadOnlyList<PageShape> _shapes;
    private readonly DashboardProcess _dashboard;
    private readonly HttpClient _client;

    private PageServer(BenchServer server, PageSetting setting)
    {
        _shapes = setting.Shapes;
        Address = DashboardProcess.FreeAddress();
        _client = new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        var store = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = setting.Store }.ConnectionString;
        _dashboard = new(setting.Program, store, Source, server.ConnectionString, setting.Hear)
        {
            Settings =
            {
                [$"JobLineage__Sources__{Source}__Schema"] = setting.Schema,
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        foreach (var (name, value) in setting.Environment)
            _dashboard.Settings[name] = value;
    }

    public Uri Address { get; }

    /// <summary>The process that serves.</summary>
    public DashboardProcess Dashboard => _dashboard;

    /// <summary>Starts it and waits until its store holds the runs whole.</summary>
    /// <param name="server">Where data set and store are.</param>
    /// <param name="isNew">Whether the data set was made anew, so that the store must be filled again.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static Task<PageServer> StartAsync(BenchServer server, bool isNew, CancellationToken cancellation) =>
        StartAsync(server, isNew, new(DashboardProcess.Built, PageDataset.Schema, StoreName, PageShape.All), cancellation);

    /// <summary>Starts another program, or over other data.</summary>
    public static async Task<PageServer> StartAsync(BenchServer server, bool isNew, PageSetting setting, CancellationToken cancellation)
    {
        await using (var connection = await server.Database.OpenConnectionAsync(cancellation))
        {
            if (isNew)
                await connection.ExecuteAsync($"drop database if exists {setting.Store} with (force)");
            if (await connection.ExecuteScalarAsync<long>("select count(*) from pg_database where datname = @Store", new { setting.Store }) == 0)
                await connection.ExecuteAsync($"create database {setting.Store}");
        }

        var dashboard = new PageServer(server, setting);
        try
        {
            dashboard._dashboard.Serve(dashboard.Address.ToString());
            foreach (var shape in dashboard._shapes)
                await dashboard._dashboard.UntilAsync(() => dashboard.HasAsync(shape, cancellation), TimeSpan.FromMilliseconds(500), cancellation);
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _dashboard.DisposeAsync();
    }

    private async Task<bool> HasAsync(PageShape shape, CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"api/v1/runs/{Source}/{shape.Root}"), cancellation);
        if (!answer.IsSuccessStatusCode)
            return false;
        using var run = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellation));
        return run.RootElement.GetProperty("stages").EnumerateArray().Sum(stage => stage.GetProperty("total").GetInt64()) == shape.Jobs;
    }
}
