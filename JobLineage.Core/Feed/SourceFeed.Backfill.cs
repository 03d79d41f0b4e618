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
        var last = time.GetTimestamp();
        var pause = TimeSpan.Zero;
        // What goes on now is wanted first: the running jobs are read before the history, and again and again during it.
        await LookAsync(record, feed, null, FeedState.Backfilling, cancellation);
        while (true)
        {
            using var turn = await LongTurnAsync(record, feed, cancellation);
            using var slice = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var began = time.GetTimestamp();
            try
            {
                var rows = await new Backfill(reader, ingester, record, options).RunAsync(
                    async token =>
                    {
                        // It goes on where it stopped: a huge table does not keep a small one from being read at all.
                        if (source.Pool.IsLongWorkAwaited && time.GetElapsedTime(began) >= options.LongestTurn)
                            await slice.CancelAsync();
                        token.ThrowIfCancellationRequested();
                        if (time.GetElapsedTime(last) < pause)
                            return;
                        var (_, took) = await LookAsync(record, feed, null, FeedState.Backfilling, token);
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

    /// <summary>Waits for a turn at long work, and looks at what goes on meanwhile.</summary>
    private async Task<IDisposable> LongTurnAsync(SourceRecord record, PollFeed feed, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var entering = source.Pool.LongAsync(stop.Token);
        try
        {
            while (!entering.IsCompleted)
            {
                var (_, took) = await LookAsync(record, feed, null, FeedState.Backfilling, cancellation);
                await Task.WhenAny(entering, Task.Delay(Interval(took), time, stop.Token));
            }

            return await entering;
        }
        catch
        {
            await stop.CancelAsync();
            if (await entering.ContinueWith(t => t.IsCompletedSuccessfully, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default))
                (await entering).Dispose();
            throw;
        }
    }
}
