using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// Notices sessions that ended elsewhere, or by the clock, while pages of theirs are open here: a circuit is one request, and is
/// not signed in anew for days. One statement for all of them.
/// </summary>
/// <param name="sessions">The sessions.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For operators.</param>
internal sealed partial class SessionWatch(Sessions sessions, TimeProvider time, ILogger<SessionWatch> log) : BackgroundService
{
    /// <summary>Between two looks, and so for how long at most a page stays open that was signed out of at another replica.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await sessions.CheckAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (System.Data.Common.DbException e)
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(207, LogLevel.Warning, "Sessions could not be looked at; they are again in a moment")]
    private partial void LogFailed(Exception e);
}
