using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Hosting;

/// <summary>A store in memory with one source, one run, and what else a test puts in.</summary>
internal sealed class StaticRunReader : IRunReader
{
    public Exception? Failure { get; set; }

    public RunSnapshot Run { get; set; } = Some.Run();

    public JobView? Job { get; set; }

    /// <summary>The sources; null: one that is well.</summary>
    public IReadOnlyList<SourceStatus>? Sources { get; set; }

    public RunsQuery? LastQuery { get; private set; }

    public Task<RunSnapshot?> FindRunAsync(string source, string jobId, CancellationToken cancellation) =>
        Answer(source == Run.Source && (jobId == Run.RootId || jobId == "11" || jobId == "a/b") ? Run : null);

    public RunsPage Page { get; set; } = new([Some.Summary()], [new("oban", "App.Mail", new(Completed: 7))], 1, Some.Noon);

    public Task<RunsPage> ListRunsAsync(RunsQuery query, CancellationToken cancellation)
    {
        LastQuery = query;
        return Answer(Page);
    }

    public Task<IncidentsView> FindIncidentsAsync(IncidentsQuery query, CancellationToken cancellation) => Answer(new IncidentsView(Some.Noon, []));

    public Task<PipelinesView> FindPipelinesAsync(CancellationToken cancellation) => Answer(new PipelinesView(Some.Noon, [], 0));

    public Task<JobView?> FindJobAsync(string source, string jobId, CancellationToken cancellation) =>
        Answer(Job is { } view && view.Job.Source == source && view.Job.Id == jobId ? view : null);

    public Task<IReadOnlyList<string>> FindSourcesOfAsync(string jobId, CancellationToken cancellation) =>
        Answer<IReadOnlyList<string>>(["oban"]);

    public Task<IReadOnlyDictionary<RunKey, long>> VersionsAsync(
        IReadOnlyCollection<RunKey> runs, CancellationToken cancellation) =>
        Answer<IReadOnlyDictionary<RunKey, long>>(runs.ToDictionary(r => r, _ => Run.Version));

    public PipelineQuery? LastPipeline { get; private set; }

    public PipelineHistory? Pipeline { get; set; }

    public DroppedRun? Dropped { get; set; }

    public Task<PipelineHistory?> FindPipelineAsync(PipelineQuery query, CancellationToken cancellation)
    {
        LastPipeline = query;
        return Answer(Pipeline is { } history && history.Worker == query.Worker ? history : null);
    }

    public Task<DroppedRun?> FindDroppedAsync(string source, string rootId, CancellationToken cancellation) =>
        Answer(Dropped is { } dropped && dropped.Source == source && dropped.Run.RootId == rootId ? dropped : null);

    public Task<IReadOnlyList<SourceStatus>> SourcesAsync(CancellationToken cancellation) =>
        Answer(Sources ?? [new("oban", FeedState.Live, TimeProvider.System.GetUtcNow(), null, 0, 0)]);

    private Task<T> Answer<T>(T answer) => Failure is null ? Task.FromResult(answer) : Task.FromException<T>(Failure);
}

/// <summary>A signal that never comes.</summary>
internal sealed class SilentSignal : IRunSignal
{
    public event Action<IReadOnlyList<RunKey>>? Changed { add { } remove { } }

    public event Action? SourcesChanged { add { } remove { } }
}
