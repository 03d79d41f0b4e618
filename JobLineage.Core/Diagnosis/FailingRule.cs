using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// Final failures of a stage: how many, with which errors, which was first, what failed above it before, and what did not
/// come to be because of it.
/// </summary>
internal sealed class FailingRule(StageIndex stages, Usual usual)
{
    private const int ErrorLength = 80;

    private readonly PlacedStage? firstOfRun = stages.All.Where(s => s.FirstFailure is not null).MinBy(s => s.FirstFailure!.At);

    public Found? Examine(PlacedStage placed)
    {
        var stage = placed.Stage;
        if (stage.Counts.Discarded is not (> 0 and var discarded))
            return null;
        var known = placed.Known;
        var share = (double)discarded / stage.Total;
        var evidence = new Dictionary<string, object?>
        {
            ["state"] = "discarded",
            ["count"] = discarded,
            ["total"] = stage.Total,
            ["share"] = Math.Round(share, 4),
        };
        var reason = $"{Sentences.Of(discarded, stage.Total)} {stage.Name} {Sentences.Jobs(stage.Total)} failed for good ({Format.Percent(share)})"
            + Errors(known, discarded, evidence)
            + Began(placed, evidence)
            + Above(placed, evidence)
            + Below(placed, evidence) + ".";
        return Found.Of(FindingKind.Failing, stage.Path, reason, evidence, discarded, [.. known.Failed.Select(f => f.Job)]);
    }

    private static string Errors(StageFacts known, long discarded, Dictionary<string, object?> evidence)
    {
        if (known.Errors.Count == 0)
            return "";
        evidence["errors"] = known.Errors.Select(e => new Dictionary<string, object?> { ["fingerprint"] = e.Fingerprint, ["count"] = e.Count }).ToList();
        evidence["errorKinds"] = known.ErrorKinds;
        var top = known.Errors[0];
        var text = Format.Short(ErrorWords.Telling(top.Fingerprint), ErrorLength);
        var others = known.ErrorKinds - 1;
        return top.Count == discarded ? $", {(discarded == 1 ? "with" : "all with")} {text}"
            : $", {Format.Count(top.Count)} of them with {text}" + (others > 0 ? $" and the others with {Format.Count(others, "more error")}" : "");
    }

    private string Began(PlacedStage placed, Dictionary<string, object?> evidence)
    {
        if (placed.FirstFailure is not { } first)
            return "";
        evidence["first"] = new Dictionary<string, object?> { ["job"] = first.Job, ["at"] = first.At };
        evidence["isFirstOfRun"] = placed == firstOfRun;
        return $"; the first was job {first.Job} at {Format.Time(first.At!.Value)}";
    }

    /// <summary>The topmost stage above in which something failed earlier: what to look at first.</summary>
    private static string Above(PlacedStage placed, Dictionary<string, object?> evidence)
    {
        var first = placed.FirstFailure;
        PlacedStage? topmost = null;
        for (var above = placed.Above; above is not null; above = above.Above)
        {
            if (above.FirstFailure is { } earlier && (first is null || earlier.At <= first.At))
                topmost = above;
        }

        if (topmost is null)
            return "";
        var (cause, origin) = (topmost.Stage, topmost.FirstFailure!);
        evidence["ancestor"] = new Dictionary<string, object?> { ["stage"] = cause.Path, ["job"] = origin.Job, ["at"] = origin.At, ["count"] = cause.Counts.Discarded };
        return $"; above them {Sentences.Of(cause.Counts.Discarded, cause.Total).ToLowerInvariant()} {cause.Name} {Sentences.Jobs(cause.Total)} failed before, first job {origin.Job}";
    }

    /// <summary>Jobs that these failures kept from existing: announced ones, or else those that are usual.</summary>
    private string Below(PlacedStage placed, Dictionary<string, object?> evidence)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        if (known.Lost > 0)
        {
            evidence["affected"] = known.Lost;
            evidence["basis"] = "announced";
            return $"; {Format.Count(known.Lost)} {(known.Lost == 1 ? "job that was" : "jobs that were")} to follow never came";
        }

        if (stage.Counts.Completed > 0 && known.Expected > 0)
            return "";
        var lost = 0.0;
        var runs = 0;
        foreach (var path in BelowPaths(placed))
        {
            if (usual.FanOut(path) is not { } fan)
                continue;
            var have = placed.Edges.Where(e => e.To == path).Sum(e => e.Jobs);
            // No more than what is missing, no more than the failed ones would have had.
            lost += Math.Clamp(fan.PerParent * stage.Total - have, 0, fan.PerParent * stage.Counts.Discarded);
            runs = Math.Max(runs, fan.Runs);
        }

        var affected = (long)Math.Round(lost);
        if (affected == 0)
            return "";
        evidence["affected"] = affected;
        evidence["basis"] = "past runs";
        evidence["pastRuns"] = runs;
        return $"; about {Format.Jobs(affected)} that usually follow never came (usual over {runs} runs)";
    }

    private IEnumerable<string> BelowPaths(PlacedStage placed) => placed.Below.Select(s => s.Stage.Path)
        .Concat(usual.AlwaysBelow(placed.Stage.Path).Select(b => b.Path))
        .Distinct(StagePath.Comparer);
}
