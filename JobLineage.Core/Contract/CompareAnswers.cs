using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>Two runs side by side; <c>before</c> is the first of the address.</summary>
public sealed record CompareAnswer(
    string Source, RunHeadAnswer Before, RunHeadAnswer After, bool OnePipeline, IReadOnlyList<Highlight> Highlights,
    IReadOnlyList<StageChangeAnswer> Stages, IReadOnlyList<EdgeChange> Edges, IReadOnlyList<ErrorChangeAnswer> Errors, bool ErrorsAreCut,
    IReadOnlyList<ArgChangeAnswer> Args, bool ArgsAreCut, long StagesOmitted, long EdgesOmitted)
{
    /// <summary>From what it shows.</summary>
    public static CompareAnswer Of(RunComparison runs)
    {
        var (stages, stagesOmitted) = Most.Of(runs.Stages, Most.Stages);
        var (edges, edgesOmitted) = Most.Of(runs.Edges, Most.Edges);
        return new(
            runs.After.Source, RunHeadAnswer.Of(runs.Before), RunHeadAnswer.Of(runs.After), runs.IsOnePipeline, runs.Highlights,
            [.. stages.Select(StageChangeAnswer.Of)], edges,
            [.. runs.Errors.Select(e => new ErrorChangeAnswer(e.Kind, e.Stage, e.Fingerprint, e.Text, e.Before?.Jobs, e.After?.Jobs))], runs.ErrorsAreCut,
            [.. runs.Args.Select(a => new ArgChangeAnswer(a.Key, RawJson.Of(a.Before), RawJson.Of(a.After)))], runs.ArgsAreCut, stagesOmitted, edgesOmitted);
    }
}

/// <summary>A stage in both runs, or in one: <c>same</c>, <c>more</c>, <c>less</c>, <c>added</c>, <c>removed</c>.</summary>
public sealed record StageChangeAnswer(
    string Path, int Depth, ChangeKind Change, long Jobs, StageFiguresAnswer? Before, StageFiguresAnswer? After)
{
    /// <summary>From what it shows.</summary>
    public static StageChangeAnswer Of(StageChange stage) => new(
        stage.Path, stage.Depth, stage.Kind, stage.Jobs, StageFiguresAnswer.Of(stage.Before), StageFiguresAnswer.Of(stage.After));
}

/// <summary>A stage in one run; spans in seconds, absent where nothing is known.</summary>
public sealed record StageFiguresAnswer(
    long Total, IReadOnlyDictionary<string, long> Counts, double? FanOut, double? FailureShare, SpanAnswer? Waited, SpanAnswer? Ran)
{
    /// <summary>From what it shows; null of nothing.</summary>
    public static StageFiguresAnswer? Of(StageFigures? stage) => stage is null ? null : new(
        stage.Stage.Total, stage.Stage.Counts.ByName(), stage.FanOut, stage.FailureShare, SpanAnswer.Of(stage.Spans?.Waiting),
        SpanAnswer.Of(stage.Spans?.Running));
}

/// <summary>An error of a stage and its jobs in either run; null where it is not.</summary>
public sealed record ErrorChangeAnswer(ChangeKind Change, string Stage, int Id, string Fingerprint, long? Before, long? After);

/// <summary>An argument of the roots that differs; null where it is not there.</summary>
public sealed record ArgChangeAnswer(string Key, RawJson? Before, RawJson? After);
