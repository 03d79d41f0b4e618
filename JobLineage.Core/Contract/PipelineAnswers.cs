using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// The runs of a pipeline. <c>runs</c> is a page of them, and <c>next</c> goes into <c>page</c>; <c>stages</c> and what is new are told over
/// <c>charted</c>, the first started first: each list of <c>points</c> has one entry for each of these. Times in seconds.
/// </summary>
public sealed record PipelineAnswer(
    string Source, string Worker, DateTimeOffset AsOf, long Total, string? Next, IReadOnlyList<PipelineRunAnswer> Runs,
    PipelineUsualAnswer? Usual, IReadOnlyList<PipelineRunAnswer> Charted, IReadOnlyList<PipelineStageAnswer> Stages, long StagesOmitted)
{
    /// <summary>From what it shows.</summary>
    public static PipelineAnswer Of(PipelineHistory history) => new(
        history.Source, history.Worker, history.AsOf, history.Total, history.Next?.ToString(), [.. history.Runs.Select(PipelineRunAnswer.Of)],
        history.Usual is { } usual ? new(usual.Runs, Format.Seconds(usual.Duration), usual.Jobs, usual.Failed) : null,
        [.. history.Charted.Select(PipelineRunAnswer.Of)], [.. Most.Of(history.Stages, Most.Stages).Shown.Select(PipelineStageAnswer.Of)],
        Most.Of(history.Stages, Most.Stages).Omitted);
}

/// <summary>A run of a pipeline; of one with <c>droppedAt</c> a summary is all that is left.</summary>
public sealed record PipelineRunAnswer(
    string Root, string? RunKey, RunState State, DateTimeOffset? StartedAt, DateTimeOffset? LastActivityAt, decimal? Seconds, long Total,
    IReadOnlyDictionary<string, long> Counts, long Vanished, DateTimeOffset? DroppedAt, string? Before, IReadOnlyList<string> NewStages,
    IReadOnlyList<string> LostStages, IReadOnlyList<PipelineErrorAnswer> NewErrors)
{
    /// <summary>From what it shows.</summary>
    public static PipelineRunAnswer Of(PipelineRun run) => new(
        run.RootId, run.RunKey, run.State, run.StartedAt, run.LastActivityAt, Format.Seconds(run.Duration), run.Counts.Total, run.Counts.ByName(),
        run.Vanished, run.DroppedAt, run.Before, run.NewStages, run.LostStages, [.. run.NewErrors.Select(PipelineErrorAnswer.Of)]);
}

/// <summary>A kind of error; <c>id</c> goes into <c>error</c> of a run's jobs.</summary>
public sealed record PipelineErrorAnswer(int Id, string Fingerprint, long Discarded)
{
    /// <summary>From what it shows.</summary>
    public static PipelineErrorAnswer Of(PipelineError error) => new(error.Id, error.Text, error.Failed);
}

/// <summary>Medians over <c>runs</c> finished runs before the newest charted one.</summary>
public sealed record PipelineUsualAnswer(int Runs, decimal? Seconds, long Total, long Discarded);

/// <summary>A stage over the charted runs; null where a run has none.</summary>
public sealed record PipelineStageAnswer(string Path, int Depth, PipelinePointAnswer? Usual, IReadOnlyList<PipelinePointAnswer?> Points)
{
    /// <summary>From what it shows.</summary>
    public static PipelineStageAnswer Of(PipelineStage stage) => new(
        stage.Path, stage.Depth, PipelinePointAnswer.Of(stage.Usual), [.. stage.Points.Select(PipelinePointAnswer.Of)]);
}

/// <summary>A stage in one run, or what is usual of it; times are means, in seconds.</summary>
public sealed record PipelinePointAnswer(long Total, long Discarded, decimal? MeanRunSeconds, decimal? MeanWaitSeconds)
{
    /// <summary>From what it shows; null of nothing.</summary>
    public static PipelinePointAnswer? Of(PipelinePoint? point) =>
        point is null ? null : new(point.Jobs, point.Failed, Format.Seconds(point.MeanRun), Format.Seconds(point.MeanWait));
}

/// <summary>What is left of a run that was dropped from history.</summary>
public sealed record DroppedRunAnswer(
    string Source, string Worker, PipelineRunAnswer Run, IReadOnlyList<DroppedStageAnswer> Stages, IReadOnlyList<PipelineErrorAnswer> Errors, long StagesOmitted)
{
    /// <summary>From what it shows.</summary>
    public static DroppedRunAnswer Of(DroppedRun dropped) => new(
        dropped.Source, dropped.Worker, PipelineRunAnswer.Of(dropped.Run),
        [.. Most.Of(dropped.Stages, Most.Stages).Shown.Select(DroppedStageAnswer.Of)], [.. dropped.Errors.Select(PipelineErrorAnswer.Of)],
        Most.Of(dropped.Stages, Most.Stages).Omitted);
}

/// <summary>A stage of a dropped run.</summary>
public sealed record DroppedStageAnswer(
    string Path, string Worker, int Depth, long Total, IReadOnlyDictionary<string, long> Counts, long Vanished, decimal? MeanRunSeconds,
    decimal? MeanWaitSeconds, DateTimeOffset? FirstInsertedAt, DateTimeOffset? LastFinishedAt)
{
    /// <summary>From what it shows.</summary>
    public static DroppedStageAnswer Of(Stage stage) => new(
        stage.Path, stage.Worker, stage.Depth, stage.Total, stage.Counts.ByName(), stage.Vanished, Format.Seconds(stage.MeanRun),
        Format.Seconds(stage.MeanWait), stage.FirstInsertedAt, stage.LastFinishedAt);
}
