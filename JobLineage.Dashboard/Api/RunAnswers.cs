using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// A run, whole; <c>stagesOmitted</c>, <c>edgesOmitted</c> and <c>findingsOmitted</c> say how many of a very large one are left out: see <see cref="Most"/>.
/// </summary>
internal sealed record RunAnswer(
    string Source,
    string Root,
    string? RunKey,
    string Worker,
    string Name,
    RunState State,
    long Version,
    DateTimeOffset AsOf,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    bool RootIsMissing,
    long Pruned,
    long PutAside,
    object? RootArgs,
    long Total,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<StageAnswer> Stages,
    IReadOnlyList<StageEdge> Edges,
    IReadOnlyList<FindingAnswer> Findings,
    long StagesOmitted,
    long EdgesOmitted,
    long FindingsOmitted)
{
    public static RunAnswer Of(RunSnapshot run)
    {
        var (stages, stagesOmitted) = Most.Of(run.Stages, Most.Stages);
        var (edges, edgesOmitted) = Most.Of(run.Edges, Most.Edges);
        var (findings, findingsOmitted) = Most.Of(run.Findings, Most.Findings);
        return new(
            run.Source, run.RootId, run.RunKey, run.Worker, run.Name, run.State, run.Version, run.AsOf, run.StartedAt,
            run.FinishedAt, run.RootIsMissing, run.Pruned, run.PutAside, Json.Embed(run.RootArgs), run.Total, Json.Counts(run.Counts),
            [.. stages.Select(StageAnswer.Of)], edges, [.. findings.Select(FindingAnswer.Of)], stagesOmitted, edgesOmitted, findingsOmitted);
    }
}

/// <summary>A stage: first what <c>stats --json</c> says of it, in the same words, then the rest.</summary>
internal sealed record StageAnswer(
    string Path,
    string Worker,
    int Depth,
    long Total,
    IReadOnlyDictionary<string, long> Counts,
    string Name,
    string? ParentPath,
    long Childless,
    long Vanished,
    long CycleCuts,
    IReadOnlyList<string> Queues,
    DateTimeOffset? FirstInsertedAt,
    DateTimeOffset? LastAttemptedAt,
    DateTimeOffset? LastFinishedAt,
    DateTimeOffset? OldestAvailableAt,
    DateTimeOffset? OldestExecutingAt,
    DateTimeOffset? NextDueAt)
{
    public static StageAnswer Of(Stage stage) => new(
        stage.Path, stage.Worker, stage.Depth, stage.Total, Json.Counts(stage.Counts), stage.Name, stage.ParentPath,
        stage.Childless, stage.Vanished, stage.CycleCuts, stage.Queues, stage.FirstInsertedAt, stage.LastAttemptedAt,
        stage.LastFinishedAt, stage.OldestAvailableAt, stage.OldestExecutingAt, stage.NextDueAt);
}

/// <summary>A finding.</summary>
internal sealed record FindingAnswer(
    string Kind, string? Stage, string Reason, IReadOnlyDictionary<string, object?> Evidence, IReadOnlyList<string> Jobs)
{
    public static FindingAnswer Of(Finding finding) =>
        new(finding.KindName, finding.Stage, finding.Reason, finding.Evidence, finding.Jobs);
}

/// <summary>
/// A page of the runs list. <c>total</c> is exact unless <c>totalIsAtLeast</c>, and null where only looking at each run could
/// tell; then <c>examined</c> says at how many was looked. <c>next</c> goes into <c>page</c>.
/// </summary>
internal sealed record RunsAnswer(
    DateTimeOffset AsOf,
    long? Total,
    bool TotalIsAtLeast,
    long? Examined,
    bool Stopped,
    int PageSize,
    string? Next,
    IReadOnlyList<RunLineAnswer> Runs,
    IReadOnlyList<SinglesAnswer> Singles,
    IReadOnlyList<PipelineRuns> Pipelines)
{
    public static RunsAnswer Of(RunsPage page, RunsQuery query) => new(
        page.AsOf, page.Total, page.IsAtLeast, page.Examined, page.Stopped, query.PageSize, page.Next?.ToString(),
        [.. page.Runs.Select(RunLineAnswer.Of)], [.. page.Singles.Select(SinglesAnswer.Of)], page.Pipelines);
}

/// <summary>One line of the runs list; <c>findings</c> counts them by kind.</summary>
internal sealed record RunLineAnswer(
    string Source,
    string Root,
    string? RunKey,
    string Worker,
    RunState State,
    long Version,
    int Stages,
    long Total,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyDictionary<string, int> Findings,
    DateTimeOffset? StartedAt,
    DateTimeOffset? LastActivityAt)
{
    public static RunLineAnswer Of(RunSummary run) => new(
        run.Source, run.RootId, run.RunKey, run.Worker, run.State, run.Version, run.Stages, run.Counts.Total,
        Json.Counts(run.Counts), run.Findings.NonZero().ToDictionary(f => f.Key.ToString().ToLowerInvariant(), f => f.Value),
        run.StartedAt, run.LastActivityAt);
}

/// <summary>The singles of one worker.</summary>
internal sealed record SinglesAnswer(string Source, string Worker, long Total, IReadOnlyDictionary<string, long> Counts)
{
    public static SinglesAnswer Of(SinglesSummary singles) =>
        new(singles.Source, singles.Worker, singles.Counts.Total, Json.Counts(singles.Counts));
}
