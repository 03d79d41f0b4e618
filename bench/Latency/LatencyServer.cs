using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using JobLineage.Core.Sources;

namespace JobLineage.Bench.Latency;

/// <summary>The dashboard as people run it: a process of its own, configured by its environment.</summary>
internal sealed class DashboardProcess : IAsyncDisposable
{
    /// <summary>The source's name in it.</summary>
    public const string Source = "oban";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("joblineage-bench-");
    private readonly Dictionary<string, string> settings;
    private readonly ConcurrentQueue<string> said = new();
    private readonly string pipe = "joblineage-bench-" + Guid.NewGuid().ToString("n");
    private readonly HttpClient client;
    private Process? process;

    private DashboardProcess(string store, string source, SourceMapping mapping)
    {
        Address = new($"http://127.0.0.1:{FreePort()}/");
        client = new() { BaseAddress = Address };
        settings = new()
        {
            ["ConnectionStrings__Store"] = store,
            ["JobLineage__DataDirectory"] = Path.Combine(folder.FullName, "data"),
            [$"JobLineage__Sources__{Source}__Preset"] = "oban",
            [$"JobLineage__Sources__{Source}__ConnectionString"] = source,
            [$"JobLineage__Sources__{Source}__Schema"] = mapping.Schema,
            ["Logging__LogLevel__Default"] = "Warning",
            ["DOTNET_STARTUP_HOOKS"] = typeof(DashboardProcess).Assembly.Location,
            [StartupHook.Variable] = pipe,
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Time on the processor so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            process!.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Installs the trigger, starts the server and waits until it has read the source to the end.</summary>
    public static async Task<DashboardProcess> StartAsync(string store, string source, SourceMapping mapping, CancellationToken cancellation)
    {
        var dashboard = new DashboardProcess(store, source, mapping);
        try
        {
            using (var install = dashboard.Run("install", "--source", Source))
            {
                await install.WaitForExitAsync(cancellation);
                if (install.ExitCode != 0)
                    throw new InvalidOperationException($"`joblineage install` failed: {dashboard.Said}");
            }

            dashboard.process = dashboard.Run("serve", "--urls", dashboard.Address.ToString());
            await dashboard.LiveAsync(cancellation);
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
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
        process!.Refresh();
        return (heap, process.WorkingSet64);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (process is not null)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            using var uninstall = Run("uninstall", "--source", Source);
            await uninstall.WaitForExitAsync();
        }

        folder.Delete(recursive: true);
    }

    private string Said => said.IsEmpty ? "it said nothing." : string.Join(Environment.NewLine, said.TakeLast(10));

    private async Task LiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (process!.HasExited)
                throw new InvalidOperationException($"The dashboard ended: {Said}");
            try
            {
                var sources = await client.GetFromJsonAsync<JsonElement>("api/v1/sources", cancellation);
                var list = sources.ValueKind == JsonValueKind.Array ? sources : sources.GetProperty("sources");
                if (list.EnumerateArray().Any(s => s.GetProperty("state").GetString() == "live"))
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or its store is being made.
            }

            await Task.Delay(200, cancellation);
        }
    }

    private Process Run(params string[] arguments)
    {
        var program = Path.Combine(BenchServer.RepositoryRoot(), "JobLineage.Dashboard", "bin", "Release", "net10.0", "joblineage.dll");
        if (!File.Exists(program))
            throw new InvalidOperationException($"{program} is not built; ./bench.sh builds it.");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var run = new Process { StartInfo = start };
        run.OutputDataReceived += (_, e) => Hear(e.Data);
        run.ErrorDataReceived += (_, e) => Hear(e.Data);
        run.Start();
        run.BeginOutputReadLine();
        run.BeginErrorReadLine();
        return run;
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        said.Enqueue(line);
        while (said.Count > 100)
            said.TryDequeue(out _);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
