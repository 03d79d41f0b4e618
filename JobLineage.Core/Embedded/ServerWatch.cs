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
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Runs until cancelled.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pause = Between;
        while (true)
        {
            await Task.Delay(pause, TimeProvider.System, cancellation).ConfigureAwait(false);
            if (IsRunning())
            {
                pause = Between;
                continue;
            }

            EmbeddedPostgresLog.Died(logger);
            try
            {
                await tidyUp(cancellation).ConfigureAwait(false);
                var port = await server.StartAsync(options, cancellation).ConfigureAwait(false);
                EmbeddedPostgresLog.Restarted(logger, port);
                // One that dies again and again is not started again and again without a rest.
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception e) when (e is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                EmbeddedPostgresLog.RestartFailed(logger, pause.TotalSeconds, e.Message);
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
