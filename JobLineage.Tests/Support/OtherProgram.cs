using System.Diagnostics;

namespace JobLineage.Tests.Support;

/// <summary>A running <see cref="ProgramThatHoldsPostgres"/>.</summary>
internal sealed class OtherProgram : IDisposable
{
    // All that the program loads; without its deps.json the host looks beside it, so it runs from any folder.
    private static readonly string[] Parts = ["JobLineage.*.dll", "Npgsql.dll", "Dapper.dll", "Microsoft.Extensions.*.dll", "JobLineage.Tests.runtimeconfig.json"];

    private readonly Process _process;

    private OtherProgram(Process process, string answer) => (_process, Answer) = (process, answer);

    /// <summary>The connection string, or the sentence that says why there is none.</summary>
    public string Answer { get; }

    public int Id => _process.Id;

    /// <summary>Starts it and waits for its answer.</summary>
    /// <param name="folder">The data directory.</param>
    /// <param name="before">Words that come before the command, such as those that change the user.</param>
    /// <param name="from">The folder that holds the program; null runs it where it was built.</param>
    public static async Task<OtherProgram> StartAsync(string folder, string[]? before = null, string? from = null)
    {
        string[] command =
        [
            .. before ?? [], Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet",
            "exec", Path.Combine(from ?? AppContext.BaseDirectory, "JobLineage.Tests.dll"), folder,
        ];
        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        return new OtherProgram(process, await process.StandardOutput.ReadLineAsync() ?? "(no answer)");
    }

    /// <summary>Copies the program to a folder that every user can read.</summary>
    public static void CopyTo(string folder)
    {
        foreach (var part in Parts.SelectMany(pattern => Directory.GetFiles(AppContext.BaseDirectory, pattern)))
            File.Copy(part, Path.Combine(folder, Path.GetFileName(part)));
    }

    /// <summary>Ends its input, which ends it.</summary>
    public Task EndAsync()
    {
        _process.StandardInput.Close();
        return _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name and waits for the end.</summary>
    public Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
