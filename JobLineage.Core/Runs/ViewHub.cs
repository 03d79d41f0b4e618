using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Runs;

/// <summary>
/// Readings of views, each shared by all who look at the same thing: what a view costs the store does not grow with its
/// viewers. Nothing is read on a clock of its own; a reading is due when somebody has seen that its subject has changed.
/// </summary>
public sealed class ViewHub(IRunViews reader, TimeProvider time, ILogger<ViewHub> logger) : IAsyncDisposable
{
    /// <summary>Between two readings of one view: they cost more than a snapshot, and are read by people, not watched.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(2);

    // Bridges the moment between the first HTML and the circuit that takes over.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<(RunKey Subject, object What), Entry> _entries = [];

    /// <summary>How many viewers there are, of whatever.</summary>
    public int Viewers
    {
        get
        {
            lock (_lock)
                return _entries.Values.Sum(entry => entry.Reading.Viewers);
        }
    }

    /// <summary>Watches a view.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="subject">The run, or the job, that it is a view of.</param>
    /// <param name="what">Names the view and its filter; equal ones share a reading. It must say which <typeparamref name="T"/> it is.</param>
    /// <param name="stamp">The subject's present version; see <see cref="Seen"/>.</param>
    /// <param name="load">Reads it.</param>
    public HubSubscription<T> Subscribe<T>(
        RunKey subject, object what, object stamp, Func<IRunViews, CancellationToken, Task<T?>> load)
        where T : class
    {
        lock (_lock)
        {
            Evict();
            if (!_entries.TryGetValue((subject, what), out var entry))
            {
                var created = new RunHubReading<T>("a view", token => load(reader, token), new(time, Gap, TimeSpan.Zero), time, logger, _stopping.Token);
                _entries[(subject, what)] = entry = new(created, stamp);
            }

            var subscription = ((RunHubReading<T>)entry.Reading).Subscribe(TimeSpan.MaxValue);
            entry.Seen(stamp);
            return subscription;
        }
    }

    /// <summary>Says at which version somebody has seen a view's subject: the view is read again when it is of another.</summary>
    /// <param name="subject">The run, or the job.</param>
    /// <param name="what">The view: each goes by what its own reading depends on.</param>
    /// <param name="stamp">The subject's present version.</param>
    public void Seen(RunKey subject, object what, object stamp)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((subject, what), out var entry))
                entry.Seen(stamp);
        }
    }

    /// <summary>The same of all views of a subject, where one stamp goes for all of them.</summary>
    public void SeenAll(RunKey subject, object stamp)
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
            {
                if (key.Subject == subject)
                    entry.Seen(stamp);
            }
        }
    }

    /// <summary>Stops reading; all subscriptions complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        List<Entry> all;
        lock (_lock)
            all = [.. _entries.Values];
        foreach (var entry in all)
            await entry.Reading.StopAsync();
        _stopping.Dispose();
    }

    private void Evict()
    {
        foreach (var (key, entry) in _entries)
        {
            if (entry.Reading.IsDeserted(Linger))
                _entries.Remove(key);
        }
    }

    private sealed class Entry(IRunHubReading reading, object stamp)
    {
        private object last = stamp;

        public IRunHubReading Reading => reading;

        public void Seen(object stamp)
        {
            if (last.Equals(stamp))
                return;
            last = stamp;
            reading.Changed();
        }
    }
}
