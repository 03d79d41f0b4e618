using System.Threading.Channels;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Live;

/// <summary>One subscription of a component, and the newest update that came through it.</summary>
/// <typeparam name="T">What is watched.</typeparam>
public sealed class LiveWatch<T> : ILiveWatch
    where T : class
{
    // The first HTML waits this long for its data; after that it shows the skeleton, and the circuit fills it in.
    private static readonly TimeSpan FirstHtml = TimeSpan.FromSeconds(3);

    private readonly LiveComponent _owner;
    private readonly bool _pauses;
    // Leaving takes a moment, and a page may point its watch elsewhere meanwhile: one at a time, and the last one counts.
    private readonly SemaphoreSlim _gate = new(1);
    private object? _wanted;
    private Watching? _current;
    private HubUpdate<T>? _held;
    private bool _isDisposed;

    internal LiveWatch(LiveComponent owner, bool pauses) => (_owner, _pauses) = (owner, pauses);

    /// <summary>The newest update.</summary>
    public HubUpdate<T> Update { get; private set; } = HubUpdate<T>.Loading;

    /// <summary>The newest value; null while there is none.</summary>
    public T? Value => Update.Value;

    /// <summary>Whether nothing has been read yet.</summary>
    public bool IsLoading => Update.Connection == HubConnection.Loading;

    /// <summary>Watches <paramref name="key"/>; does nothing when it is watched already.</summary>
    public async Task SetAsync(object key, Func<HubSubscription<T>> subscribe)
    {
        _wanted = key;
        await _gate.WaitAsync();
        try
        {
            if (_isDisposed || !key.Equals(_wanted) || key.Equals(_current?.Key))
                return;
            await LeaveAsync();
            if (_isDisposed || !key.Equals(_wanted))
                return;
            var subscription = subscribe();
            Update = subscription.Current;
            _current = new(key, subscription);
            if (_owner.IsInteractive)
                _current.Begin(PumpAsync);
            else if (IsLoading)
                await FirstAsync(subscription);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public void CatchUp()
    {
        if (_held is { } update)
            (Update, _held) = (update, null);
    }

    /// <inheritdoc />
    public bool TakeNewest()
    {
        // The newest at the moment of rendering, not the one that was waited for: the channel keeps no other.
        if (_current is null || !_current.Subscription.Updates.TryRead(out var update))
            return false;
        // While the page is paused the newest update waits; but what has only just been asked for is shown.
        if (_pauses && _owner.IsPaused && !IsLoading)
        {
            _held = update;
            _owner.NoteNewer();
            return false;
        }

        Update = update;
        return true;
    }

    /// <summary>Watches nothing.</summary>
    public async Task ClearAsync()
    {
        _wanted = null;
        await _gate.WaitAsync();
        try
        {
            if (_wanted is not null)
                return;
            await LeaveAsync();
            Update = HubUpdate<T>.Loading;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _gate.WaitAsync();
        try
        {
            await LeaveAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task FirstAsync(HubSubscription<T> subscription)
    {
        using var limit = new CancellationTokenSource(FirstHtml, _owner.Timers);
        try
        {
            Update = await subscription.Updates.ReadAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
        }
    }

    private async Task PumpAsync(HubSubscription<T> subscription, CancellationToken leaving)
    {
        try
        {
            while (await subscription.Updates.WaitToReadAsync(leaving))
                await _owner.RenderAsync().WaitAsync(leaving);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            await _owner.FailAsync(exception);
        }
    }

    private async Task LeaveAsync()
    {
        _held = null;
        if (_current is not { } left)
            return;
        _current = null;
        await left.EndAsync();
    }

    /// <summary>A subscription with what pumps it: they begin and end together.</summary>
    private sealed class Watching(object key, HubSubscription<T> subscription)
    {
        private readonly CancellationTokenSource _leaving = new();
        private Task _pump = Task.CompletedTask;

        public object Key => key;

        public HubSubscription<T> Subscription => subscription;

        // Never within the call that renders the page (an update may be there already), nor on its dispatcher: what waits for
        // that counts as what a rendering takes.
        public void Begin(Func<HubSubscription<T>, CancellationToken, Task> pump) =>
            _pump = Task.Run(() => pump(subscription, _leaving.Token), CancellationToken.None);

        public async Task EndAsync()
        {
            subscription.Dispose();
            await _leaving.CancelAsync();
            await _pump;
            _leaving.Dispose();
        }
    }
}
