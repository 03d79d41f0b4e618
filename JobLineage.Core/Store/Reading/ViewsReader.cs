using System.Data;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what the views of a run show; see <see cref="IRunViews"/>.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="time">For what depends on the moment.</param>
public sealed class ViewsReader(NpgsqlDataSource store, TimeProvider time) : IRunViews
{
    /// <summary>Everything here takes a fraction of a second; a server that needs longer has other worries.</summary>
    internal const int TimeoutSeconds = 10;

    /// <summary>Fingerprints that are listed.</summary>
    private const int ErrorsShown = 200;

    /// <summary>Jobs of a stage that are shown first.</summary>
    public const int StageJobs = 20;

    /// <inheritdoc />
    public Task<JobsPage?> ListJobsAsync(JobsQuery query, CancellationToken cancellation) =>
        ReadAsync(query.Source, query.RootId, async (connection, run) =>
        {
            var page = await new JobsList(connection, run, query, time.GetUtcNow()).ReadAsync(cancellation);
            return page is not null && query.Filter.Error is { } error
                ? page with { ErrorText = await ErrorGroups.TextAsync(connection, error, cancellation) }
                : page;
        }, cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<JobLine>> JobsOfIdsAsync(
        string source, string rootId, IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        if (ids.Count > IRunViews.MostIds)
            throw new ArgumentException($"At most {IRunViews.MostIds} jobs may be asked for at once; these are {ids.Count}.", nameof(ids));
        return await ReadAsync<IReadOnlyList<JobLine>>(
            source, rootId, async (connection, run) => [.. (await JobLines.ReadAsync(connection, run, ids, cancellation)).Values], cancellation) ?? [];
    }

    /// <inheritdoc />
    public Task<RunErrors?> FindErrorsAsync(string source, string rootId, CancellationToken cancellation) =>
        ReadAsync<RunErrors>(source, rootId, async (connection, run) =>
        {
            if (run.IsSingle)
                return await SingleView.ErrorsAsync(connection, run, cancellation);
            var (groups, total, jobs) = await ErrorGroups.TopAsync(connection, run.SourceId, run.Stages, ErrorsShown, cancellation);
            // Where runs share a key there are no links to go up by.
            var levels = run.RunKey is not null ? [] : run.Stages
                .Select(stage => new AncestorLevel(stage.Path, run.Below(stage).Sum(below => below.Counts.Discarded)))
                .Where(level => level.Failed > 0);
            return new(groups, total, jobs, [.. levels]);
        }, cancellation);

    /// <inheritdoc />
    public Task<AncestorGroups?> GroupFailuresAsync(string source, string rootId, string stage, CancellationToken cancellation) =>
        ReadAsync(source, rootId, async (connection, run) => run.Find(stage) is { } found && run.RunKey is null
            ? await new FailuresByAncestor(connection, run).GroupAsync(found, cancellation)
            : null, cancellation);

    /// <inheritdoc />
    public Task<FailedBelow?> FindFailedBelowAsync(string source, string jobId, CancellationToken cancellation) =>
        ReadAsync<FailedBelow>(source, jobId, async (connection, run) => run.IsSingle || run.RunKey is not null
            ? new([], false)
            : await new FailuresByAncestor(connection, run).BelowAsync(jobId, cancellation), cancellation);

    /// <inheritdoc />
    public Task<StageEvidence?> FindStageAsync(string source, string rootId, string stage, CancellationToken cancellation) =>
        ReadAsync(source, rootId, async (connection, run) =>
        {
            var first = new JobsQuery { Source = source, RootId = rootId, Filter = new() { Stage = stage }, Size = StageJobs };
            if (run.IsSingle)
                return await SingleView.StageAsync(connection, run, first, time.GetUtcNow(), cancellation);
            return run.Find(stage) is { } found
                ? await new StageReader(connection, run, found, time.GetUtcNow()).ReadAsync(first, cancellation)
                : null;
        }, cancellation);

    /// <inheritdoc />
    public Task<RunTimeline?> FindTimelineAsync(string source, string rootId, CancellationToken cancellation) =>
        ReadAsync<RunTimeline>(source, rootId, async (connection, run) => run.IsSingle
            ? await SingleView.TimelineAsync(connection, run, time.GetUtcNow(), cancellation)
            : await new TimelineReader(connection, run, source, time.GetUtcNow()).ReadAsync(cancellation), cancellation);

    /// <inheritdoc />
    public Task<RunActivity?> FindActivityAsync(string source, string rootId, CancellationToken cancellation) =>
        ReadAsync<RunActivity>(source, rootId, async (connection, run) => run.IsSingle
            ? null
            : await new ActivityReader(connection, run, time.GetUtcNow()).ReadAsync(cancellation), cancellation);

    /// <inheritdoc />
    public Task<EdgeFacts?> FindEdgeAsync(string source, string rootId, string from, string to, CancellationToken cancellation) =>
        ReadAsync(source, rootId, (connection, run) => new EdgeReader(connection, run, time.GetUtcNow()).ReadAsync(from, to, cancellation), cancellation);

    /// <summary>All statements of a view see one moment.</summary>
    private async Task<T?> ReadAsync<T>(
        string source, string jobId, Func<NpgsqlConnection, RunStages, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await RunStages.ReadAsync(connection, source, jobId, cancellation) is { } run ? await read(connection, run) : null;
    }
}
