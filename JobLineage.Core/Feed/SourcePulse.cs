using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <summary>
/// The signs of life of a feed while it is at work. A batch may take minutes: that the source answers and that somebody is reading it is
/// said meanwhile. A source that does not answer is said after two signs of life have failed to come, however long the statement that
/// waits for it may still wait.
/// </summary>
/// <param name="record">Where it is said.</param>
/// <param name="ask">Asks the source for a sign of life.</param>
/// <param name="lost">Called when two in a row have not come, with what the last one failed with.</param>
/// <param name="time">The clock.</param>
internal sealed class SourcePulse(SourceRecord record, Func<CancellationToken, Task> ask, Func<Exception, CancellationToken, Task> lost, TimeProvider time)
{
    /// <summary>Between two signs of life.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long one is waited for: the second is known to be missing before a third is due.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private long answeredAt = time.GetTimestamp();

    /// <summary>The source has just answered something.</summary>
    public void Answered() => Interlocked.Exchange(ref answeredAt, time.GetTimestamp());

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var missed = 0;
        while (true)
        {
            await Task.Delay(Interval, time, cancellation);
            try
            {
                if (time.GetElapsedTime(Interlocked.Read(ref answeredAt)) > Interval / 2)
                    await AskAsync(cancellation);
                missed = 0;
            }
            catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                if (++missed == 2)
                    await SafelyAsync(() => lost(e, cancellation));
                // Who has said that it is away is at work nevertheless.
                if (missed < 2)
                    continue;
            }

            await SafelyAsync(() => record.BeatAsync(cancellation));
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await ask(limit.Token);
            Answered();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>The store may not answer either; whoever reads finds that out by himself.</summary>
    private static async Task SafelyAsync(Func<Task> say)
    {
        try
        {
            await say();
        }
        catch (Exception e) when (DatabaseFailure.Is(e) || e is LeadLostException)
        {
        }
    }
}
