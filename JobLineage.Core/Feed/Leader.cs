using JobLineage.Core.Runs;
using JobLineage.Core.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>
/// Replicas share the sources: each holds leases of some of them in the store, and feeds those. A replica that is killed is
/// replaced at once, one that is stopped, cut off or without power when its time has run out; what it would still write is
/// refused by the source's epoch.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="sources">All sources that this replica can read.</param>
/// <param name="attention">Who looks at what in this replica.</param>
/// <param name="options">How often and how much the feeds read.</param>
/// <param name="time">The clock of pauses; leases go by the store's.</param>
/// <param name="logs">For operators.</param>
/// <param name="outage">Shared with others who meet the same outage of the store, so that it is said once; null: its own.</param>
/// <param name="upgrade">Told how far a store of an earlier version has been brought up to date, and with null when that has ended; null when nobody wants to know.</param>
public sealed partial class Leader(
    NpgsqlDataSource store, IReadOnlyList<WatchedSource> sources, IAttention attention, FeedOptions options, TimeProvider time,
    ILoggerFactory logs, Outage? outage = null, Action<MigrationProgress?>? upgrade = null) : BackgroundService
{
    /// <summary>Renewals between two looks whether a newer program has migrated the store.</summary>
    private const int BeatsPerCheck = 6;

    private readonly ILogger log = logs.CreateLogger<Leader>();
    private readonly Outage outage = outage ?? new(time);
    private readonly Backoff backoff = new();
    private readonly SharedAttention attention = new(attention);
    private bool isReady;
    private int leads = -1;

    /// <summary>Why this replica has given up: the store can't be used by this program, and will not be by itself. Null while it goes on.</summary>
    public StoreException? Refusal { get; private set; }

    /// <summary>Raised once, when <see cref="Refusal"/> is set.</summary>
    public event Action? Refused;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ShareAsync(stoppingToken);
            }
            catch (StoreException e)
            {
                Refusal = e;
                Refused?.Invoke();
                return;
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                // It may be another store that answers next: one from before a restore, or an empty one.
                isReady = false;
                var problem = SqlStateSentences.Of(e, SqlStateSubject.Store);
                if (outage.IsNews(problem.Message))
                    LogLost(problem.Message);
                await Task.Delay(backoff.Next(problem.IsTransient), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ShareAsync(CancellationToken cancellation)
    {
        // Here and not at the start of the program: a store that does not answer yet is waited for.
        if (!isReady)
            await EnterAsync(cancellation);
        isReady = true;
        await using var member = await LeaseMember.OpenAsync(store, LeaseMember.NameOf("serve"), cancellation);
        await using var feeds = new LedFeeds(sources, Feed, time, logs.CreateLogger<LedFeeds>());
        for (var beat = 1; ; beat++)
        {
            if (beat % BeatsPerCheck == 0)
                await member.AskAsync(Migrator.CheckAsync, cancellation);
            // Anew each time: more may have been found since.
            var names = sources.ToDictionary(s => SourceLease.NameOf(s.Name), s => s.Name, StringComparer.Ordinal);
            var watched = names.Where(n => attention.IsWatchedHere(n.Value)).Select(n => n.Key).ToList();
            var view = await member.RenewAsync(names.Keys, watched, cancellation);
            attention.Hear(view, names);
            await feeds.SettleAsync(view, names, member, cancellation);
            backoff.Reset();
            if (outage.End())
                LogBack();
            Tell(feeds.Count);
            await Task.Delay(LeaseMember.Beat, time, cancellation);
        }
    }

    private async Task EnterAsync(CancellationToken cancellation)
    {
        try
        {
            var migrations = await StoreGate.EnterAsync(
                store,
                step =>
                {
                    LogStep(step);
                    upgrade?.Invoke(step);
                },
                cancellation);
            if (migrations > 0)
                LogMigrated(migrations);
        }
        finally
        {
            upgrade?.Invoke(null);
        }
    }

    private Task Feed(WatchedSource source, Guid holder, CancellationToken cancellation) =>
        new SourceFeed(source, store, attention, options, time, logs.CreateLogger<SourceFeed>(), holder).RunAsync(cancellation);

    private void Tell(int count)
    {
        if (count == leads)
            return;
        leads = count;
        LogLeading(count, sources.Count);
    }

    [LoggerMessage(311, LogLevel.Information, "Leading: this replica reads {Led} of {Sources} source(s)")]
    private partial void LogLeading(int led, int sources);

    [LoggerMessage(313, LogLevel.Information, "The store's schema was brought up to date: {Migrations} migration(s)")]
    private partial void LogMigrated(int migrations);

    [LoggerMessage(344, LogLevel.Information, "The store is brought up to date: {Step}; nothing is read or shown until that is done")]
    private partial void LogStep(MigrationProgress step);

    [LoggerMessage(312, LogLevel.Warning, "The store can't be used, and sources are not read; it is tried again. {Problem}")]
    private partial void LogLost(string problem);

    [LoggerMessage(317, LogLevel.Information, "The store answers again")]
    private partial void LogBack();
}
