using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// A run, without what is in it. <c>runKey</c> is null where parent links hold it together; <c>worker</c> is the full name, empty where the root was never
/// seen; <c>version</c> grows with every change, and is 0 where the queue itself was read; <c>counts</c> has the states with jobs.
/// </summary>
public record RunHeadAnswer(
    string Source, string Root, string? RunKey, string Worker, string Name, RunState State, long Version, DateTimeOffset AsOf, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, bool RootIsMissing, long Pruned, long PutAside, RawJson? RootArgs, long Total, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>From what it shows.</summary>
    public static RunHeadAnswer Of(RunSnapshot run) => new(
        run.Source, run.RootId, run.RunKey, run.Worker, run.Name, run.State, run.Version, run.AsOf, run.StartedAt, run.FinishedAt, run.RootIsMissing,
        run.Pruned, run.PutAside, RawJson.Of(run.RootArgs), run.Total, run.Counts.ByName());
}

/// <summary>
/// A run, whole; <c>stagesOmitted</c>, <c>edgesOmitted</c>, <c>linksOmitted</c> and <c>findingsOmitted</c> say how many of a very large one are left out: see <see cref="Most"/>.
/// </summary>
public sealed record RunAnswer : RunHeadAnswer
{
    private RunAnswer(RunHeadAnswer head) : base(head)
    {
    }

    /// <summary>By depth, then by path.</summary>
    public required IReadOnlyList<StageAnswer> Stages { get; init; }

    /// <summary>The ways between stages, with the jobs that came over each.</summary>
    public required IReadOnlyList<StageEdge> Edges { get; init; }

    /// <summary>Between which stages jobs have further parents, beside the one in the tree: <c>jobs</c> of <c>to</c> have one in <c>from</c>.</summary>
    public required IReadOnlyList<StageLink> Links { get; init; }

    /// <summary>Jobs that came from other runs (<c>isIn</c>) or went to them, the newest first; <c>rootId</c> is the other run's root as it was called then.</summary>
    public required IReadOnlyList<RunMove> Moves { get; init; }

    /// <summary>What affects most jobs first, each consequence behind its cause.</summary>
    public required IReadOnlyList<FindingAnswer> Findings { get; init; }

    /// <summary>Stages that are not here.</summary>
    public long StagesOmitted { get; init; }

    /// <summary>Edges that are not here.</summary>
    public long EdgesOmitted { get; init; }

    /// <summary>Links that are not here.</summary>
    public long LinksOmitted { get; init; }

    /// <summary>Whether the run has more further parents than were counted: those of the first jobs by id were.</summary>
    public bool LinksTruncated { get; init; }

    /// <summary>Findings that are not here.</summary>
    public long FindingsOmitted { get; init; }

    /// <summary>From what it shows.</summary>
    public static new RunAnswer Of(RunSnapshot run)
    {
        var (stages, stagesOmitted) = Most.Of(run.Stages, Most.Stages);
        var (edges, edgesOmitted) = Most.Of(run.Edges, Most.Edges);
        var (links, linksOmitted) = Most.Of(run.Links, Most.Edges);
        var (findings, findingsOmitted) = Most.Of(run.Findings, Most.Findings);
        return new(RunHeadAnswer.Of(run))
        {
            Stages = [.. stages.Select(StageAnswer.Of)],
            Edges = edges,
            Links = links,
            Moves = run.Moves,
            Findings = [.. findings.Select(FindingAnswer.Of)],
            StagesOmitted = stagesOmitted,
            EdgesOmitted = edgesOmitted,
            LinksOmitted = linksOmitted,
            LinksTruncated = run.LinksAreCut,
            FindingsOmitted = findingsOmitted,
        };
    }
}

/// <summary>A stage and its jobs by state; <c>depth</c> is 1 at the root, <c>worker</c> the full name, empty for jobs that were never seen.</summary>
public record StageCountsAnswer(string Path, string Worker, int Depth, long Total, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>From what it shows.</summary>
    public static StageCountsAnswer Of(Stage stage) => new(stage.Path, stage.Worker, stage.Depth, stage.Total, stage.Counts.ByName());
}

