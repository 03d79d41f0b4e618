using System.Collections.Concurrent;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>
/// Keeps the store equal to one source for as long as this replica leads: probes, backfills, follows (by the trigger
/// where one is installed, by polling elsewhere), reconciles, and says at each moment what it is doing. Whatever fails, it
/// begins again from what the store has.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="store">Connections to the store.</param>
/// <param name="attention">Who looks at what.</param>
/// <param name="options">How often and how much is read.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For operators.</param>
/// <param name="holder">Who holds the source's lease; null where there is none, as in tests of one feed.</param>
public sealed partial class SourceFeed(
    WatchedSource source, NpgsqlDataSource store, IAttention attention, FeedOptions options, TimeProvider time, ILogger log, Guid? holder = null)
{
    /// <summary>Between two signs of life while nothing happens.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, byte> unknownStates = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim saying = new(1);
    private long? lastSaid;
    private string? fallback;
    private bool wasTakenAway;
    private (FeedState State, string? Message) said;
    private SourcePulse? pulse;
    private SourceMoment? moment;
    private Action looking = () => { };

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var record = await OpenAsync(cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sweeping = new HistorySweeper(new(store, record), new(store, UnusedNumbers.Many, options.NumbersInterval), source, options, time, log).RunAsync(stop.Token);
        try
        {
            await FeedAsync(record, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<SourceRecord> OpenAsync(CancellationToken cancellation) => holder is { } me
        ? SourceRecord.OpenAsync(store, source.Name, me, time, cancellation)
        : SourceRecord.OpenAsync(store, source.Name, cancellation);

    private async Task FeedAsync(SourceRecord record, CancellationToken cancellation)
    {
        var pause = options.MinimumPause;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(record, () => pause = options.MinimumPause, cancellation);
            }
            catch (RowsInTheWayException e)
            {
                // No turn is held here: the search reads the whole table, and waits for a long one.
                await GoAroundAsync(record, e, cancellation);
            }
            catch (SourceProblemException e) when (!e.Problem.IsRetryable)
            {
                LogMisconfigured(source.Name, e.Message);
                await SayAsync(record, FeedState.Misconfigured, e.Message, null, cancellation);
                await Task.Delay(options.MisconfiguredPause, time, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e is not LeadLostException)
            {
                // Whatever it is: one source that can't be read must not stop the others, nor the dashboard.
                LogLost(source.Name, pause.TotalSeconds, Sentence(e), Logged(e));
                await TrySayAsync(record, $"{Sentence(e)} It is tried again by itself.", cancellation);
                await Task.Delay(pause, time, cancellation);
                pause = pause * 2 > options.MaximumPause ? options.MaximumPause : pause * 2;
            }
        }
    }

    private Task TurnAsync(SourceRecord record, Action worked, CancellationToken cancellation) => BesideSignsOfLifeAsync(
        record,
        async () =>
        {
            ProbedSource probed;
            using (await source.Pool.ShortAsync(cancellation))
                probed = await source.ProbeAsync(cancellation);
            pulse?.Answered();
            await FollowAsync(record, probed, worked, cancellation);
        },
        cancellation);

    private async Task BesideSignsOfLifeAsync(SourceRecord record, Func<Task> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        pulse = new(record, source.Pool.AnswersAsync, (e, token) => SayAsync(record, FeedState.Reconnecting, $"{Sentence(e)} It is tried again by itself.", null, token), time);
        var beating = pulse.RunAsync(stop.Token);
        try
        {
            await work();
        }
        finally
        {
            await stop.CancelAsync();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(SourceRecord record, ProbedSource probed, Action worked, CancellationToken cancellation)
    {
        standing = Standing(probed);
        if (await record.AdoptMappingAsync(MappingFingerprint.Of(probed.Mapping), cancellation))
            LogRereading(source.Name);
        var reader = new SourceReader(probed, source.Database, source.Redaction);
        reader.UnknownState += ReportUnknownState;
        reader.ImageRefused += (id, problem) => LogImageRefused(source.Name, RowFaults.Shown(id), problem);
        reader.Expect(await record.PutAsideIdsAsync(cancellation));
        var scanner = new SourceScanner(reader, source.Database, inTheWay: inTheWay, searchesAtOnce: false);
        var ingester = new Ingester(store, probed, record);
        // Where looks do not see all that changes, the data is of the last comparison.
        DateTimeOffset? compared = null;
        PollFeed NewFeed() => new(reader, scanner, ingester, record, options, time) { Compared = probed.Reach is null ? null : () => compared };
        var feed = NewFeed();
        var installer = new TriggerInstaller(probed.Mapping, source.Database);
        TriggerNames? names;
        using (await source.Pool.ShortAsync(cancellation))
            names = await FindTriggerAsync(installer, probed, cancellation);
        // Before anything is read: what changes from here on is in the log.
        var consumer = names is null ? null : new TriggerConsumer(source.Database, names, await StoreIdentity.ReadAsync(store, cancellation), TriggerSql.IsWide(probed.Mapping));
        var trigger = consumer is null
            ? null
            : new TriggerFeed(installer, consumer, new(reader, ingester, options), record, probed.IdKind, options, time, source.Pool, probed.TurnsUnannounced);
        await using var listener = consumer is null ? null : await ListenAsync(consumer, cancellation);
        using (await source.Pool.ShortAsync(cancellation))
        {
            if (trigger is not null && listener is not null)
                await trigger.StartAsync(cancellation);
            await feed.StartAsync(cancellation);
        }

        if (await BackfillAsync(record, reader, ingester, feed, cancellation))
        {
            // A chunk that was read before a look may have been written after it: what the looks remember is not what is stored.
            feed = NewFeed();
            using (await source.Pool.ShortAsync(cancellation))
                await feed.StartAsync(cancellation);
        }

        await SeeDeletedAsync(record, probed, listener is not null, cancellation);
        worked();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var often = probed.Reach is null || options.ReconcileInterval < options.OutsideInterval ? options : options with { ReconcileInterval = options.OutsideInterval };
        var reconciler = new Reconciler(record, scanner, often, time, source.Pool);
        looking = () => compared = reconciler.LastCompared;
        feed.IdsReturned += reconciler.Ask;
        var reconciling = reconciler.RunAsync(() => listener?.Nudge(), stop.Token);
        var watching = Presets.Engine(probed.Mapping.Preset) is { } engine ? new EngineWatch(engine, probed, source, record, time, log).RunAsync(stop.Token) : Task.CompletedTask;
        try
        {
            if (trigger is not null && listener is not null)
                await FollowByTriggerAsync(record, feed, trigger, listener, reconciler, reconciling, cancellation);
            else
                await FollowByPollingAsync(record, feed, installer, probed, reconciler, reconciling, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await reconciling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowByPollingAsync(
        SourceRecord record, PollFeed feed, TriggerInstaller installer, ProbedSource probed, Reconciler reconciler, Task reconciling, CancellationToken cancellation)
    {
        var lastLook = time.GetTimestamp();
        while (true)
        {
            var took = await LookAsync(record, feed, reconciler, FeedState.Polling, cancellation);
            if (reconciling.IsCompleted)
                await reconciling;
            await RestAsync(Interval(took), cancellation);
            if (source.Feed == FeedKind.Poll || probed.Reach is not null || time.GetElapsedTime(lastLook) < options.TriggerLookInterval)
                continue;
            // Somebody may have run install meanwhile: then this begins again, by trigger.
            lastLook = time.GetTimestamp();
            using var turn = await source.Pool.ShortAsync(cancellation);
            if (Usable(await installer.InspectAsync(cancellation)) is not { } names)
                continue;
            var reader = await StoreIdentity.ReadAsync(store, cancellation);
            fallback = await TriggerListener.FindObstacleAsync(source.Database, names, reader, source.Name, cancellation);
            if (fallback is null)
            {
                if (probed.Mapping.Deleted is not null)
                    await record.NoteImagesLostAsync(cancellation);
                return;
            }
        }
    }

    private async Task<TimeSpan> LookAsync(SourceRecord record, PollFeed feed, Reconciler? reconciler, FeedState state, CancellationToken cancellation)
    {
        using var turn = await source.Pool.ShortAsync(cancellation);
        return await LookAsync(record, feed, reconciler, state, turn, cancellation);
    }

    /// <summary>Looks in a turn that the caller has.</summary>
    /// <returns>How long the source was busy with it.</returns>
    private async Task<TimeSpan> LookAsync(
        SourceRecord record, PollFeed feed, Reconciler? reconciler, FeedState state, DatabaseTurn? turn, CancellationToken cancellation)
    {
        var (_, took) = await feed.LookAsync(turn, cancellation);
        moment = feed.Moment;
        pulse?.Answered();
        if (reconciler is not null)
        {
            looking();
            await RepairAsync(feed, reconciler, turn, cancellation);
        }

        await SayAsync(record, state, Message(), feed.AsOf, cancellation);
        return took;
    }

    private async Task RepairAsync(PollFeed feed, Reconciler reconciler, DatabaseTurn? turn, CancellationToken cancellation)
    {
        while (reconciler.TryTake(out var ids))
        {
            var read = await feed.LookAgainAsync(ids, turn, cancellation);
            if (read.Changed > 0)
                LogReconciled(source.Name, ids.Count, read.Changed - read.Gone, read.Gone);
        }
    }

    private async Task RestAsync(TimeSpan interval, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var watched = attention.IsWatched(source.Name);
        // In short steps, so that somebody who comes to look does not wait for the slow interval to end.
        while (interval - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            if (!watched && attention.IsWatched(source.Name))
                return;
            var step = TimeSpan.FromMilliseconds(200);
            await Task.Delay(left < step ? left : step, time, cancellation);
        }
    }

    private TimeSpan Interval(TimeSpan took) => Interval(took, attention.IsWatched(source.Name) ? options.WatchedInterval : options.IdleInterval);

    private TimeSpan Interval(TimeSpan took, TimeSpan wanted)
    {
        var rest = took * options.RestFactor;
        return rest > wanted ? rest : wanted;
    }

    /// <summary>One at a time: the pulse may have to say something too.</summary>
    private async Task SayAsync(SourceRecord record, FeedState state, string? message, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        await saying.WaitAsync(cancellation);
        try
        {
            await SayInTurnAsync(record, state, message, asOf, cancellation);
        }
        finally
        {
            saying.Release();
        }
    }

    private async Task SayInTurnAsync(SourceRecord record, FeedState state, string? message, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        var due = attention.IsWatched(source.Name) ? options.WatchedInterval : Heartbeat;
        if (said == (state, message) && lastSaid is { } last && time.GetElapsedTime(last) < due)
            return;
        await record.SayAsync(state, message, asOf, cancellation);
        (said, lastSaid) = ((state, message), time.GetTimestamp());
    }

    /// <summary>The store may be what does not answer: then there is nobody to tell.</summary>
    private async Task TrySayAsync(SourceRecord record, string message, CancellationToken cancellation)
    {
        try
        {
            await SayAsync(record, FeedState.Reconnecting, message, null, cancellation);
        }
        catch (Exception e) when (DatabaseFailure.Is(e))
        {
            LogUntold(source.Name, e);
        }
    }

    private void ReportUnknownState(string word)
    {
        if (unknownStates.Count < 20 && unknownStates.TryAdd(word, 0))
            LogUnknownState(source.Name, word);
    }
}
