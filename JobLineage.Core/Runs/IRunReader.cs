using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>
/// What pages and the API read. Each call is one statement against the store; a database that does not answer throws
/// <see cref="System.Data.Common.DbException"/> or <see cref="TimeoutException"/>.
/// </summary>
public interface IRunReader
{
    /// <summary>The run that a job belongs to, whole; a single is shown as a run of one. Null when the job is unknown.</summary>
    Task<RunSnapshot?> FindRunAsync(string source, string jobId, CancellationToken cancellation);

    /// <summary>A page of runs.</summary>
    Task<RunsPage> ListRunsAsync(RunsQuery query, CancellationToken cancellation);

    /// <summary>What is wrong across the runs that go on.</summary>
    Task<IncidentsView> FindIncidentsAsync(IncidentsQuery query, CancellationToken cancellation);

    /// <summary>All pipelines with their newest runs.</summary>
    Task<PipelinesView> FindPipelinesAsync(CancellationToken cancellation);

    /// <summary>A job with ancestors and children; null when unknown.</summary>
    Task<JobView?> FindJobAsync(string source, string jobId, CancellationToken cancellation);

    /// <summary>The sources (in the order of their names) in which a job of this id is known.</summary>
    Task<IReadOnlyList<string>> FindSourcesOfAsync(string jobId, CancellationToken cancellation);

    /// <summary>The versions of some runs by <c>(source, rootId)</c>; runs that no longer exist are left out.</summary>
    Task<IReadOnlyDictionary<RunKey, long>> VersionsAsync(IReadOnlyCollection<RunKey> runs, CancellationToken cancellation);

    /// <summary>The runs of a pipeline over time; null when the source has never had one of this root worker.</summary>
    Task<PipelineHistory?> FindPipelineAsync(PipelineQuery query, CancellationToken cancellation);

    /// <summary>What is left of a run that was dropped from history, by the id of its root; null when none was.</summary>
    Task<DroppedRun?> FindDroppedAsync(string source, string rootId, CancellationToken cancellation);

    /// <summary>All sources and how fresh they are.</summary>
    Task<IReadOnlyList<SourceStatus>> SourcesAsync(CancellationToken cancellation);
}

/// <summary>Names a run: a source and the id of the run's root job.</summary>
public readonly record struct RunKey(string Source, string RootId);

/// <summary>Says which runs have changed. A lost signal costs latency, never truth: readers also ask at intervals.</summary>
public interface IRunSignal
{
    /// <summary>
    /// Raised on a pool thread with the runs that changed. An empty list means "anything may have changed: look again",
    /// as after a lost connection.
    /// </summary>
    event Action<IReadOnlyList<RunKey>>? Changed;

    /// <summary>Raised on a pool thread when the status of some source has changed.</summary>
    event Action? SourcesChanged;
}
