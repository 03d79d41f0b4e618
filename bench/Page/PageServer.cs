using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace JobLineage.Bench.Page;

/// <summary>The dashboard as people run it: a process of its own, over the data set and a store that is kept with it.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    public const string Source = "page";

    private const string StoreName = "bench_store_page";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("joblineage-page-");
    private readonly ConcurrentQueue<string> _said = new();
    private readonly HttpClient _client;
    private readonly Process _process;

    private PageServer(BenchServer server, string program)
    {
        Address = new($"http://127.0.0.1:{FreePort()}/");
        _client = new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[program, "serve", "--urls", Address.ToString()])
            start.ArgumentList.Add(argument);
        start.Environment["ConnectionStrings__Store"] = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = StoreName }.ConnectionString;
        start.Environment["JobLineage__DataDirectory"] = Path.Combine(_folder.FullName, "data");
        start.Environment[$"JobLineage__Sources__{Source}__Preset"] = "oban";
        start.Environment[$"JobLineage__Sources__{Source}__ConnectionString"] = server.ConnectionString;
        start.Environment[$"JobLineage__Sources__{Source}__Schema"] = PageDataset.Schema;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
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

        var dashboard = new PageServer(server, Program());
        try
        {
            dashboard._process.Start();
            dashboard._process.BeginOutputReadLine();
            dashboard._process.BeginErrorReadLine();
            foreach (var shape in PageShape.All)
                await dashboard.HasAsync(shape, cancellation);
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
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task HasAsync(PageShape shape, CancellationToken cancellation)
    {
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The dashboard ended: {string.Join(Environment.NewLine, _said.TakeLast(10))}");
            try
            {
                using var answer = await _client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"api/v1/runs/{Source}/{shape.Root}"), cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    using var run = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellation));
                    if (run.RootElement.GetProperty("stages").EnumerateArray().Sum(stage => stage.GetProperty("total").GetInt64()) == shape.Jobs)
                        return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // It does not listen yet, or its store is being made.
            }

            await Task.Delay(500, cancellation);
        }
    }

    private static string Program()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "JobLineage.sln")))
            folder = folder.Parent;
        var program = Path.Combine(folder?.FullName ?? "", "JobLineage.Dashboard", "bin", "Release", "net10.0", "joblineage.dll");
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not built; ./bench.sh builds it.");
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        _said.Enqueue(line);
        while (_said.Count > 50)
            _said.TryDequeue(out string? _);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
