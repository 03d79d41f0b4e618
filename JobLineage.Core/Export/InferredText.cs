using System.Globalization;
using System.Text;
using JobLineage.Core.Contract;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>An inferred run as text for a terminal; every line that is not recorded says so. Pure.</summary>
public static class InferredText
{
    private const int MostUnsure = 20;

    /// <summary>What was asked and looked at, the stages with how sure they are and why, and the jobs that are unsure.</summary>
    public static string OfStages(InferredRun run, TreeGlyphs? glyphs = null)
    {
        var text = new StringBuilder(Head(run));
        var stages = run.Stages.ToDictionary(s => s.Path, StagePath.Comparer);
        text.Append(TextTree.OfStages(run.Run, glyphs, s => s.ParentPath is null ? "" : Mark(stages[s.Path])));
        var why = run.Stages.Where(s => s.Why.Count > 0).ToList();
        if (why.Count > 0)
            text.Append("\nwhy\n");
        foreach (var stage in why)
            text.Append(CultureInfo.InvariantCulture, $"  {VisibleText.Line(StagePath.NameOf(stage.Path))}: {VisibleText.Line(string.Join("; ", stage.Why))}\n");
        var unsure = run.Jobs.Where(j => j.Certainty == Certainty.Unsure).ToList();
        if (unsure.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nunsure ({Format.Count(unsure.Count)})\n");
        foreach (var job in unsure.Take(MostUnsure))
            text.Append("  ").Append(Line(job)).Append('\n');
        if (unsure.Count > MostUnsure)
            text.Append(CultureInfo.InvariantCulture, $"  ({Format.Count(unsure.Count - MostUnsure)} more; --jobs lists all)\n");
        return text.Append(Notes(run)).ToString();
    }

    /// <summary>The jobs, each with how sure its link is and what speaks for it.</summary>
    public static string OfJobs(InferredRun run, TreeGlyphs? glyphs = null)
    {
        var text = new StringBuilder(Head(run));
        var children = run.Jobs.Where(j => j.ParentId is not null).ToLookup(j => j.ParentId!);
        TextTree.Draw(text, glyphs ?? TreeGlyphs.Unicode, run.Jobs.Take(1), j => children[j.Job.Id], j => j.ParentId is null ? TextTree.Line(j.Job, StagePath.NameOf(j.Stage)) : Line(j));
        return text.Append(Notes(run)).ToString();
    }

    /// <summary>The keys that fit, one a line, with their scores.</summary>
    public static string OfKeys(IReadOnlyList<KeySuggestion> keys)
    {
        var text = new StringBuilder();
        foreach (var key in keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"  --by {VisibleText.Line(key.Key)}  {key.Score:0.00}  {Format.Count(key.Jobs)} {(key.Jobs == 1 ? "job has" : "jobs have")} {VisibleText.Line(key.Value)}");
            if (key.Outside > 0)
                text.Append(CultureInfo.InvariantCulture, $"; {Format.Count(key.Outside)} before the root too");
            text.Append(key.Separates switch { true => "; other roots have others", false => "; other roots have it too", null => "" }).Append('\n');
        }

        return text.ToString();
    }

    private static string Head(InferredRun run)
    {
        var text = new StringBuilder("Inferred from arguments and times, not recorded");
        if (run.Key is not null && run.KeyValue is not null)
            text.Append(CultureInfo.InvariantCulture, $": by {VisibleText.Line(run.Key)} = {VisibleText.Line(run.KeyValue)}{(run.KeyIsSuggested ? ", the best-fitting key" : "")}");
        text.Append(".\n");
        if (run.Window is { From: { } from, Until: { } until })
            text.Append(CultureInfo.InvariantCulture, $"Looked at {Format.Count(run.Window.Examined)} jobs inserted from {Format.Stamp(from)} to {Format.Stamp(until)}{(run.Window.NextRoot is { } next ? $", where the next root is: {VisibleText.Line(next)}" : "")}.\n");
        return text.Append('\n').ToString();
    }

    private static string Notes(InferredRun run) => run.Notes.Count == 0 ? "" : "\n" + string.Concat(run.Notes.Select(n => $"note: {VisibleText.Line(n)}\n"));

    private static string Mark(InferredStage stage) => stage.Recorded > 0 && stage.Recorded == stage.Sure + stage.Likely + stage.Unsure ? "  [recorded]" : string.Create(
        CultureInfo.InvariantCulture,
        $"  [inferred: {Word(stage.Certainty)} {stage.Confidence:0.00}; {Format.Count(stage.Sure)} sure, {Format.Count(stage.Likely)} likely, {Format.Count(stage.Unsure)} unsure{(stage.Recorded > 0 ? $", {Format.Count(stage.Recorded)} recorded" : "")}]");

    private static string Line(InferredLink link) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TextTree.Line(link.Job, StagePath.NameOf(link.Stage))}  [{(link.IsRecorded ? "recorded" : $"inferred: {Word(link.Certainty)} {link.Confidence:0.00}")}, child of {VisibleText.Line(link.ParentId ?? "")}: {VisibleText.Line(string.Join("; ", link.Evidence))}]");

    private static string Word(Certainty certainty) => certainty.ToString().ToLowerInvariant();
}
