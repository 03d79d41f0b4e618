using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// Final failures of a stage: how many, with which errors, which was first, what failed above it before, and what did not
/// come to be because of it.
/// </summary>
internal sealed class FailingRule(RunSnapshot run, RunFacts facts, Usual usual)
{
    private const int ErrorLength = 80;
    private const string Told = " failed with ";

    private readonly string? firstOfRun = run.Stages
        .Where(s => First(facts, s) is not null)
        .MinBy(s => First(facts, s)!.At)?.Path;

    public Found? Examine(Stage stage)
    {
        if (stage.Counts.Discarded is not (> 0 and var discarded))
            return null;
        var known = facts.Of(stage.Path);
        var share = (double)discarded / stage.Total;
        var first = First(facts, stage);
        var evidence = new Dictionary<string, object?>
        {
            ["state"] = "discarded",
            ["count"] = discarded,
            ["total"] = stage.Total,
            ["share"] = Math.Round(share, 4),
        };
        var reason = $"{Sentences.Of(discarded, stage.Total)} {stage.Name} {Sentences.Jobs(stage.Total)} failed for good ({Sentences.Percent(share)})"
            + Errors(known, discarded, evidence)
            + Began(stage, first, evidence)
            + Above(stage, first, evidence)
            + Below(stage, known, evidence) + ".";
        return Found.Of(FindingKind.Failing, stage.Path, reason, evidence, discarded, [.. known.Failed.Select(f => f.Job)]);
    }

    private static JobAt? First(RunFacts facts, Stage stage) =>
        stage.Counts.Discarded > 0 && facts.Of(stage.Path).Failed is [{ At: not null } first, ..] ? first : null;

    private static string Errors(StageFacts known, long discarded, Dictionary<string, object?> evidence)
    {
        if (known.Errors.Count == 0)
            return "";
        evidence["errors"] = known.Errors.Select(e => new Dictionary<string, object?> { ["fingerprint"] = e.Fingerprint, ["count"] = e.Count }).ToList();
        evidence["errorKinds"] = known.ErrorKinds;
        var top = known.Errors[0];
        var text = Sentences.Short(Cause(top.Fingerprint), ErrorLength);
        var others = known.ErrorKinds - 1;
        return top.Count == discarded ? $", {(discarded == 1 ? "with" : "all with")} {text}"
            : $", {Sentences.Number(top.Count)} of them with {text}" + (others > 0 ? $" and the others with {Sentences.Number(others)} more {(others == 1 ? "error" : "errors")}" : "");
    }

    /// <summary>Oban.PerformError repeats the worker's name, which the sentence has: what it was told is what matters.</summary>
    private static string Cause(string fingerprint) =>
        fingerprint.StartsWith("** (Oban.PerformError) ", StringComparison.Ordinal) && fingerprint.IndexOf(Told, StringComparison.Ordinal) is var at and > 0
            ? fingerprint[(at + Told.Length)..]
            : fingerprint;

    private string Began(Stage stage, JobAt? first, Dictionary<string, object?> evidence)
    {
        if (first is null)
            return "";
        evidence["first"] = new Dictionary<string, object?> { ["job"] = first.Job, ["at"] = first.At };
        evidence["isFirstOfRun"] = stage.Path == firstOfRun;
        return $"; the first was job {first.Job} at {Sentences.Time(first.At!.Value)}";
    }

    /// <summary>The topmost stage above in which something failed earlier: what to look at first.</summary>
    private string Above(Stage stage, JobAt? first, Dictionary<string, object?> evidence)
    {
        Stage? cause = null;
        for (var above = Find(stage.ParentPath); above is not null; above = Find(above.ParentPath))
        {
            if (First(facts, above) is { } earlier && (first is null || earlier.At <= first.At))
                cause = above;
        }

        if (cause is null)
            return "";
        var origin = First(facts, cause)!;
        evidence["ancestor"] = new Dictionary<string, object?> { ["stage"] = cause.Path, ["job"] = origin.Job, ["at"] = origin.At, ["count"] = cause.Counts.Discarded };
        return $"; above them {Sentences.Of(cause.Counts.Discarded, cause.Total).ToLowerInvariant()} {cause.Name} {Sentences.Jobs(cause.Total)} failed before, first job {origin.Job}";
    }

    /// <summary>Jobs that these failures kept from existing: announced ones, or else those that are usual.</summary>
    private string Below(Stage stage, StageFacts known, Dictionary<string, object?> evidence)
    {
        if (known.Lost > 0)
        {
            evidence["affected"] = known.Lost;
            evidence["basis"] = "announced";
            return $"; {Sentences.Number(known.Lost)} {(known.Lost == 1 ? "job that was" : "jobs that were")} to follow never came";
        }

        if (stage.Counts.Completed > 0 && known.Expected > 0)
            return "";
        var lost = 0.0;
        var runs = 0;
        foreach (var path in BelowPaths(stage))
        {
            if (usual.FanOut(path) is not { } fan)
                continue;
            var have = run.Edges.Where(e => e.To == path && e.From == stage.Path).Sum(e => e.Jobs);
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
        return $"; about {Sentences.Number(affected)} {Sentences.Jobs(affected)} that usually follow never came (usual over {runs} runs)";
    }

    private IEnumerable<string> BelowPaths(Stage stage) => run.Stages
        .Where(s => s.ParentPath == stage.Path).Select(s => s.Path)
        .Concat(usual.AlwaysBelow(stage.Path).Select(b => b.Path))
        .Distinct();

    private Stage? Find(string? path) => path is null ? null : run.Stages.FirstOrDefault(s => s.Path == path);
}
