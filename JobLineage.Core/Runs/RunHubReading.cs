using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Runs;

/// <summary>
/// One thing that is read once for all who look at it. At most one load is in flight; a change that is announced during a
/// load causes exactly one more, because the load may have begun before the change was committed.
/// </summary>
internal sealed class RunHubReading<T>(
    string name,
    Func<CancellationToken, Task<T?>> load,
    Pace pace,
    TimeProvider time,
    ILogger logger,
    CancellationToken stopping,
    Func<T, T, bool>? looksSame = null) : IRunHubReading
    where T : class
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<HubSubscription<T>> _viewers = [];
    private HubUpdate<T> _current = HubUpdate<T>.Loading;
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _isDirty = true;
    private int _failures;
    private long _lastLoad;
    private bool _hasLoaded;
    private long _lastViewer;
    private long _pausedAt;
    private TimeSpan _pause;

    public HubUpdate<T> Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    public int Viewers
    {
        get
        {
            lock (_lock)
                return _viewers.Count;
        }
    }

    /// <summary>How long ago the last load began; endless before the first.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_lock)
                return _hasLoaded ? time.GetElapsedTime(_lastLoad) : TimeSpan.MaxValue;
        }
    }

    /// <summary>Whether nothing more will happen until the clock moves on or something is announced.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
                return !_isWorking || (_pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause);
        }
    }

    /// <summary>The current picture and the place in the queue for the next one, in one step: nothing falls between.</summary>
    public HubSubscription<T> Subscribe(TimeSpan goodFor)
    {
        lock (_lock)
        {
            var viewer = new HubSubscription<T>(_current, Leave);
            // Nobody kept the picture fresh while nobody looked.
            _isDirty |= _viewers.Count == 0 && _hasLoaded && time.GetElapsedTime(_lastLoad) > goodFor;
            _viewers.Add(viewer);
            WorkIfNeeded();
            return viewer;
        }
    }

    public void Changed()
    {
        lock (_lock)
        {
            _isDirty = true;
            WorkIfNeeded();
        }
    }

    public void Lost(string error)
    {
        lock (_lock)
        {
            if (_current.Connection != HubConnection.Disconnected)
                Publish(_current with { Connection = HubConnection.Disconnected, Error = error });
        }
    }

    public bool IsDeserted(TimeSpan linger)
    {
        lock (_lock)
            return _viewers.Count == 0 && !_isWorking && time.GetElapsedTime(_lastViewer) >= linger;
    }

    public async Task StopAsync()
    {
        Task work;
        lock (_lock)
        {
            work = _work;
            foreach (var viewer in _viewers)
                viewer.Complete();
            _viewers.Clear();
        }

        // A load that failed because it was stopped is nobody's concern any more.
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Leave(HubSubscription<T> viewer)
    {
        lock (_lock)
        {
            if (_viewers.Remove(viewer) && _viewers.Count == 0)
                _lastViewer = time.GetTimestamp();
        }
    }

    private void WorkIfNeeded()
    {
        if (_isWorking || !_isDirty || _viewers.Count == 0 || stopping.IsCancellationRequested)
            return;
        _isWorking = true;
        _work = Task.Run(WorkAsync, CancellationToken.None);
    }

    private async Task WorkAsync()
    {
        try
        {
            while (Next() is { } wait)
            {
                if (wait > TimeSpan.Zero)
                {
                    await PauseAsync(wait);
                    continue;
                }

                await LoadAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    // How long until the next load; zero when it begins now, null when there is nothing to do.
    private TimeSpan? Next()
    {
        lock (_lock)
        {
            if (!_isDirty || _viewers.Count == 0 || stopping.IsCancellationRequested)
            {
                _isWorking = false;
                return null;
            }

            var left = _failures == 0 ? pace.Until() : Backoff(_failures) - time.GetElapsedTime(_lastLoad);
            if (left > TimeSpan.Zero)
                return left;

            _pause = TimeSpan.Zero;

            // Before the load, not after it: what is announced from here on is not in it.
            _isDirty = false;
            _hasLoaded = true;
            _lastLoad = time.GetTimestamp();
            pace.Begin();
            return TimeSpan.Zero;
        }
    }

    private async Task PauseAsync(TimeSpan wait)
    {
        // The timer first: who asks whether this is settled finds it armed.
        var delay = Task.Delay(wait, time, stopping);
        lock (_lock)
            (_pause, _pausedAt) = (wait, time.GetTimestamp());
        await delay;
    }

    private async Task LoadAsync()
    {
        try
        {
            var value = await load(stopping);
            lock (_lock)
            {
                pace.End();
                _failures = 0;
                var update = new HubUpdate<T>(value, HubConnection.Connected, null);
                // Read again because time has passed, and nothing has changed: nobody is woken to draw the same once more.
                if (_current is { Connection: HubConnection.Connected, Value: { } shown } && value is not null && looksSame?.Invoke(shown, value) == true)
                    _current = update;
                else
                    Publish(update);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            // Once for each outage, and not at every attempt.
            if (_failures == 0)
                RunHubLog.ReadingFailed(logger, name, exception);
            lock (_lock)
            {
                _failures++;
                _isDirty = true;
                Publish(_current with { Connection = HubConnection.Disconnected, Error = Sentence(exception) });
            }
        }
    }

    private void Publish(HubUpdate<T> update)
    {
        _current = update;
        foreach (var viewer in _viewers)
            viewer.Push(update);
    }

    private static TimeSpan Backoff(int failures) =>
        FirstRetry * Math.Pow(2, Math.Min(failures, 6) - 1) is var wait && wait < LongestRetry ? wait : LongestRetry;

    internal static string Sentence(Exception exception) => exception is DbException or TimeoutException
        ? "The store's database does not answer; it is tried again by itself."
        : "The store could not be read, and the server's log says why; it is tried again by itself.";
}

/// <summary>What the hub does with readings of any kind.</summary>
internal interface IRunHubReading
{
    int Viewers { get; }

    TimeSpan Age { get; }

    void Changed();

    void Lost(string error);

    bool IsSettled { get; }

    bool IsDeserted(TimeSpan linger);

    Task StopAsync();
}
