using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Runs;

/// <summary>
/// One shared, immutable picture of whatever is being looked at, for all who look at it: the load on the store grows with the
/// runs that are watched and not with the viewers. Signals make it prompt; a safety tick makes it true without them.
/// </summary>
public sealed class RunHub : IAttention, IAsyncDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(3);

    // What follows what comes ten times a second, give or take, must not wait for what is missing to a tenth of a second.
    private static readonly TimeSpan Advance = TimeSpan.FromMilliseconds(40);

    // Half of the time of one connection at most, whatever a reading costs. More rest would make a page late on a busy
    // server, where a reading waits for a processor longer than it needs one.
    private const int Rest = 2;
    private const int LongRest = 10;

    private static readonly TimeSpan SafetyTick = TimeSpan.FromSeconds(5);

    // Findings and states appear by the passing of time alone, so what goes on is read now and then without a signal.
    private static readonly TimeSpan UnpromptedAge = TimeSpan.FromSeconds(9);

    // Between two readings of one view: they cost more than a snapshot, and are read by people, not watched.
    private static readonly TimeSpan ViewGap = TimeSpan.FromSeconds(2);

    // Bridges the moment between the first HTML and the circuit that takes over, and a viewer who goes back and forth.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    private readonly IRunReader _reader;
    private readonly IRunSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<RunHub> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<HubKey, HubEntry> _entries = [];
    private readonly HubEntry _sources;
    private readonly Task _ticking;
    private bool _versionsFailed;

    /// <summary>Starts listening to <paramref name="signal"/>; nothing is read until somebody subscribes.</summary>
    public RunHub(IRunReader reader, IRunSignal signal, TimeProvider time, ILogger<RunHub> logger)
    {
        (_reader, _signal, _time, _logger) = (reader, signal, time, logger);
        _sources = new(Reading<IReadOnlyList<SourceStatus>>("the sources", new(time, Slow, TimeSpan.Zero), async token => await reader.SourcesAsync(token)));
        signal.Changed += OnChanged;
        signal.SourcesChanged += OnSourcesChanged;
        _ticking = TickAsync();
    }

    /// <summary>How many viewers there are, of whatever.</summary>
    public int Viewers => All().Sum(entry => entry.Reading.Viewers);

    /// <summary>How many readings are kept, watched or lingering; that of the sources, which always is, not counted.</summary>
    public int Readings
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <inheritdoc />
    public bool IsWatched(string source) => All().Exists(entry => entry.IsOf(source) && entry.Reading.Viewers > 0);

    /// <summary>How many safety ticks have been worked off.</summary>
    internal long Ticks { get; private set; }

    /// <summary>Whether nothing more will happen until the clock moves on or something is announced.</summary>
    internal bool IsSettled => All().TrueForAll(entry => entry.Reading.IsSettled);

    /// <summary>
    /// Watches the run of a job. When the run has merged into another, the snapshot's <see cref="RunSnapshot.RootId"/> is
    /// not the one that was asked for, and goes on being kept fresh under its new name.
    /// </summary>
    public HubSubscription<RunSnapshot> Subscribe(RunKey run) => Subscribe<RunSnapshot>(run, () =>
    {
        RunSnapshot? shown = null;
        var reading = Reading("a run", QuickPace(), async token =>
            shown = await _reader.FindRunAsync(run.Source, run.RootId, token) is { } found ? FindingHold.Keep(shown, found, _time.GetUtcNow()) : null);
        return new(reading)
        {
            IsOf = source => source == run.Source,
            IsChangedBy = keys => keys.Contains(run) || keys.Contains(CurrentKey(run, reading)),
        };
    });

    /// <summary>Watches a page of the runs list; equal queries share one reading.</summary>
    public HubSubscription<RunsPage> SubscribeList(RunsQuery query) => Subscribe<RunsPage>(query, () =>
    {
        // A page that has not changed is as fresh as its source.
        var reading = Reading<RunsPage>("the runs", ListPace(query), async token => await _reader.ListRunsAsync(query, token), (one, other) => one.LooksLike(other));
        // Any run may come into it, or leave it.
        return new(reading) { IsOf = source => (query.Source ?? source) == source, IsChangedBy = _ => true, Ages = true };
    });

    /// <summary>Watches what is wrong across runs.</summary>
    public HubSubscription<IncidentsView> SubscribeIncidents(IncidentsQuery query) => Subscribe<IncidentsView>(query, () =>
    {
        return new(Reading<IncidentsView>("the incidents", new(_time, Slow, TimeSpan.Zero, Rest), async token => await _reader.FindIncidentsAsync(query, token), (one, other) => one.LooksLike(other))) { IsOf = source => (query.Source ?? source) == source, IsChangedBy = _ => true, Ages = true };
    });

    /// <summary>Watches a job with its ancestors and children.</summary>
    public HubSubscription<JobView> SubscribeJob(string source, string jobId) => Subscribe<JobView>(new RunKey(source, jobId), () =>
    {
        var reading = Reading("a job", QuickPace(), token => _reader.FindJobAsync(source, jobId, token));
        return new(reading)
        {
            IsOf = other => other == source,
            IsChangedBy = keys => keys.Contains(new(source, jobId)) || (reading.Current.Value is { } job && keys.Contains(new(source, job.RootId))),
            Ages = true,
        };
    });

    /// <summary>Watches the runs of a pipeline; equal queries share one reading.</summary>
    public HubSubscription<PipelineHistory> SubscribePipeline(PipelineQuery query) => Subscribe<PipelineHistory>(
        query,
        () => new(Reading("a pipeline", new(_time, Slow, TimeSpan.Zero, Rest), token => _reader.FindPipelineAsync(query, token)))
        {
            IsOf = source => source == query.Source,
            // Any run may be one of the pipeline's.
            IsChangedBy = keys => keys.Any(key => key.Source == query.Source),
            Ages = true,
        });

    /// <summary>Watches what is left of a run that was dropped from history.</summary>
    public HubSubscription<DroppedRun> SubscribeDropped(RunKey run) => Subscribe<DroppedRun>(
        run,
        () => new(Reading("a dropped run", new(_time, Slow, TimeSpan.Zero, Rest), token => _reader.FindDroppedAsync(run.Source, run.RootId, token)))
        {
            IsChangedBy = keys => keys.Contains(run),
        });

    /// <summary>Watches all pipelines.</summary>
    public HubSubscription<PipelinesView> SubscribePipelines() => Subscribe<PipelinesView>("pipelines", () => new(Reading<PipelinesView>("the pipelines", new(_time, Slow, TimeSpan.Zero, Rest), async token => await _reader.FindPipelinesAsync(token), (one, other) => one.LooksLike(other))) { IsOf = _ => true, IsChangedBy = _ => true, Ages = true });

    /// <summary>Watches how fresh the sources are.</summary>
    public HubSubscription<IReadOnlyList<SourceStatus>> SubscribeSources() => Of<IReadOnlyList<SourceStatus>>(_sources).Subscribe(SafetyTick);

    /// <summary>
    /// Watches a view of something else that is watched. Nothing is read on a clock of its own; a reading is due when somebody has seen that its
    /// subject has changed.
    /// </summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="subject">The run, or the job, that it is a view of.</param>
    /// <param name="what">Names the view and its filter; equal ones of one type share a reading.</param>
    /// <param name="stamp">The subject's present version; see <see cref="Seen{T}"/>.</param>
    /// <param name="load">Reads it.</param>
    public HubSubscription<T> SubscribeView<T>(RunKey subject, object what, object stamp, Func<CancellationToken, Task<T?>> load)
        where T : class
    {
        var subscription = Subscribe<T>(
            new ViewKey(subject, what),
            () => new(Reading("a view", new(_time, ViewGap, TimeSpan.Zero), load)) { Stamp = stamp, Subject = subject },
            // What it shows is as good as its subject's version, whenever it was read.
            TimeSpan.MaxValue);
        Seen<T>(subject, what, stamp);
        return subscription;
    }

    /// <summary>Says at which version somebody has seen a view's subject: the view is read again when it is of another.</summary>
    /// <typeparam name="T">What the view reads.</typeparam>
    /// <param name="subject">The run, or the job.</param>
    /// <param name="what">The view: each goes by what its own reading depends on.</param>
    /// <param name="stamp">The subject's present version.</param>
    public void Seen<T>(RunKey subject, object what, object stamp)
    {
        lock (_lock)
            _entries.GetValueOrDefault(HubKey.Of<T>(new ViewKey(subject, what)))?.Seen(stamp);
    }

    /// <summary>The same of all views of a subject, where one stamp goes for all of them.</summary>
    public void SeenAll(RunKey subject, object stamp)
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Subject == subject))
                entry.Seen(stamp);
        }
    }

    /// <summary>Stops reading; all subscriptions complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        _signal.Changed -= OnChanged;
        _signal.SourcesChanged -= OnSourcesChanged;
        await _stopping.CancelAsync();
        // What it asked for may have failed because it was stopped.
        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var entry in All())
            await entry.Reading.StopAsync();
        _stopping.Dispose();
    }

    /// <summary>One safety tick: asks once for the versions of all watched runs, and lets go of what nobody looks at.</summary>
    internal async Task TickOnceAsync(CancellationToken cancellation)
    {
        Evict();
        foreach (var entry in All().Where(entry => entry.Ages && entry.Reading.Viewers > 0 && entry.Reading.Age >= UnpromptedAge))
            entry.Reading.Changed();
        if (_sources.Reading.Viewers > 0)
            _sources.Reading.Changed();
        await CheckVersionsAsync(cancellation);
    }

    private async Task CheckVersionsAsync(CancellationToken cancellation)
    {
        var watched = Runs().Where(run => run.Reading.Viewers > 0 && run.Reading.Age < TimeSpan.MaxValue).ToList();
        if (watched.Count == 0)
            return;

        try
        {
            var keys = watched.Select(run => CurrentKey(run.Key, run.Reading)).ToHashSet();
            var versions = await _reader.VersionsAsync(keys, cancellation);
            foreach (var (key, reading) in watched)
            {
                var known = reading.Current.Value;
                var isThere = versions.TryGetValue(CurrentKey(key, reading), out var version);
                var isSame = known is null ? !isThere : isThere && version == known.Version;
                // What is not known yet may appear in a run of another name, which no announcement and no version connects with it.
                var isDue = (known is null or { State: RunState.Running or RunState.Stuck or RunState.Failing } && reading.Age >= UnpromptedAge)
                    || known?.Findings.Any(finding => finding.EndedAt is not null) == true;
                if (!isSame || isDue || _versionsFailed)
                    reading.Changed();
            }

            if (_versionsFailed)
                RunHubLog.Recovered(_logger);
            _versionsFailed = false;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            if (!_versionsFailed)
                RunHubLog.VersionsFailed(_logger, watched.Count, exception);
            _versionsFailed = true;
            foreach (var (_, reading) in watched)
                reading.Lost(RunHubReading<RunSnapshot>.Sentence(exception));
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(SafetyTick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TickOnceAsync(_stopping.Token);
                Ticks++;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private void OnChanged(IReadOnlyList<RunKey> changed)
    {
        var keys = changed.ToHashSet();
        foreach (var entry in All().Where(entry => entry != _sources && entry.Subject is null && (keys.Count == 0 || entry.IsChangedBy(keys))))
            entry.Reading.Changed();
    }

    private void OnSourcesChanged() => _sources.Reading.Changed();

    private static RunKey CurrentKey(RunKey key, RunHubReading<RunSnapshot> reading) =>
        reading.Current.Value is { } run ? new(run.Source, run.RootId) : key;

    private HubSubscription<T> Subscribe<T>(object what, Func<HubEntry> create, TimeSpan? goodFor = null)
        where T : class
    {
        // Under the lock that evicts, or the reading could be let go between finding and joining it.
        lock (_lock)
        {
            var key = HubKey.Of<T>(what);
            if (!_entries.TryGetValue(key, out var entry))
                _entries[key] = entry = create();
            return Of<T>(entry).Subscribe(goodFor ?? SafetyTick);
        }
    }

    private static RunHubReading<T> Of<T>(HubEntry entry)
        where T : class => (RunHubReading<T>)entry.Reading;

    private Pace QuickPace() => new(_time, Quick, Advance, Rest);

    // Whether a run is stuck or only running shows when it is looked at: such a list reads up to 1,000 runs whole. What is
    // filtered is counted, up to 10,000 runs; and a text is looked for in as many.
    private Pace ListPace(RunsQuery query) =>
        query.IsSearched ? new(_time, Seldom, TimeSpan.Zero, LongRest)
        : query.State is not null || query.HasRange ? new(_time, Slow, TimeSpan.Zero, Rest)
        : QuickPace();

    private RunHubReading<T> Reading<T>(string name, Pace pace, Func<CancellationToken, Task<T?>> load, Func<T, T, bool>? looksSame = null)
        where T : class => new(name, load, pace, _time, _logger, _stopping.Token, looksSame);

    private void Evict()
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
            {
                if (entry.Reading.IsDeserted(Linger))
                    _entries.Remove(key);
            }
        }
    }

    private List<(RunKey Key, RunHubReading<RunSnapshot> Reading)> Runs()
    {
        lock (_lock)
            return [.. _entries.Where(entry => entry.Key.What is RunKey && entry.Value.Reading is RunHubReading<RunSnapshot>).Select(entry => ((RunKey)entry.Key.What, Of<RunSnapshot>(entry.Value)))];
    }

    private List<HubEntry> All()
    {
        lock (_lock)
            return [.. _entries.Values, _sources];
    }
}
