using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>A run, whole.</summary>
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
    object? RootArgs,
    long Total,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<StageAnswer> Stages,
    IReadOnlyList<StageEdge> Edges,
    IReadOnlyList<FindingAnswer> Findings)
{
    public static RunAnswer Of(RunSnapshot run) => new(
        run.Source, run.RootId, run.RunKey, run.Worker, run.Name, run.State, run.Version, run.AsOf, run.StartedAt,
        run.FinishedAt, run.RootIsMissing, run.Pruned, Json.Embed(run.RootArgs), run.Total, Json.Counts(run.Counts),
        [.. run.Stages.Select(StageAnswer.Of)], run.Edges, [.. run.Findings.Select(FindingAnswer.Of)]);
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

/// <summary>A page of the runs list.</summary>
internal sealed record RunsAnswer(
    DateTimeOffset AsOf,
    long Total,
    int Page,
    int PageSize,
    IReadOnlyList<RunLineAnswer> Runs,
    IReadOnlyList<SinglesAnswer> Singles)
{
    public static RunsAnswer Of(RunsPage page, RunsQuery query) => new(
        page.AsOf, page.Total, query.Page, query.PageSize,
        [.. page.Runs.Select(RunLineAnswer.Of)], [.. page.Singles.Select(SinglesAnswer.Of)]);
}

/// <summary>One line of the runs list.</summary>
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
    DateTimeOffset? StartedAt,
    DateTimeOffset? LastActivityAt)
{
    public static RunLineAnswer Of(RunSummary run) => new(
        run.Source, run.RootId, run.RunKey, run.Worker, run.State, run.Version, run.Stages, run.Counts.Total,
        Json.Counts(run.Counts), run.StartedAt, run.LastActivityAt);
}

/// <summary>The singles of one worker.</summary>
internal sealed record SinglesAnswer(string Source, string Worker, long Total, IReadOnlyDictionary<string, long> Counts)
{
    public static SinglesAnswer Of(SinglesSummary singles) =>
        new(singles.Source, singles.Worker, singles.Counts.Total, Json.Counts(singles.Counts));
}
