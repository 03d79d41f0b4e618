using System.Diagnostics;

namespace JobLineage.Bench.Engines;

/// <summary>
/// A program of which all that it says is read while it runs: one that says much would stand still before a full pipe. It is killed, with what it has started, when it is
/// let go: a trial that breaks off leaves no worker behind.
/// </summary>
internal sealed class HeardProcess : IAsyncDisposable
{
    private readonly Process process;
    private volatile string? firstError;

    /// <param name="start">The program, its arguments and where it works.</param>
    public HeardProcess(ProcessStartInfo start)
    {
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, said) => firstError ??= string.IsNullOrWhiteSpace(said.Data) ? null : said.Data;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The first line of what it said of errors; empty where it said nothing.</summary>
    public string FirstError => firstError ?? "";

    /// <summary>Whether it has ended by itself.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Waits for its end, and for all that it said until then.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Kills it as a machine that loses its power would.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
