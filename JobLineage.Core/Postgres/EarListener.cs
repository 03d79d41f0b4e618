using System.Threading.Channels;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>One who listens to one channel.</summary>
public sealed class EarListener : IAsyncDisposable
{
    private readonly DatabaseEar ear;
    private readonly TimeProvider time;
    private readonly Channel<bool> heard = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int left;

    internal EarListener(DatabaseEar ear, string channel, TimeProvider time) => (this.ear, Channel, this.time) = (ear, channel, time);

    /// <summary>What is listened to.</summary>
    public string Channel { get; }

    /// <summary>Ends a wait as a notification would: there is something to do.</summary>
    public void Nudge() => heard.Writer.TryWrite(true);

    /// <summary>Waits for a notification.</summary>
    /// <param name="longest">How long at most.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="NpgsqlException">The connection is lost: anything may have been missed.</exception>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // What ends first ends the other.
        var delay = Task.Delay(longest, time, timer.Token);
        var news = heard.Reader.WaitToReadAsync(timer.Token).AsTask();
        await Task.WhenAny(news, delay);
        var said = news.IsCompletedSuccessfully;
        await timer.CancelAsync();
        await Task.WhenAll(delay, news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (news.IsFaulted)
            await news;
        // Taken after waiting and before looking: what is announced while we look is announced again.
        return said && heard.Reader.TryRead(out _);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref left, 1) == 0)
            await ear.LeaveAsync(this);
    }

    internal void Lose(Exception e) => heard.Writer.TryComplete(e);
}
