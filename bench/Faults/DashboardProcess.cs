using System.Diagnostics;

namespace JobLineage.Bench.Faults;

/// <summary>A real dashboard in a process of its own, to be killed.</summary>
public sealed class DashboardProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private DashboardProcess(Process process, string folder) => (this.process, this.folder) = (process, folder);

    /// <summary>Starts one; it leads when nobody does.</summary>
    public static DashboardProcess Start(FaultWorld world, string name, TrialLog log)
    {
        var folder = Directory.CreateTempSubdirectory("joblineage-trial-").FullName;
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "joblineage.dll"), "serve", "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["JobLineage__DataDirectory"] = Path.Combine(folder, "data");
        start.Environment["ConnectionStrings__Store"] = world.Store.ConnectionString + ";Application Name=" + name;
        start.Environment["JobLineage__Sources__oban__Preset"] = "oban";
        start.Environment["JobLineage__Sources__oban__ConnectionString"] = world.Source.ConnectionString + ";Application Name=" + name;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Tell(e.Data);
        process.ErrorDataReceived += (_, e) => Tell(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        log.Add($"process {process.Id} started as {name}");
        return new(process, folder);

        void Tell(string? line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                log.Add($"{name}: {line}");
        }
    }

    /// <summary>kill -9: nothing is tidied up.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
