using System.Globalization;
using System.IO.Pipes;
using System.Net.Http.Json;
using System.Text.Json;
using JobLineage.Bench.Running;
using JobLineage.Core.Sources;

namespace JobLineage.Bench.Latency;

/// <summary>A dashboard that follows the data set by its trigger, and tells of its memory.</summary>
internal sealed class LatencyServer : IAsyncDisposable
{
    /// <summary>The source's name in it.</summary>
    public const string Source = "oban";

    private readonly string pipe = "joblineage-bench-" + Guid.NewGuid().ToString("n");
    private readonly DashboardProcess dashboard;
    private readonly HttpClient client;

    private LatencyServer(string store, string source, SourceMapping mapping)
    {
        Address = DashboardProcess.FreeAddress();
        client = new() { BaseAddress = Address };
        dashboard = new(DashboardProcess.Built, store, Source, source)
        {
            Settings =
            {
                [$"JobLineage__Sources__{Source}__Schema"] = mapping.Schema,
                ["Logging__LogLevel__Default"] = "Warning",
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.Variable] = pipe,
            },
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Time on the processor so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            dashboard.Server.Refresh();
            return dashboard.Server.TotalProcessorTime;
        }
    }

    /// <summary>Installs the trigger, starts the server and waits until it has read the source to the end.</summary>
    public static async Task<LatencyServer> StartAsync(string store, string source, SourceMapping mapping, CancellationToken cancellation)
    {
        var server = new LatencyServer(store, source, mapping);
        try
        {
            using (var install = server.dashboard.Run("install", "--source", Source))
            {
                await install.WaitForExitAsync(cancellation);
                if (install.ExitCode != 0)
                    throw new InvalidOperationException($"`joblineage install` failed: {server.dashboard.Said}");
            }

            server.dashboard.Serve(server.Address.ToString());
            await server.dashboard.UntilAsync(() => server.IsLiveAsync(cancellation), TimeSpan.FromMilliseconds(200), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The managed heap after a full collection, and what the system says the process has in memory, in bytes.</summary>
    public async Task<(long Heap, long Resident)> MemoryAsync(CancellationToken cancellation)
    {
        await using var asked = new NamedPipeClientStream(".", pipe, PipeDirection.In);
        await asked.ConnectAsync(cancellation);
        using var reader = new StreamReader(asked);
        var heap = long.Parse(await reader.ReadToEndAsync(cancellation), CultureInfo.InvariantCulture);
        dashboard.Server.Refresh();
        return (heap, dashboard.Server.WorkingSet64);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (dashboard.IsStarted)
        {
            await dashboard.KillAsync();
            using var uninstall = dashboard.Run("uninstall", "--source", Source);
            await uninstall.WaitForExitAsync();
        }

        await dashboard.DisposeAsync();
    }

    private async Task<bool> IsLiveAsync(CancellationToken cancellation)
    {
        var sources = await client.GetFromJsonAsync<JsonElement>("api/v1/sources", cancellation);
        return sources.GetProperty("sources").EnumerateArray().Any(s => s.GetProperty("state").GetString() == "live");
    }
}
