using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <content>The first reading of a table, which shares its database with the first readings of others.</content>
public sealed partial class SourceFeed
{
    private async Task<bool> BackfillAsync(SourceRecord record, SourceReader reader, Ingester ingester, PollFeed feed, CancellationToken cancellation)
    {
        if ((await record.PositionAsync(cancellation)).IsBackfilled)
            return false;
        await SayAsync(record, FeedState.Backfilling, standing, null, cancellation);
        // What goes on now is wanted first: the running jobs are read before the history, and again and again during it.
        var pause = Interval(await LookAsync(record, feed, null, FeedState.Backfilling, cancellation));
        var last = time.GetTimestamp();
        while (true)
        {
            using var turn = await LongTurnAsync(record, feed, cancellation);
            using var slice = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var began = time.GetTimestamp();
            var backfill = new Backfill(reader, ingester, record, options);
            try
            {
                var rows = await backfill.RunAsync(
                    async token =>
                    {
                        // It goes on where it stopped: a huge table does not keep a small one from being read at all.
                        if (source.Pool.IsLongWorkAwaited && time.GetElapsedTime(began) >= options.LongestTurn)
                            await slice.CancelAsync();
                        token.ThrowIfCancellationRequested();
                        if (time.GetElapsedTime(last) < pause)
                            return;
                        // In this turn: who holds one of the few long ones must not stand in the queue for a short one.
                        var took = await backfill.BesideAsync(() => LookAsync(record, feed, null, FeedState.Backfilling, null, token), token);
                        (last, pause) = (time.GetTimestamp(), Interval(took));
                    },
                    slice.Token);
                LogBackfilled(source.Name, rows);
                return true;
            }
            catch (OperationCanceledException) when (slice.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
            }
        }
    }

    /// <summary>
    /// Waits for a turn at long work, and looks at what goes on meanwhile: as often as ever where somebody watches, seldom elsewhere. Two
    /// hundred sources that wait would otherwise keep the database busy with looks.
    /// </summary>
    private async Task<IDisposable> LongTurnAsync(SourceRecord record, PollFeed feed, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var entering = source.Pool.LongAsync(stop.Token);
        try
        {
            var took = TimeSpan.Zero;
            while (true)
            {
                await RestUntilAsync(entering, Interval(took, attention.IsWatched(source.Name) ? options.WatchedInterval : options.WaitingInterval), cancellation);
                if (entering.IsCompleted)
                    return await entering;
                took = await LookAsync(record, feed, null, FeedState.Backfilling, cancellation);
            }
        }
        catch
        {
            await stop.CancelAsync();
            await ((Task)entering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (entering.IsCompletedSuccessfully)
                (await entering).Dispose();
            throw;
        }
    }

    private async Task RestUntilAsync(Task end, TimeSpan interval, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var resting = RestAsync(interval, stop.Token);
        await Task.WhenAny(end, resting);
        await stop.CancelAsync();
        await resting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
