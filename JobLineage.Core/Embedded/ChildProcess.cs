using System.ComponentModel;
using System.Diagnostics;

namespace JobLineage.Core.Embedded;

/// <summary>Runs a program to its end and keeps what it printed.</summary>
internal static class ChildProcess
{
    internal readonly record struct Result(int ExitCode, string Output)
    {
        public bool Succeeded => ExitCode == 0;
    }

    /// <exception cref="EmbeddedPostgresException">The program cannot be run, or took longer than <paramref name="timeout"/>.</exception>
    public static async Task<Result> RunAsync(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The server's user may have no right to enter the folder that the program was started in.
            WorkingDirectory = "/",
        };
        // PGDATA, PGPORT and the like are meant for somebody else's server; messages are read below, so in English.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresFailure.ServerFailed, $"{command[0]} cannot be run: {e.Message}.", e);
        }

        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            var text = await output.ConfigureAwait(false) + await errors.ConfigureAwait(false);
            return new Result(process.ExitCode, text.Trim());
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            if (cancellation.IsCancellationRequested)
                throw;
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.ServerFailed, $"{Path.GetFileName(command[0])} did not end within {timeout.TotalSeconds:0} seconds.", e);
        }
    }
}
