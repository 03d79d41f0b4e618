using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>A run of a pipeline with its stages and errors.</summary>
/// <param name="Run">The run.</param>
/// <param name="Stages">By path; null where they were not read.</param>
/// <param name="Errors">Final failures by fingerprint, those that only made a job try again included.</param>
internal sealed record FoldedRun(PipelineRun Run, IReadOnlyDictionary<string, Stage>? Stages, IReadOnlyDictionary<int, long> Errors);

/// <summary>What the runs of a pipeline, side by side, tell: what is new in each, what is usual. Pure.</summary>
/// <param name="runs">The last started first; behind the charted ones those that came before them.</param>
/// <param name="charted">How many of them are charted, from the first on.</param>
/// <param name="errorTexts">The fingerprints by their number.</param>
internal sealed class PipelineFold(IReadOnlyList<FoldedRun> runs, int charted, IReadOnlyDictionary<int, string> errorTexts)
{
    /// <summary>The charted runs with what is new in each, first started first.</summary>
    public IReadOnlyList<PipelineRun> Charted() => [.. Enumerable.Range(0, charted).Reverse().Select(Told)];

    /// <summary>The stages of the charted runs, a stage before those below it.</summary>
    public IReadOnlyList<PipelineStage> Stages()
    {
        var depths = new Dictionary<string, int>(StagePath.Comparer);
        foreach (var stage in runs.Take(charted).SelectMany(run => run.Stages?.Values ?? []))
            depths.TryAdd(stage.Path, stage.Depth);
        // A slash sorts before what a name may hold, so that what is below a stage follows it.
        return [.. depths.OrderBy(stage => stage.Key.Replace('/', '\u0001'), StringComparer.Ordinal).Select(stage => new PipelineStage(
            stage.Key, stage.Value, [.. Enumerable.Range(0, charted).Reverse().Select(i => Point(runs[i], stage.Key))], UsualOf(stage.Key)))];
    }

    /// <summary>What is usual, from the finished runs before the newest.</summary>
    public PipelineUsual? Usual()
    {
        var finished = runs.Skip(1).Where(run => run.Run.IsFinished).Select(run => run.Run).ToList();
        return finished.Count == 0 ? null : new(
            finished.Count, Medians.Of(finished.Select(run => run.Duration)),
            Medians.Of(finished.Select(run => run.Counts.Total)), Medians.Of(finished.Select(run => run.Counts.Discarded)));
    }

    private PipelinePoint? UsualOf(string path)
    {
        var points = runs.Skip(1).Where(run => run.Run.IsFinished).Select(run => Point(run, path)).OfType<PipelinePoint>().ToList();
        return points.Count == 0 ? null : new(
            Medians.Of(points.Select(p => p.Jobs)), Medians.Of(points.Select(p => p.Failed)),
            Medians.Of(points.Select(p => p.MeanRun)), Medians.Of(points.Select(p => p.MeanWait)));
    }

    private PipelineRun Told(int place)
    {
        var (run, stages, errors) = runs[place];
        if (place + 1 >= runs.Count)
            return run;
        var before = runs.Skip(place + 1).ToList();
        return run with
        {
            NewStages = Without(stages, before[0].Stages),
            // What goes on may yet get there.
            LostStages = run.IsFinished ? Without(before[0].Stages, stages) : [],
            NewErrors = [.. errors
                .Where(error => !before.Any(other => other.Errors.ContainsKey(error.Key)))
                .OrderByDescending(error => error.Value).ThenBy(error => error.Key)
                .Select(error => new PipelineError(error.Key, errorTexts.GetValueOrDefault(error.Key, ""), error.Value, before.Count))],
        };
    }

    private static IReadOnlyList<string> Without(IReadOnlyDictionary<string, Stage>? stages, IReadOnlyDictionary<string, Stage>? others) =>
        stages is null || others is null ? [] : [.. stages.Keys.Where(path => !others.ContainsKey(path)).Order(StringComparer.Ordinal)];

    private static PipelinePoint? Point(FoldedRun run, string path) =>
        run.Stages?.GetValueOrDefault(path) is { } stage ? new(stage.Total, stage.Counts.Discarded, stage.MeanRun, stage.MeanWait) : null;
}
