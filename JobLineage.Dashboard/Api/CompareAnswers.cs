using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Two runs side by side; <c>before</c> is the first of the address.</summary>
internal sealed record CompareAnswer(
    string Source, ComparedRunAnswer Before, ComparedRunAnswer After, bool OnePipeline, IReadOnlyList<Highlight> Highlights,
    IReadOnlyList<StageChangeAnswer> Stages, IReadOnlyList<EdgeChange> Edges, IReadOnlyList<ErrorChangeAnswer> Errors, bool ErrorsAreCut,
    IReadOnlyList<ArgChangeAnswer> Args, bool ArgsAreCut, long StagesOmitted, long EdgesOmitted)
{
    public static CompareAnswer Of(RunComparison runs)
    {
        var (stages, stagesOmitted) = Most.Of(runs.Stages, Most.Stages);
        var (edges, edgesOmitted) = Most.Of(runs.Edges, Most.Edges);
        return new(
            runs.After.Source, ComparedRunAnswer.Of(runs.Before), ComparedRunAnswer.Of(runs.After), runs.IsOnePipeline, runs.Highlights,
            [.. stages.Select(StageChangeAnswer.Of)], edges,
            [.. runs.Errors.Select(e => new ErrorChangeAnswer(e.Kind, e.Stage, e.Fingerprint, e.Text, e.Before?.Jobs, e.After?.Jobs))], runs.ErrorsAreCut,
            [.. runs.Args.Select(a => new ArgChangeAnswer(a.Key, Json.Embed(a.Before), Json.Embed(a.After)))], runs.ArgsAreCut, stagesOmitted, edgesOmitted);
    }
}

/// <summary>One of the two runs; the run itself has the rest.</summary>
internal sealed record ComparedRunAnswer(
    string Root, string? RunKey, string Worker, RunState State, long Version, DateTimeOffset AsOf, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, long Total, IReadOnlyDictionary<string, long> Counts)
{
    public static ComparedRunAnswer Of(RunSnapshot run) => new(
        run.RootId, run.RunKey, run.Worker, run.State, run.Version, run.AsOf, run.StartedAt, run.FinishedAt, run.Total, Json.Counts(run.Counts));
}

/// <summary>A stage in both runs, or in one: <c>same</c>, <c>more</c>, <c>less</c>, <c>added</c>, <c>removed</c>.</summary>
internal sealed record StageChangeAnswer(
    string Path, int Depth, ChangeKind Change, long Jobs, StageFiguresAnswer? Before, StageFiguresAnswer? After)
{
    public static StageChangeAnswer Of(StageChange stage) => new(
        stage.Path, stage.Depth, stage.Kind, stage.Jobs, StageFiguresAnswer.Of(stage.Before), StageFiguresAnswer.Of(stage.After));
}

/// <summary>A stage in one run; spans in seconds, absent where nothing is known.</summary>
internal sealed record StageFiguresAnswer(
    long Total, IReadOnlyDictionary<string, long> Counts, double? FanOut, double? FailureShare, SpansAnswer? Waited, SpansAnswer? Ran)
{
    public static StageFiguresAnswer? Of(StageFigures? stage) => stage is null ? null : new(
        stage.Stage.Total, Json.Counts(stage.Stage.Counts), stage.FanOut, stage.FailureShare, SpansAnswer.Of(stage.Spans?.Waiting),
        SpansAnswer.Of(stage.Spans?.Running));
}

/// <summary>Half took no longer than <c>median</c>, 95 of 100 no longer than <c>p95</c>; from so many jobs.</summary>
internal sealed record SpansAnswer(double Median, double P95, long Jobs)
{
    public static SpansAnswer? Of(SpanStatistics? span) => span is null ? null : new(span.Median.TotalSeconds, span.P95.TotalSeconds, span.Jobs);
}

/// <summary>An error of a stage and its jobs in either run; null where it is not.</summary>
internal sealed record ErrorChangeAnswer(ChangeKind Change, string Stage, int Id, string Fingerprint, long? Before, long? After);

/// <summary>An argument of the roots that differs; null where it is not there.</summary>
internal sealed record ArgChangeAnswer(string Key, object? Before, object? After);
