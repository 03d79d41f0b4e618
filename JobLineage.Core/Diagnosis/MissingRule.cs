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
        var who = stage.Counts.Completed == 1 ? stage.Name
            : known.ShortParents == 1 ? $"1 of {Sentences.Of(stage.Counts.Completed, stage.Name)}"
            : $"{Format.Count(known.ShortParents)} of {Sentences.Of(stage.Counts.Completed, stage.Name)}";
        // Of several parents only some are short, and what these had announced is not counted apart.
        var said = stage.Counts.Completed == 1
            ? $"{stage.Name} announced {Format.Count(known.Expected)}; {Format.Count(have)} {(have == 1 ? "was" : "were")} created."
            : $"{who} created fewer than {(known.ShortParents == 1 ? "it" : "they")} announced; {Format.Count(have)} of {Format.Count(known.Expected)} exist.";
        var words = new Words(
            $"{Sentences.Of(known.Short, what)} {(known.Short == 1 ? "was" : "were")} never created", said,
            known.ShortJobs is [var parent, ..] ? $"Open job {Format.Short(parent, 40)}: it may have stopped half-way." : "Open the job that announced them: it may have stopped half-way.");
        return Found.Of(
            FindingKind.Missing, only?.Path ?? stage.Path, words,
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
            new(
                $"No {Sentences.Named(2, name)} were created",
                $"{Format.Count(stage.Counts.Completed)} {Sentences.Named(stage.Counts.Completed, stage.Name)} completed, and in all {Format.Count(runs, "past run")} that got this far {Sentences.Named(2, name)} followed.",
                $"Open a completed {Sentences.Named(1, stage.Name)}."),
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
            new(
                $"{Sentences.Of(below.Total, below.Name)} instead of about {Format.Count(expected)}",
                $"That is fewer for each completed {Sentences.Named(1, stage.Name)} than in any of {Format.Count(fan.Runs, "past run")}.",
                $"Open a completed {Sentences.Named(1, stage.Name)}."),
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
        new(
            $"{Sentences.Of(stage.Vanished, stage.Name)} left the queue before {(stage.Vanished == 1 ? "it was" : "they were")} seen to finish",
            $"{(stage.Vanished == 1 ? "It was" : "They were")} deleted, or finished and pruned between two reads."),
        new() { ["vanished"] = stage.Vanished },
        stage.Vanished);
}
