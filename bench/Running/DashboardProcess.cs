using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace JobLineage.Bench.Running;

/// <summary>
/// The dashboard as people run it: a process of its own in a folder of its own, configured by its environment. What it says
/// is kept, so that one that ends can be told why.
/// </summary>
public sealed class DashboardProcess : IAsyncDisposable
{
    private const int LinesKept = 100;
    private const int LinesTold = 10;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("joblineage-bench-");
    private readonly ConcurrentQueue<string> said = new();
    private readonly string program;
    private readonly Action<string>? hear;
    private Process? server;

    /// <summary>Prepares one.</summary>
    /// <param name="program">The path of <c>joblineage.dll</c>: <see cref="Built"/>, or <see cref="Beside"/>.</param>
    /// <param name="store">Leads to the store.</param>
    /// <param name="name">The name of its only source.</param>
    /// <param name="source">Leads to the source, which has Oban's table.</param>
    /// <param name="hear">Gets every line that it says, on any thread; null for nobody.</param>
    public DashboardProcess(string program, string store, string name, string source, Action<string>? hear = null)
    {
        (this.program, this.hear) = (program, hear);
        Settings = new()
        {
            ["ConnectionStrings__Store"] = store,
            ["JobLineage__DataDirectory"] = Path.Combine(folder.FullName, "data"),
            [$"JobLineage__Sources__{name}__Preset"] = "oban",
            [$"JobLineage__Sources__{name}__ConnectionString"] = source,
        };
    }

    /// <summary>The program as the build of the dashboard left it: the only one that has its pages' files.</summary>
    /// <exception cref="InvalidOperationException">It is not built.</exception>
    public static string Built
    {
        get
        {
            var path = Path.Combine(BenchServer.RepositoryRoot(), "JobLineage.Dashboard", "bin", "Release", "net10.0", "joblineage.dll");
            return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built; ./bench.sh builds it.");
        }
    }

    /// <summary>The program that came with whoever runs this: it is of the same build.</summary>
    public static string Beside => Path.Combine(AppContext.BaseDirectory, "joblineage.dll");

    /// <summary>Its environment besides that of whoever runs this; what is added here must be there before it runs.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>The process that serves.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public Process Server => server ?? throw new InvalidOperationException("The dashboard was not started.");

    /// <summary>Whether it was started.</summary>
    public bool IsStarted => server is not null;

    /// <summary>The last that it said.</summary>
    public string Said => said.IsEmpty ? "it said nothing." : string.Join(Environment.NewLine, said.TakeLast(LinesTold));

    /// <summary>An address of this machine at which nobody listens.</summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://{listener.LocalEndpoint}/");
    }

    /// <summary>Starts the server.</summary>
    /// <param name="urls">Where it shall listen.</param>
    public void Serve(string urls) => server = Run("serve", "--urls", urls);

    /// <summary>Starts it with a verb; whoever asked for it waits for its end.</summary>
    public Process Run(params string[] arguments)
    {
        var host = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        var start = new ProcessStartInfo(host, [program, .. arguments])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in Settings)
            start.Environment[key] = value;
        var run = new Process { StartInfo = start };
        run.OutputDataReceived += (_, e) => Hear(e.Data);
        run.ErrorDataReceived += (_, e) => Hear(e.Data);
        run.Start();
        run.BeginOutputReadLine();
        run.BeginErrorReadLine();
        return run;
    }

    /// <summary>Asks again and again until the answer is what is waited for.</summary>
    /// <param name="ask">Asks the server; no answer at all is no error.</param>
    /// <param name="pause">Between two questions.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task UntilAsync(Func<Task<bool>> ask, TimeSpan pause, CancellationToken cancellation)
    {
        while (true)
        {
            if (Server.HasExited)
                throw new InvalidOperationException($"The dashboard ended: {Said}");
            try
            {
                if (await ask())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // It does not listen yet, or its store is being made.
            }

            await Task.Delay(pause, cancellation);
        }
    }

    /// <summary>kill -9: nothing is tidied up.</summary>
    public async Task KillAsync()
    {
        if (server is null)
            return;
        if (!server.HasExited)
            server.Kill();
        await server.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        server?.Dispose();
        server = null;
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        hear?.Invoke(line);
        said.Enqueue(line);
        while (said.Count > LinesKept)
            said.TryDequeue(out _);
    }
}
