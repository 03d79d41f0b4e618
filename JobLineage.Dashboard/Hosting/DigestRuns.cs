using JobLineage.Core.Alerts;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using Npgsql;
using Quartz;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Makes digests when they are due and sends what waits, on every replica: the store sees to it that one of them makes and
/// one of them sends.
/// </summary>
internal sealed partial class DigestRuns(
    DigestMaker maker, DigestSender sender, DigestRetention retention, DigestSettings settings, IRunReader store, ConfiguredSources configured, RunHub hub, Outage outage,
    TimeProvider time, ILogger<DigestRuns> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SweepPause = TimeSpan.FromHours(6);

    /// <summary>For so long after a start a digest that was missed waits for sources: what failed while nobody ran belongs into it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly long began = time.GetTimestamp();

    // A time of the schedule may have passed while nobody ran, or while the store did not answer.
    private volatile bool mayBeBehind = true;
    private DateTimeOffset sweepAt = time.GetUtcNow();

    /// <summary>Makes the digest of a time of the schedule, and sends it.</summary>
    public async Task FireAsync(DateTimeOffset scheduled, CancellationToken cancellation)
    {
        try
        {
            if (await MakeAsync(scheduled, await UnreadAsync(cancellation), cancellation))
                DigestComponent.Announce(hub);
            await SendAsync(cancellation);
        }
        catch (Exception e) when (DatabaseFailure.Is(e))
        {
            mayBeBehind = true;
            Tell(e);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (mayBeBehind)
                    mayBeBehind = !await CatchUpAsync(stoppingToken);
                await SendAsync(stoppingToken);
                await SweepAsync(stoppingToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable || e.SqlState == PostgresErrorCodes.InvalidSchemaName)
            {
                // The leader has not brought the schema up to date yet.
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                Tell(e);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Makes what was missed. What a channel refused before is told anew at a start as well: somebody may have changed the
    /// configuration.
    /// </summary>
    /// <returns>Whether it is done; false: it waits for sources.</returns>
    internal async Task<bool> CatchUpAsync(CancellationToken cancellation)
    {
        var served = await maker.BeginAsync(cancellation);
        var now = time.GetUtcNow();
        var isMissed = settings.Cron.GetNextValidTimeAfter(served) <= now;
        if (!isMissed && !await maker.HasReturnedAsync(cancellation))
            return true;
        var unread = await UnreadAsync(cancellation);
        if (unread.Count > 0 && time.GetElapsedTime(began) < Patience)
            return false;
        await MakeAsync(isMissed ? now : null, unread, cancellation);
        return true;
    }

    private async Task<IReadOnlyList<DigestUnread>> UnreadAsync(CancellationToken cancellation) =>
        SourceTroubles.Unread(await store.SourcesAsync(cancellation), configured, settings.Overdue, time.GetUtcNow());

    private async Task<bool> MakeAsync(DateTimeOffset? firedAt, IReadOnlyList<DigestUnread> unread, CancellationToken cancellation)
    {
        var made = await maker.RunAsync(firedAt, keep: true, unread, cancellation);
        if (made.Older > 0)
            LogOlder(made.Older);
        return made.Message is not null;
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        if ((await sender.PassAsync(cancellation)).Count > 0)
            DigestComponent.Announce(hub);
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() < sweepAt)
            return;
        await retention.SweepAsync(cancellation);
        sweepAt = time.GetUtcNow() + SweepPause;
    }

    /// <summary>Once for each outage: those who read the store say it too.</summary>
    private void Tell(Exception e)
    {
        var problem = SqlStateSentences.Of(e, SqlStateSubject.Store);
        if (outage.IsNews(problem.Message))
            LogStore(problem.Message);
    }

    [LoggerMessage(611, LogLevel.Warning, "Digests wait for the store. {Problem}")]
    private partial void LogStore(string problem);

    [LoggerMessage(612, LogLevel.Information, "{Failures} failure(s) from before the starting line are not reported; set JobLineage:Digest:Since to a time before them to have them reported")]
    private partial void LogOlder(int failures);
}

/// <summary>What the schedule starts.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduledDigest(DigestRuns runs, TimeProvider time) : IJob
{
    /// <inheritdoc />
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await runs.FireAsync(context.ScheduledFireTimeUtc ?? time.GetUtcNow(), cancellationToken);
}
