using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When fewer jobs exist than were expected: announced by the parents themselves, or usual for this pipeline. What the
/// failures of the parents explain is told with those.
/// </summary>
internal sealed class MissingRule(StageIndex stages, Usual usual)
{
    /// <summary>Of what is usual, the part below which a stage is called too small; it must be the smallest ever, too.</summary>
    private const double TooFew = 0.5;

    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        if (stage.Vanished > 0)
            yield return Vanished(stage);
        if (known.Short > 0)
            yield return Announced(placed);
        if (stage.Counts.Completed > 0 && placed.IsOver)
        {
            foreach (var (path, runs) in usual.AlwaysBelow(stage.Path))
            {
                if (stages.Find(path) is null)
                    yield return Absent(stage, path, runs);
            }

            // What parents announce themselves is better evidence than what was usual.
            if (known.Expected == 0)
            {
                foreach (var below in placed.Below)
                {
                    if (Fewer(stage, below.Stage) is { } found)
                        yield return found;
                }
            }
        }
    }

    private static Found Announced(PlacedStage placed)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        var have = known.Expected - known.Short;
        var only = placed.Below is [var one] ? one.Stage : null;
        var what = only?.Name ?? "child";
        var whose = stage.Counts.Completed == 1 ? $"its {stage.Name} job" : known.ShortParents == 1 ? $"one of {Format.Count(stage.Counts.Completed)} completed {stage.Name} jobs" : $"{Format.Count(known.ShortParents)} of {Format.Count(stage.Counts.Completed)} completed {stage.Name} jobs";
        var reason = $"{Format.Count(have)} of {Format.Count(known.Expected)} expected {what} jobs exist: {Format.Count(known.Short)} that {whose} announced never came.";
        return Found.Of(
            FindingKind.Missing, only?.Path ?? stage.Path, reason,
            new()
            {
                ["actual"] = have,
                ["expected"] = known.Expected,
                ["missing"] = known.Short,
                ["parents"] = known.ShortParents,
                ["parentStage"] = stage.Path,
                ["basis"] = "announced",
            },
            known.Short, known.ShortJobs);
    }

    private static Found Absent(Stage stage, string path, int runs)
    {
        var name = StagePath.NameOf(path);
        return Found.Of(
            FindingKind.Missing, stage.Path,
            $"No {name} jobs followed from {Format.Count(stage.Counts.Completed)} completed {stage.Name} {Sentences.Jobs(stage.Counts.Completed)}, as they did in all {runs} past runs that got so far.",
            new() { ["actual"] = 0L, ["missingStage"] = path, ["parentStage"] = stage.Path, ["basis"] = "past runs", ["pastRuns"] = runs },
            stage.Counts.Completed);
    }

    private Found? Fewer(Stage stage, Stage below)
    {
        if (usual.FanOut(below.Path) is not { } fan)
            return null;
        var ratio = (double)below.Total / stage.Counts.Completed;
        var expected = (long)Math.Round(fan.PerParent * stage.Counts.Completed);
        if (ratio >= fan.PerParent * TooFew || ratio >= fan.Fewest || expected <= below.Total)
            return null;
        return Found.Of(
            FindingKind.Missing, below.Path,
            $"{Format.Count(below.Total)} of about {Format.Count(expected)} expected {below.Name} jobs exist: fewer for each completed {stage.Name} job than in any of {fan.Runs} past runs.",
            new()
            {
                ["actual"] = below.Total,
                ["expected"] = expected,
                ["missing"] = expected - below.Total,
                ["parentStage"] = stage.Path,
                ["basis"] = "past runs",
                ["pastRuns"] = fan.Runs,
            },
            expected - below.Total);
    }

    private static Found Vanished(Stage stage) => Found.Of(
        FindingKind.Missing, stage.Path,
        $"{Format.Count(stage.Vanished, $"{stage.Name} job")} left the queue before {(stage.Vanished == 1 ? "it was" : "they were")} seen to finish: deleted, or finished and pruned between two looks.",
        new() { ["vanished"] = stage.Vanished },
        stage.Vanished);
}
