using System.Threading.Channels;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <summary>
/// Reads the whole table once, oldest first, and remembers after each chunk how far it got: a stop costs one chunk.
/// The next chunk is read while the last is written.
/// </summary>
public sealed class Backfill(SourceReader reader, Ingester ingester, SourceRecord record, FeedOptions options)
{
    // One connection: a chunk is read, or something else is done at the source.
    private readonly SemaphoreSlim one = new(1);

    /// <summary>Reads to the end.</summary>
    /// <param name="between">Called between chunks: the feed looks for what is going on now.</param>
    /// <param name="cancellation">Stops between and within chunks.</param>
    /// <returns>Rows read, those of earlier attempts included.</returns>
    public async Task<long> RunAsync(Func<CancellationToken, Task> between, CancellationToken cancellation)
    {
        var position = await record.PositionAsync(cancellation);
        if (position.IsBackfilled)
            return position.RowsDone;
        await record.BackfillAsync(done: false, await reader.EstimateRowsAsync(cancellation), cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var chunks = Channel.CreateBounded<SourceChunk>(1);
        var reading = ReadAsync(position.BackfillAfter, chunks.Writer, stop.Token);
        var done = position.RowsDone;
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(cancellation))
            {
                done += chunk.Rows;
                await StoreSide.Of(ingester.ApplyAsync(new SourceRows(chunk.Jobs, []) { Bad = chunk.Bad, Unknown = chunk.Unknown }, new(BackfillAfter: chunk.Rows > 0 ? chunk.LastId : null, RowsDone: done), cancellation));
                await between(cancellation);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await reading;
        await record.BackfillAsync(done: true, done, cancellation);
        return done;
    }

    /// <summary>
    /// Does something else at the source between two chunks; to be called by what is called between chunks. The turn of a first reading is
    /// one connection, and the next chunk may be on its way.
    /// </summary>
    public async Task<T> BesideAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            one.Release();
        }
    }

    private async Task ReadAsync(string? after, ChannelWriter<SourceChunk> chunks, CancellationToken cancellation)
    {
        try
        {
            await using var read = reader.StreamAsync(after, options.BackfillChunk, cancellation).GetAsyncEnumerator(cancellation);
            while (await BesideAsync(() => read.MoveNextAsync().AsTask(), cancellation))
                await chunks.WriteAsync(read.Current, cancellation);
            chunks.Complete();
        }
        catch (Exception e)
        {
            // The writing side fails with what went wrong on the reading side.
            chunks.Complete(e);
        }
    }
}
