using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Looks whether a private server still runs, and starts it again at its old port when it does not: connection strings stay
/// right, and whoever uses it connects again by itself.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="folders">Its places.</param>
/// <param name="options">As it was started, with its port.</param>
/// <param name="tidyUp">Puts in order what a dead server left behind.</param>
/// <param name="logger">For operators.</param>
internal sealed class ServerWatch(
    PostgresServer server, ClusterFolders folders, EmbeddedPostgresOptions options, Func<CancellationToken, Task> tidyUp, ILogger logger)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pace = new RestartPace();
        long? startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await Task.Delay(Between, TimeProvider.System, cancellation).ConfigureAwait(false);
            if (IsRunning())
            {
                // One that took long to start is running all the same.
                startedAt ??= TimeProvider.System.GetTimestamp();
                continue;
            }

            if (startedAt is not null)
                EmbeddedPostgresLog.Died(logger);
            var rest = pace.Next(startedAt is { } started ? TimeProvider.System.GetElapsedTime(started) : null);
            await Task.Delay(rest, TimeProvider.System, cancellation).ConfigureAwait(false);
            startedAt = null;
            try
            {
                await tidyUp(cancellation).ConfigureAwait(false);
                var port = await server.StartAsync(options, cancellation).ConfigureAwait(false);
                startedAt = TimeProvider.System.GetTimestamp();
                EmbeddedPostgresLog.Restarted(logger, port);
            }
            catch (Exception e) when (e is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                EmbeddedPostgresLog.RestartFailed(logger, pace.Rest.TotalSeconds, e.Message);
            }
        }
    }

    private bool IsRunning()
    {
        try
        {
            return PostmasterFile.ReadPid(folders.PidFile) is { } pid && PostmasterFile.IsServerOf(pid, folders.Data);
        }
        catch (IOException)
        {
            // It is being written just now.
            return true;
        }
    }
}
