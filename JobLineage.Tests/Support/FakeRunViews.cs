using System.Collections.Concurrent;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>Views in memory, which remember what they were asked.</summary>
internal sealed class FakeRunViews : IRunViews
{
    public FakeNativeRows Native { get; } = new();

    private readonly ConcurrentQueue<JobsQuery> _queries = new();
    private readonly ConcurrentQueue<IReadOnlyCollection<string>> _asked = new();

    /// <summary>Answers a query; one page of one job unless a test says otherwise.</summary>
    public Func<JobsQuery, JobsPage?> Jobs { get; set; } = _ => new([SomeViews.Job("7")], 1, null, null, null, false, false);

    public Func<string, JobLine?> Job { get; set; } = _ => null;

    public RunErrors? Errors { get; set; } = new([], 0, 0, []);

    public AncestorGroups? Groups { get; set; }

    public FailedBelow? Below { get; set; } = new([], false);

    public StageEvidence? Stage { get; set; }

    public RunTimeline? Timeline { get; set; }

    public RunActivity? Activity { get; set; }

    public FakeEdges Edges { get; } = new();

    /// <summary>Thrown by every call but those about edges while set.</summary>
    public Exception? Failure { get; set; }

    public IReadOnlyList<JobsQuery> Queries => [.. _queries];

    /// <summary>The ids of the jobs that were asked for by themselves.</summary>
    public IReadOnlyList<IReadOnlyCollection<string>> Asked => [.. _asked];

    public Task<JobsPage?> ListJobsAsync(JobsQuery query, CancellationToken cancellation)
    {
        _queries.Enqueue(query);
        return Answer(() => Jobs(query));
    }

    public Task<IReadOnlyList<JobLine>> JobsOfIdsAsync(
        string source, string rootId, IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        Answer<IReadOnlyList<JobLine>>(() =>
        {
            // As the store does.
            if (ids.Count > IRunViews.MostIds)
                throw new ArgumentException($"{ids.Count} are too many.", nameof(ids));
            _asked.Enqueue(ids);
            return [.. ids.Select(Job).OfType<JobLine>()];
        });

    public Task<RunErrors?> FindErrorsAsync(string source, string rootId, CancellationToken cancellation) => Answer(() => Errors);

    public Task<AncestorGroups?> GroupFailuresAsync(string source, string rootId, string stage, CancellationToken cancellation) =>
        Answer(() => Groups is null ? null : Groups with { Stage = stage });

    public Task<FailedBelow?> FindFailedBelowAsync(string source, string jobId, CancellationToken cancellation) => Answer(() => Below);

    public Task<StageEvidence?> FindStageAsync(string source, string rootId, string stage, CancellationToken cancellation) =>
        Answer<StageEvidence?>(() => Stage ?? SomeViews.Evidence(stage));

    public Task<RunTimeline?> FindTimelineAsync(string source, string rootId, CancellationToken cancellation) => Answer(() => Timeline);

    public Task<RunActivity?> FindActivityAsync(string source, string rootId, CancellationToken cancellation) => Answer(() => Activity);

    public Task<EdgeFacts?> FindEdgeAsync(string source, string rootId, string from, string to, CancellationToken cancellation) =>
        Edges.FindAsync(from, to, cancellation);

    private Task<T> Answer<T>(Func<T> answer) => Failure is null ? Task.FromResult(answer()) : Task.FromException<T>(Failure);
}

/// <summary>Small valid examples of views.</summary>
internal static class SomeViews
{
    public static JobLine Job(string id, JobState state = JobState.Completed) => new()
    {
        Id = id,
        State = state,
        Stage = "SyncJob/MoviePageJob",
        Worker = "App.MoviePageJob",
        Queue = "scraper",
        Attempt = 1,
        MaxAttempts = 3,
        ScheduledAt = SomeRuns.Noon,
        AttemptedAt = SomeRuns.Noon.AddSeconds(5),
        FinishedAt = SomeRuns.Noon.AddSeconds(8),
        Args = $$"""{"id":{{id}}}""",
    };

    /// <summary>Jobs with these numbers.</summary>
    public static JobLine[] Jobs(int first, int count) => [.. Enumerable.Range(first, count).Select(n => Job($"{n}"))];

    public static StageEvidence Evidence(string stage) => new(
        stage, SomeRuns.Noon, new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(50), 100), new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), 100),
        100, 100, [], null, [], 0, null, new(Jobs(1, 20), 200, new(JobSort.Errors, 0, null, "20"), null, null, false, false));
}
