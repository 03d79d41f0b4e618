using System.Collections.Concurrent;
using System.Threading.Channels;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;

namespace JobLineage.Core.Feed;

/// <summary>
/// Compares all that the source has with all that the store believes: at once, for whatever happened while nobody looked,
/// then at intervals, and when something is known to be lost. What differs waits here until the feed reads it again. One
/// for each turn of a feed.
/// </summary>
/// <param name="record">What the store remembers of the source.</param>
/// <param name="scanner">Reads the source.</param>
/// <param name="options">How often.</param>
/// <param name="time">The clock.</param>
/// <param name="pool">Turns at using the source's database.</param>
internal sealed class Reconciler(
    SourceRecord record, SourceScanner scanner, FeedOptions options, TimeProvider time, DatabasePool pool)
{
    private const int Chunk = 50_000;

    private readonly ConcurrentQueue<IReadOnlyList<string>> found = new();
    private readonly Channel<bool> asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // A reference: it is written here and read by the feed.
    private volatile object? lastCompared;

    /// <summary>The moment at which the last comparison began that has ended; null before. To be read before what it found is taken.</summary>
    public DateTimeOffset? LastCompared => (DateTimeOffset?)lastCompared;

    /// <summary>Compares as soon as may be.</summary>
    public void Ask() => asked.Writer.TryWrite(true);

    /// <summary>Takes ids that differed; false when there are none.</summary>
    public bool TryTake(out IReadOnlyList<string> ids) => found.TryDequeue(out ids!);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="told">Called when there is something to take.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task RunAsync(Action told, CancellationToken cancellation)
    {
        while (true)
        {
            IReadOnlyList<string> different;
            TimeSpan took;
            DateTimeOffset? at;
            using (await pool.LongAsync(cancellation))
            {
                asked.Reader.TryRead(out _);
                var began = time.GetTimestamp();
                different = await Comparison.FindAsync(record, scanner, Chunk, cancellation);
                at = scanner.ComparedFrom;
                took = time.GetElapsedTime(began);
            }

            if (different.Count > 0)
            {
                found.Enqueue(different);
                told();
            }

            // Whoever takes what was found knows the source up to then.
            lastCompared = at ?? lastCompared;

            // However much is lost: to be compared is not all that the source is there for.
            await Task.Delay(took * options.RestFactor, time, cancellation);
            await RestAsync(cancellation);
        }
    }

    private async Task RestAsync(CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var due = Task.Delay(options.ReconcileInterval, time, timer.Token);
        var wanted = asked.Reader.WaitToReadAsync(timer.Token).AsTask();
        // What ends first ends the other.
        await Task.WhenAny(due, wanted);
        await timer.CancelAsync();
        await Task.WhenAll(due, wanted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
