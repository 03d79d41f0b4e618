using System.Collections.Concurrent;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>A store in memory that counts what it is asked, and waits or fails when it is told to.</summary>
internal sealed class FakeRunReader : IRunReader
{
    private int _loads;
    private int _versionCalls;
    private int _listLoads;
    private int _inFlight;
    private int _mostInFlight;

    public ConcurrentDictionary<RunKey, RunSnapshot> Runs { get; } = [];

    public ConcurrentDictionary<RunKey, JobView> Jobs { get; } = [];

    public RunsPage Page { get; set; } = new([], [], 0, SomeRuns.Noon);

    public IReadOnlyList<SourceStatus> Sources { get; set; } = [new("oban", FeedState.Live, SomeRuns.Noon, null, 0, 0)];

    public IReadOnlyList<string> SourcesOfJob { get; set; } = [];

    /// <summary>The sources of single jobs; of others <see cref="SourcesOfJob"/> says it.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> JobSources { get; } = [];

    /// <summary>Thrown by every call while set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Loads of runs wait for it while set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public int Loads => Volatile.Read(ref _loads);

    /// <summary>The last whole list that was asked for.</summary>
    public RunsQuery? LastQuery { get; private set; }

    public int ListLoads => Volatile.Read(ref _listLoads);

    public int VersionCalls => Volatile.Read(ref _versionCalls);

    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    public IReadOnlyCollection<RunKey> LastVersionKeys { get; private set; } = [];

    public void Put(RunSnapshot run) => Runs[new(run.Source, run.RootId)] = run;

    public async Task<RunSnapshot?> FindRunAsync(string source, string jobId, CancellationToken cancellation)
    {
        var inFlight = Interlocked.Increment(ref _inFlight);
        _mostInFlight = Math.Max(_mostInFlight, inFlight);
        try
        {
            // Read before the wait, as a statement sees what was committed when it began.
            var run = Runs.GetValueOrDefault(new(source, jobId));
            Interlocked.Increment(ref _loads);
            if (Gate is { } gate)
                await gate.Task.WaitAsync(cancellation);
            ThrowIfFailing();
            return run;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public Task<RunsPage> ListRunsAsync(RunsQuery query, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _listLoads);
        // The lists of what needs attention are asked for besides.
        if (query.PageSize == RunsQuery.DefaultSize)
            LastQuery = query;
        ThrowIfFailing();
        return Task.FromResult(Page);
    }

    public IncidentsView Incidents { get; set; } = new(SomeRuns.Noon, []);

    public IncidentsQuery? LastIncidents { get; private set; }

    public Task<IncidentsView> FindIncidentsAsync(IncidentsQuery query, CancellationToken cancellation)
    {
        LastIncidents = query;
        ThrowIfFailing();
        return Task.FromResult(Incidents);
    }

    public PipelinesView AllPipelines { get; set; } = new(SomeRuns.Noon, [], 0);

    public Task<PipelinesView> FindPipelinesAsync(CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(AllPipelines);
    }

    public Task<JobView?> FindJobAsync(string source, string jobId, CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(Jobs.GetValueOrDefault(new(source, jobId)));
    }

    public Task<IReadOnlyList<string>> FindSourcesOfAsync(string jobId, CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(JobSources.GetValueOrDefault(jobId, SourcesOfJob));
    }

    public Task<IReadOnlyDictionary<RunKey, long>> VersionsAsync(
        IReadOnlyCollection<RunKey> runs, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _versionCalls);
        LastVersionKeys = runs;
        ThrowIfFailing();
        return Task.FromResult<IReadOnlyDictionary<RunKey, long>>(
            runs.Where(Runs.ContainsKey).ToDictionary(key => key, key => Runs[key].Version));
    }

    public ConcurrentDictionary<PipelineQuery, PipelineHistory> Pipelines { get; } = [];

    public ConcurrentDictionary<RunKey, DroppedRun> Dropped { get; } = [];

    public Task<PipelineHistory?> FindPipelineAsync(PipelineQuery query, CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(Pipelines.GetValueOrDefault(query));
    }

    public Task<DroppedRun?> FindDroppedAsync(string source, string rootId, CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(Dropped.GetValueOrDefault(new(source, rootId)));
    }

    public Task<IReadOnlyList<SourceStatus>> SourcesAsync(CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(Sources);
    }

    private void ThrowIfFailing()
    {
        if (Failure is not null)
            throw Failure;
    }
}

/// <summary>Signals that a test raises by hand.</summary>
internal sealed class FakeRunSignal : IRunSignal
{
    public event Action<IReadOnlyList<RunKey>>? Changed;

    public event Action? SourcesChanged;

    public bool HasListeners => Changed is not null || SourcesChanged is not null;

    public void Raise(params RunKey[] runs) => Changed?.Invoke(runs);

    public void RaiseSources() => SourcesChanged?.Invoke();
}
