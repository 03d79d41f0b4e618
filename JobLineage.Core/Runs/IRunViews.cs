using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>
/// What the views of a run read besides its snapshot. Every call is bounded whatever the size of the run, and each reads
/// one moment. A database that does not answer throws <see cref="System.Data.Common.DbException"/> or
/// <see cref="TimeoutException"/>. Null: no such job, or no such stage.
/// </summary>
public interface IRunViews
{
    /// <summary>Descendants of a job that are followed: the nearest.</summary>
    const int MostDescendants = 10_000;

    /// <summary>Jobs that may be asked for by their ids at once.</summary>
    const int MostIds = 400;

    /// <summary>Jobs of a run.</summary>
    Task<JobsPage?> ListJobsAsync(JobsQuery query, CancellationToken cancellation);

    /// <summary>These jobs as they are now, in no order; those that are gone are left out.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="rootId">The root, or any job of the run.</param>
    /// <param name="ids">At most <see cref="MostIds"/>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ArgumentException">There are more ids than that.</exception>
    Task<IReadOnlyList<JobLine>> JobsOfIdsAsync(string source, string rootId, IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>The errors of a run by fingerprint.</summary>
    Task<RunErrors?> FindErrorsAsync(string source, string rootId, CancellationToken cancellation);

    /// <summary>The final failures of a run by their ancestor in one stage.</summary>
    Task<AncestorGroups?> GroupFailuresAsync(string source, string rootId, string stage, CancellationToken cancellation);

    /// <summary>The final failures below a job.</summary>
    Task<FailedBelow?> FindFailedBelowAsync(string source, string jobId, CancellationToken cancellation);

    /// <summary>What the jobs of a stage tell.</summary>
    Task<StageEvidence?> FindStageAsync(string source, string rootId, string stage, CancellationToken cancellation);

    /// <summary>A run over time.</summary>
    Task<RunTimeline?> FindTimelineAsync(string source, string rootId, CancellationToken cancellation);

    /// <summary>What happened in a run over time; null also where nothing has a time.</summary>
    Task<RunActivity?> FindActivityAsync(string source, string rootId, CancellationToken cancellation);

    /// <summary>How the jobs of a stage fan out into another: what lies behind an edge of the stage graph.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="rootId">The root, or any job of the run.</param>
    /// <param name="from">The path of the parents' stage.</param>
    /// <param name="to">The path of the children's stage.</param>
    /// <param name="cancellation">Stops the reading.</param>
    Task<EdgeFacts?> FindEdgeAsync(string source, string rootId, string from, string to, CancellationToken cancellation);
}