/// <summary>A stage, whole: <c>parentPath</c> is null for the root's; times are null where there is no such job.</summary>
public sealed record StageAnswer(
    string Path, string Worker, int Depth, long Total, IReadOnlyDictionary<string, long> Counts, string Name, string? ParentPath, long Childless,
    long Vanished, long CycleCuts, IReadOnlyList<string> Queues, DateTimeOffset? FirstInsertedAt, DateTimeOffset? LastAttemptedAt,
    DateTimeOffset? LastFinishedAt, DateTimeOffset? OldestAvailableAt, DateTimeOffset? OldestExecutingAt, DateTimeOffset? NextDueAt)
    : StageCountsAnswer(Path, Worker, Depth, Total, Counts)
{
    /// <summary>From what it shows.</summary>
    public static new StageAnswer Of(Stage stage) => new(
        stage.Path, stage.Worker, stage.Depth, stage.Total, stage.Counts.ByName(), stage.Name, stage.ParentPath, stage.Childless, stage.Vanished,
        stage.CycleCuts, stage.Queues, stage.FirstInsertedAt, stage.LastAttemptedAt, stage.LastFinishedAt, stage.OldestAvailableAt,
        stage.OldestExecutingAt, stage.NextDueAt);
}

/// <summary>
/// A finding: <c>stage</c> is null when it is about the run, <c>alsoStages</c> are others with the same cause, null where there are none, <c>evidence</c> the numbers and
/// times behind it by name, <c>jobs</c> a sample of ids. <c>reason</c> is <c>headline</c>, <c>sentence</c> and <c>advice</c> on one line; <c>id</c> is the finding's name within the run, and
/// <c>cause</c> the <c>id</c> of the one that probably caused it; <c>affected</c> counts the jobs that it affects, <c>began</c> is since when, where that is known.
/// </summary>
public sealed record FindingAnswer(
    string Kind, string? Stage, IReadOnlyList<string>? AlsoStages, string Reason,
    IReadOnlyDictionary<string, object?> Evidence, IReadOnlyList<string> Jobs,
    string Id, string Headline, string Sentence, string? Advice, string? Cause, long Affected, DateTimeOffset? Began)
{
    /// <summary>From what it shows.</summary>
    public static FindingAnswer Of(Finding finding) => new(
        finding.KindName, finding.Stage, finding.AlsoStages is { Count: > 0 } also ? also : null, finding.Reason, finding.Evidence, finding.Jobs,
        finding.Id, finding.Headline, finding.Sentence, finding.Advice, finding.Cause, finding.Affected, finding.Began);
}

/// <summary>
/// A page of the runs list. <c>total</c> is exact unless <c>totalIsAtLeast</c>, and null where only looking at each run could
/// tell; then <c>examined</c> says at how many was looked, and <c>stopped</c> that there are more to be looked at behind <c>next</c>, which goes into <c>page</c>:
/// enough were for one page, or the time for it was up (<c>isTimeUp</c>). The jobs of <c>passedOver</c> runs could not all be looked at: they are left out.
/// </summary>
public sealed record RunsAnswer(
    DateTimeOffset AsOf, long? Total, bool TotalIsAtLeast, long? Examined, bool Stopped, bool IsTimeUp, long PassedOver, int PageSize, string? Next,
    IReadOnlyList<RunLineAnswer> Runs,
    IReadOnlyList<SinglesAnswer> Singles, IReadOnlyList<PipelineRuns> Pipelines)
{
    /// <summary>From what it shows.</summary>
    public static RunsAnswer Of(RunsPage page, RunsQuery query) => new(
        page.AsOf, page.Total, page.IsAtLeast, page.Examined, page.Stopped, page.IsTimeUp, page.PassedOver, query.PageSize, page.Next?.ToString(),
        [.. page.Runs.Select(RunLineAnswer.Of)], [.. page.Singles.Select(SinglesAnswer.Of)], page.Pipelines);
}

/// <summary>One line of the runs list; <c>findings</c> counts them by kind.</summary>
public sealed record RunLineAnswer(
    string Source, string Root, string? RunKey, string Worker, RunState State, long Version, int Stages, long Total,
    IReadOnlyDictionary<string, long> Counts, IReadOnlyDictionary<string, int> Findings, DateTimeOffset? StartedAt, DateTimeOffset? LastActivityAt)
{
    /// <summary>From what it shows.</summary>
    public static RunLineAnswer Of(RunSummary run) => new(
        run.Source, run.RootId, run.RunKey, run.Worker, run.State, run.Version, run.Stages, run.Counts.Total,
        run.Counts.ByName(), run.Findings.NonZero().ToDictionary(f => f.Key.ToString().ToLowerInvariant(), f => f.Value),
        run.StartedAt, run.LastActivityAt);
}

/// <summary>The singles of one worker.</summary>
public sealed record SinglesAnswer(string Source, string Worker, long Total, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>From what it shows.</summary>
    public static SinglesAnswer Of(SinglesSummary singles) =>
        new(singles.Source, singles.Worker, singles.Counts.Total, singles.Counts.ByName());
}
