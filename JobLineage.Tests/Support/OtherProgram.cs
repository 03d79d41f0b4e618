using System.Diagnostics;

namespace JobLineage.Tests.Support;

/// <summary>A running <see cref="ProgramOfTests"/>.</summary>
internal sealed class OtherProgram : IDisposable
{
    // All that the program loads; without its deps.json the host looks beside it, so it runs from any folder.
    private static readonly string[] Parts = ["JobLineage.*.dll", "Npgsql.dll", "Dapper.dll", "Microsoft.Extensions.*.dll", "JobLineage.Tests.runtimeconfig.json"];

    private readonly Process _process;

    private OtherProgram(Process process, string answer) => (_process, Answer) = (process, answer);

    /// <summary>The first line that it said.</summary>
    public string Answer { get; }

    public int Id => _process.Id;

    /// <summary>Starts it and waits for its answer.</summary>
    /// <param name="folder">The data directory.</param>
    /// <param name="before">Words that come before the command, such as those that change the user.</param>
    /// <param name="from">The folder that holds the program; null runs it where it was built.</param>
    public static Task<OtherProgram> StartAsync(string folder, string[]? before = null, string? from = null) =>
        StartAsync([folder], before, from);

    /// <summary>Starts a worker of research_jobs that claims a row and is about it until its end; its answer is the row's id.</summary>
    /// <param name="connection">Leads to the queue.</param>
    public static Task<OtherProgram> WorkAsync(string connection) => StartAsync([ProgramOfTests.Work, connection]);

    /// <summary>Starts the janitor of research_jobs, who has gone round when he answers.</summary>
    /// <param name="connection">Leads to the queue.</param>
    public static Task<OtherProgram> ReapAsync(string connection) => StartAsync([ProgramOfTests.Reap, connection]);

    private static async Task<OtherProgram> StartAsync(string[] arguments, string[]? before = null, string? from = null)
    {
        string[] command =
        [
            .. before ?? [], Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet",
            "exec", Path.Combine(from ?? AppContext.BaseDirectory, "JobLineage.Tests.dll"), .. arguments,
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
