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
        Began(placed, evidence);
        var said = string.Concat(
            Errors(known, discarded, evidence),
            Above(placed, evidence),
            Below(placed, evidence)).TrimStart();
        var words = new Words(
            $"{Sentences.Of(discarded, stage.Total)} {Sentences.Named(stage.Total, stage.Name)} failed{(discarded == stage.Total ? "" : $" ({Format.Percent(share)})")}",
            said, Advice(placed));
        return Found.Of(FindingKind.Failing, stage.Path, words, evidence, discarded, [.. known.Failed.Select(f => f.Job)]) with { Began = placed.FirstFailure?.At };
    }

    private static string? Advice(PlacedStage placed) => placed.FirstFailure is { } first
        ? $"Open job {Format.Short(first.Job, 40)}, the first that failed."
        : placed.Known.Failed is [var some, ..] ? $"Open job {Format.Short(some.Job, 40)}." : null;

    private static string Errors(StageFacts known, long discarded, Dictionary<string, object?> evidence)
    {
        if (known.Errors.Count == 0)
            return "";
        evidence["errors"] = known.Errors.Select(e => new Dictionary<string, object?> { ["fingerprint"] = e.Fingerprint, ["count"] = e.Count }).ToList();
        evidence["errorKinds"] = known.ErrorKinds;
        var top = known.Errors[0];
        var text = Format.Short(ErrorWords.Telling(top.Fingerprint), ErrorLength);
        var others = known.ErrorKinds - 1;
        var with = discarded == 1 ? "Its error" : top.Count == discarded ? "All with the same error" : $"{Format.Count(top.Count)} with";
        return $" {with}{(top.Count == discarded ? ":" : "")} {Ended(text)}" + (top.Count < discarded && others > 0 ? $" The others have {Format.Count(others, "different error", others == 1 ? null : "different errors")}." : "");
    }

    // A message may end its own sentence.
    private static string Ended(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' or '…' ? text : text + ".";

    private void Began(PlacedStage placed, Dictionary<string, object?> evidence)
    {
        if (placed.FirstFailure is not { } first)
            return;
        evidence["first"] = new Dictionary<string, object?> { ["job"] = first.Job, ["at"] = first.At };
        evidence["isFirstOfRun"] = placed == firstOfRun;
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
        return $" Above them, {Sentences.Of(cause.Counts.Discarded, cause.Total).ToLowerInvariant()} {Sentences.Named(cause.Total, cause.Name)} had already failed, job {Format.Short(origin.Job, 40)} first.";
    }

    /// <summary>Jobs that these failures kept from existing: announced ones, or else those that are usual.</summary>
    private string Below(PlacedStage placed, Dictionary<string, object?> evidence)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        if (known.Lost > 0)
        {
            evidence["affected"] = known.Lost;
            evidence["basis"] = "announced";
            return $" {Format.Count(known.Lost)} announced {Sentences.Jobs(known.Lost)} {(known.Lost == 1 ? "was" : "were")} never created.";
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
        return $" About {Format.Jobs(affected)} that usually follow {(affected == 1 ? "was" : "were")} never created (judged by {Format.Count(runs, "past run")}).";
    }

    private IEnumerable<string> BelowPaths(PlacedStage placed) => placed.Below.Select(s => s.Stage.Path)
        .Concat(usual.AlwaysBelow(placed.Stage.Path).Select(b => b.Path))
        .Distinct(StagePath.Comparer);
}
