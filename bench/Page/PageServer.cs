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

    private readonly DashboardProcess _dashboard;
    private readonly HttpClient _client;

    private PageServer(BenchServer server)
    {
        Address = DashboardProcess.FreeAddress();
        _client = new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        var store = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = StoreName }.ConnectionString;
        _dashboard = new(DashboardProcess.Built, store, Source, server.ConnectionString)
        {
            Settings =
            {
                [$"JobLineage__Sources__{Source}__Schema"] = PageDataset.Schema,
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
    }

    public Uri Address { get; }

    /// <summary>Starts it and waits until its store holds the runs whole.</summary>
    /// <param name="server">Where data set and store are.</param>
    /// <param name="isNew">Whether the data set was made anew, so that the store must be filled again.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<PageServer> StartAsync(BenchServer server, bool isNew, CancellationToken cancellation)
    {
        await using (var connection = await server.Database.OpenConnectionAsync(cancellation))
        {
            if (isNew)
                await connection.ExecuteAsync($"drop database if exists {StoreName} with (force)");
            if (await connection.ExecuteScalarAsync<long>("select count(*) from pg_database where datname = @StoreName", new { StoreName }) == 0)
                await connection.ExecuteAsync($"create database {StoreName}");
        }

        var dashboard = new PageServer(server);
        try
        {
            dashboard._dashboard.Serve(dashboard.Address.ToString());
            foreach (var shape in PageShape.All)
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
