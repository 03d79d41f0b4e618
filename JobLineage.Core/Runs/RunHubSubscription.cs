using System.Threading.Channels;

namespace JobLineage.Core.Runs;

/// <summary>One viewer of one reading. A viewer that is slow gets the newest update and none of those in between.</summary>
/// <typeparam name="T">What is watched.</typeparam>
public sealed class HubSubscription<T> : IDisposable
    where T : class
{
    private readonly Channel<HubUpdate<T>> _channel = Channel.CreateBounded<HubUpdate<T>>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Action<HubSubscription<T>> _leave;

    internal HubSubscription(HubUpdate<T> current, Action<HubSubscription<T>> leave)
    {
        Current = current;
        _leave = leave;
    }

    /// <summary>The picture at the moment of subscribing; everything after it comes through <see cref="Updates"/>.</summary>
    public HubUpdate<T> Current { get; }

    /// <summary>What came after <see cref="Current"/>; completes when the subscription or the hub is disposed.</summary>
    public ChannelReader<HubUpdate<T>> Updates => _channel.Reader;

    /// <summary>Leaves; may be called more than once.</summary>
    public void Dispose()
    {
        _leave(this);
        _channel.Writer.TryComplete();
    }

    internal void Push(HubUpdate<T> update) => _channel.Writer.TryWrite(update);

    internal void Complete() => _channel.Writer.TryComplete();
}
