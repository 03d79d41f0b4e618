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

    // Bridges the moment between the first HTML and the circuit that takes over, and a viewer who goes back and forth.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    private readonly IRunReader _reader;
    private readonly IRunSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<RunHub> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<RunKey, RunHubReading<RunSnapshot>> _runs = [];
    private readonly Dictionary<RunKey, RunHubReading<JobView>> _jobs = [];
    private readonly Dictionary<RunsQuery, RunHubReading<RunsPage>> _lists = [];
    private readonly Dictionary<PipelineQuery, RunHubReading<PipelineHistory>> _pipelines = [];
    private readonly Dictionary<RunKey, RunHubReading<DroppedRun>> _dropped = [];
    private readonly RunHubReading<IReadOnlyList<SourceStatus>> _sources;
    private readonly Task _ticking;
    private bool _versionsFailed;

    /// <summary>Starts listening to <paramref name="signal"/>; nothing is read until somebody subscribes.</summary>
    public RunHub(IRunReader reader, IRunSignal signal, TimeProvider time, ILogger<RunHub> logger)
    {
        (_reader, _signal, _time, _logger) = (reader, signal, time, logger);
        _sources = Reading<IReadOnlyList<SourceStatus>>("the sources", new(time, Slow, TimeSpan.Zero), async token => await reader.SourcesAsync(token));
        signal.Changed += OnChanged;
        signal.SourcesChanged += OnSourcesChanged;
        _ticking = TickAsync();
    }

    /// <summary>How many viewers there are, of whatever.</summary>
    public int Viewers => All().Sum(reading => reading.Viewers);

    /// <summary>How many readings are kept, watched or lingering.</summary>
    public int Readings
    {
        get
        {
            lock (_lock)
                return _runs.Count + _jobs.Count + _lists.Count + _pipelines.Count + _dropped.Count;
        }
    }

    /// <inheritdoc />
    public bool IsWatched(string source) =>
        Watched(_runs).Exists(run => run.Key.Source == source && run.Reading.Viewers > 0)
        || Watched(_jobs).Exists(job => job.Key.Source == source && job.Reading.Viewers > 0)
        || Watched(_lists).Exists(list => (list.Key.Source ?? source) == source && list.Reading.Viewers > 0)
        || Watched(_pipelines).Exists(pipeline => pipeline.Key.Source == source && pipeline.Reading.Viewers > 0);

    /// <summary>How many safety ticks have been worked off.</summary>
    internal long Ticks { get; private set; }

    /// <summary>Whether nothing more will happen until the clock moves on or something is announced.</summary>
    internal bool IsSettled => All().TrueForAll(reading => reading.IsSettled);

    /// <summary>
    /// Watches the run of a job. When the run has merged into another, the snapshot's <see cref="RunSnapshot.RootId"/> is
    /// not the one that was asked for, and goes on being kept fresh under its new name.
    /// </summary>
    public HubSubscription<RunSnapshot> Subscribe(RunKey run) => Subscribe(
        _runs, run, () => Reading("a run", QuickPace(), token => _reader.FindRunAsync(run.Source, run.RootId, token)));

    /// <summary>Watches a page of the runs list; equal queries share one reading.</summary>
    public HubSubscription<RunsPage> SubscribeList(RunsQuery query) => Subscribe(
        _lists, query, () => Reading<RunsPage>("the runs", ListPace(query), async token => await _reader.ListRunsAsync(query, token),
            // A page that has not changed is as fresh as its source.
            (one, other) => one.LooksLike(other)));

    /// <summary>Watches a job with its ancestors and children.</summary>
    public HubSubscription<JobView> SubscribeJob(string source, string jobId) => Subscribe(
        _jobs, new RunKey(source, jobId), () => Reading("a job", QuickPace(), token => _reader.FindJobAsync(source, jobId, token)));

    /// <summary>Watches the runs of a pipeline; equal queries share one reading.</summary>
    public HubSubscription<PipelineHistory> SubscribePipeline(PipelineQuery query) => Subscribe(
        _pipelines, query, () => Reading("a pipeline", new(_time, Slow, TimeSpan.Zero, Rest), token => _reader.FindPipelineAsync(query, token)));

    /// <summary>Watches what is left of a run that was dropped from history.</summary>
    public HubSubscription<DroppedRun> SubscribeDropped(RunKey run) => Subscribe(
        _dropped, run, () => Reading("a dropped run", new(_time, Slow, TimeSpan.Zero, Rest), token => _reader.FindDroppedAsync(run.Source, run.RootId, token)));

    /// <summary>Watches how fresh the sources are.</summary>
    public HubSubscription<IReadOnlyList<SourceStatus>> SubscribeSources() => _sources.Subscribe(SafetyTick);

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
        foreach (var reading in All())
            await reading.StopAsync();
        _stopping.Dispose();
    }

    /// <summary>One safety tick: asks once for the versions of all watched runs, and lets go of what nobody looks at.</summary>
    internal async Task TickOnceAsync(CancellationToken cancellation)
    {
        Evict();
        foreach (var list in Copy(_lists.Values).Where(list => list.Viewers > 0 && list.Age >= UnpromptedAge))
            list.Changed();
        foreach (var job in Copy(_jobs.Values).Where(job => job.Viewers > 0 && job.Age >= UnpromptedAge))
            job.Changed();
        foreach (var pipeline in Copy(_pipelines.Values).Where(pipeline => pipeline.Viewers > 0 && pipeline.Age >= UnpromptedAge))
            pipeline.Changed();
        if (_sources.Viewers > 0)
            _sources.Changed();
        await CheckVersionsAsync(cancellation);
    }

    private async Task CheckVersionsAsync(CancellationToken cancellation)
    {
        var watched = Watched(_runs).Where(run => run.Reading.Viewers > 0 && run.Reading.Age < TimeSpan.MaxValue).ToList();
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
                var isDue = known is null or { State: RunState.Running or RunState.Stuck or RunState.Failing } && reading.Age >= UnpromptedAge;
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
        foreach (var (key, reading) in Watched(_runs))
        {
            if (keys.Count == 0 || keys.Contains(key) || keys.Contains(CurrentKey(key, reading)))
                reading.Changed();
        }

        foreach (var (key, reading) in Watched(_jobs))
        {
            if (keys.Count == 0 || keys.Contains(key)
                || (reading.Current.Value is { } job && keys.Contains(new(key.Source, job.RootId))))
                reading.Changed();
        }

        foreach (var list in Copy(_lists.Values))
            list.Changed();
        // Any run may be one of the pipeline's.
        foreach (var (query, reading) in Watched(_pipelines))
        {
            if (keys.Count == 0 || keys.Any(key => key.Source == query.Source))
                reading.Changed();
        }

        foreach (var (key, reading) in Watched(_dropped))
        {
            if (keys.Count == 0 || keys.Contains(key))
                reading.Changed();
        }
    }

    private void OnSourcesChanged() => _sources.Changed();

    private static RunKey CurrentKey(RunKey key, RunHubReading<RunSnapshot> reading) =>
        reading.Current.Value is { } run ? new(run.Source, run.RootId) : key;

    private HubSubscription<T> Subscribe<TKey, T>(
        Dictionary<TKey, RunHubReading<T>> readings, TKey key, Func<RunHubReading<T>> create)
        where TKey : notnull
        where T : class
    {
        // Under the lock that evicts, or the reading could be let go between finding and joining it.
        lock (_lock)
        {
            if (!readings.TryGetValue(key, out var reading))
                readings[key] = reading = create();
            return reading.Subscribe(SafetyTick);
        }
    }

    private Pace QuickPace() => new(_time, Quick, Advance, Rest);

    // Whether a run is stuck or only running shows when it is looked at: such a list reads up to 1,000 runs whole. What is
    // filtered is counted, up to 10,000 runs; and a text is looked for in as many.
    private Pace ListPace(RunsQuery query) =>
        query.Text is not null ? new(_time, Seldom, TimeSpan.Zero, LongRest)
        : query.State is not null || query.HasRange ? new(_time, Slow, TimeSpan.Zero, Rest)
        : QuickPace();

    private RunHubReading<T> Reading<T>(string name, Pace pace, Func<CancellationToken, Task<T?>> load, Func<T, T, bool>? looksSame = null)
        where T : class => new(name, load, pace, _time, _logger, _stopping.Token, looksSame);

    private void Evict()
    {
        lock (_lock)
        {
            EvictFrom(_runs);
            EvictFrom(_jobs);
            EvictFrom(_lists);
            EvictFrom(_pipelines);
            EvictFrom(_dropped);
        }
    }

    private static void EvictFrom<TKey, T>(Dictionary<TKey, RunHubReading<T>> readings)
        where TKey : notnull
        where T : class
    {
        foreach (var (key, reading) in readings)
        {
            if (reading.IsDeserted(Linger))
                readings.Remove(key);
        }
    }

    private List<(TKey Key, RunHubReading<T> Reading)> Watched<TKey, T>(Dictionary<TKey, RunHubReading<T>> readings)
        where TKey : notnull
        where T : class
    {
        lock (_lock)
            return [.. readings.Select(entry => (entry.Key, entry.Value))];
    }

    private List<T> Copy<T>(IEnumerable<T> readings)
    {
        lock (_lock)
            return [.. readings];
    }

    private List<IRunHubReading> All()
    {
        lock (_lock)
            return [.. _runs.Values, .. _jobs.Values, .. _lists.Values, .. _pipelines.Values, .. _dropped.Values, _sources];
    }
}
