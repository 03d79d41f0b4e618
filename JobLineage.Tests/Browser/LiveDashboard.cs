using System.Net;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace JobLineage.Tests.Browser;

/// <summary>
/// The product as it is served: a store and a source of its own in Postgres, the feed between them, and a loopback port. The
/// browser comes by a <see cref="Relay"/>, so that the network can fail, or the server be another one.
/// </summary>
internal sealed class LiveDashboard : IAsyncDisposable
{
    /// <summary>The token by which a closed one lets this test in, where it is configured.</summary>
    public const string Token = "0123456789abcdef";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(Chromium.Patience);

    private readonly TempFolder folder = new();
    private readonly Relay relay = new();
    private WebApplication? app;

    private readonly IReadOnlyDictionary<string, string?> settings;
    private string awaited = "";

    private LiveDashboard(TestDatabase store, TestDatabase source, IReadOnlyDictionary<string, string?> settings) =>
        (Store, Source, Client, this.settings) = (store, source, new() { BaseAddress = relay.Address, DefaultRequestHeaders = { Authorization = new("Bearer", Token) } }, settings);

    public TestDatabase Store { get; }

    /// <summary>The queue that is watched, as the source "oban".</summary>
    public TestDatabase Source { get; }

    public Uri Address => relay.Address;

    /// <summary>What the running program is made of.</summary>
    public IServiceProvider Services => app!.Services;

    /// <summary>The server's own address, past what <see cref="Network"/> cuts.</summary>
    public Uri Direct => new(DashboardRun.Addresses(app!).First());

    public Relay Network => relay;

    public HttpClient Client { get; }

    /// <summary>Starts one over what a queue wrote, and waits until it has read the run of job 60.</summary>
    /// <param name="data">The recorded rows.</param>
    /// <param name="more">Changes them before they are read.</param>
    public static Task<LiveDashboard> StartAsync(RecordedData data, Func<TestDatabase, Task>? more = null) => StartAsync(async source =>
    {
        await data.LoadAsync(source);
        if (more is not null)
            await more(source);
        return 60;
    }, new Dictionary<string, string?>());

    /// <summary>Starts one over a queue that somebody fills, and waits until it has read the run that matters.</summary>
    /// <param name="fill">Makes the queue, and says which job's run is waited for.</param>
    /// <param name="settings">Beside those that every test has.</param>
    public static async Task<LiveDashboard> StartAsync(Func<TestDatabase, Task<long>> fill, IReadOnlyDictionary<string, string?> settings)
    {
        var dashboard = new LiveDashboard(await TestDatabase.CreateStoreAsync(), await TestDatabase.CreateAsync(), settings);
        try
        {
            dashboard.awaited = $"/api/v1/runs/oban/{await fill(dashboard.Source)}";
            await dashboard.StartServerAsync();
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server and starts another at the same address: what circuits knew is lost.</summary>
    public async Task RestartServerAsync()
    {
        await StopServerAsync();
        await StartServerAsync();
    }

    /// <summary>Lets nobody into a database, and throws out those who are in.</summary>
    public static async Task CloseAsync(TestDatabase database)
    {
        await OnServerAsync(
            $"alter database {database.Name} allow_connections false; select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}'");
        // The test's own connections are broken too.
        await using var pooled = new NpgsqlConnection(database.ConnectionString);
        NpgsqlConnection.ClearPool(pooled);
    }

    /// <summary>Lets everybody in again.</summary>
    public static Task ReopenAsync(TestDatabase database) => OnServerAsync($"alter database {database.Name} allow_connections true");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopServerAsync();
        await relay.DisposeAsync();
        await ReopenAsync(Source);
        await ReopenAsync(Store);
        await Source.DisposeAsync();
        await Store.DisposeAsync();
        folder.Dispose();
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await PostgresFixture.ConnectionStringAsync());
        await connection.OpenAsync();
        foreach (var statement in sql.Split("; "))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task StartServerAsync()
    {
        var all = new Dictionary<string, string?>(settings)
        {
            [DashboardOptions.DataDirectoryKey] = folder.Below("data"),
            [DashboardData.StoreKey] = Store.ConnectionString,
            ["JobLineage:Sources:oban:Preset"] = "oban",
            ["JobLineage:Sources:oban:ConnectionString"] = Source.ConnectionString,
            ["Logging:LogLevel:Default"] = "None",
        };
        // Further sources are in the same database.
        foreach (var preset in settings.Keys.Where(key => key.EndsWith(":Preset", StringComparison.Ordinal)))
            all[preset.Replace(":Preset", ":ConnectionString")] = Source.ConnectionString;
        app = DashboardHost.Build(new() { Urls = "http://127.0.0.1:0", Settings = all, CurrentDirectory = folder.Path }, DashboardData.AddTo);
        await app.StartAsync();
        relay.Target = new(DashboardRun.Addresses(app).First());

        var until = TimeProvider.System.GetTimestamp();
        while (!await HasRunAsync())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(until) < Patience, "the run was not read in time");
            await Task.Delay(50);
        }
    }

    private async Task<bool> HasRunAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(awaited);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // A connection to the server that was there before.
            return false;
        }
    }

    private async Task StopServerAsync()
    {
        relay.Target = null;
        relay.Cut();
        if (app is null)
            return;
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }
}
