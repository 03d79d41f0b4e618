using System.Threading.Channels;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Live;

/// <summary>One subscription of a component, and the newest update that came through it.</summary>
/// <typeparam name="T">What is watched.</typeparam>
public sealed class LiveWatch<T> : ILiveWatch
    where T : class
{
    // Between an update and the next: the eye gains nothing from more, and the hub keeps only the newest meanwhile.
    private static readonly TimeSpan Throttle = TimeSpan.FromMilliseconds(100);

    // The first HTML waits this long for its data; after that it shows the skeleton, and the circuit fills it in.
    private static readonly TimeSpan FirstHtml = TimeSpan.FromSeconds(3);

    private readonly LiveComponent _owner;
    private readonly bool _pauses;
    private object? _key;
    private HubSubscription<T>? _subscription;
    private CancellationTokenSource? _leaving;
    private Task _pump = Task.CompletedTask;
    private HubUpdate<T>? _held;

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
        if (key.Equals(_key))
            return;

        await LeaveAsync();
        _key = key;
        _subscription = subscribe();
        Update = _subscription.Current;
        if (_owner.IsInteractive)
        {
            _leaving = new();
            _pump = PumpAsync(_subscription, _leaving.Token);
        }
        else if (IsLoading)
        {
            await FirstAsync(_subscription);
        }
    }

    /// <inheritdoc />
    public void CatchUp()
    {
        if (_held is { } update)
            (Update, _held) = (update, null);
    }

    /// <summary>Watches nothing.</summary>
    public async Task ClearAsync()
    {
        await LeaveAsync();
        _key = null;
        Update = HubUpdate<T>.Loading;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await LeaveAsync();

    private async Task FirstAsync(HubSubscription<T> subscription)
    {
        using var limit = new CancellationTokenSource(FirstHtml, _owner.Pace);
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
        // Never within the call that renders the page: an update may be there already.
        await Task.Yield();
        try
        {
            await foreach (var update in subscription.Updates.ReadAllAsync(leaving))
            {
                await _owner.ApplyAsync(() => Take(subscription, update));
                await Task.Delay(Throttle, _owner.Pace, leaving);
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            await _owner.FailAsync(exception);
        }
    }

    // While the page is paused the newest update waits; but what has only just been asked for is shown.
    private bool Take(HubSubscription<T> subscription, HubUpdate<T> update)
    {
        if (!ReferenceEquals(subscription, _subscription))
            return false;
        if (_pauses && _owner.IsPaused && !IsLoading)
        {
            _held = update;
            _owner.NoteNewer();
            return false;
        }

        Update = update;
        return true;
    }

    private async Task LeaveAsync()
    {
        _held = null;
        var (subscription, leaving, pump) = (_subscription, _leaving, _pump);
        (_subscription, _leaving, _pump) = (null, null, Task.CompletedTask);
        subscription?.Dispose();
        if (leaving is not null)
            await leaving.CancelAsync();
        await pump;
        leaving?.Dispose();
    }
}
