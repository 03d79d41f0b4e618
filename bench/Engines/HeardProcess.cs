using System.Diagnostics;

namespace JobLineage.Bench.Engines;

/// <summary>A program of which all that it says is read while it runs: one that says much would stand still before a full pipe.</summary>
internal sealed class HeardProcess : IDisposable
{
    private readonly Process process;
    private volatile string? firstError;

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it works.</param>
    public HeardProcess(string program, IEnumerable<string> arguments, string folder)
    {
        process = new Process
        {
            StartInfo = new(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true },
        };
        process.ErrorDataReceived += (_, e) => firstError ??= e.Data;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The first line of what it said of errors; empty where it said nothing.</summary>
    public string FirstError => firstError ?? "";

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Waits for its end, and for all that it said until then.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Ends it and what it has started.</summary>
    public void Kill() => process.Kill(entireProcessTree: true);

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();
}
