using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When completed jobs have no children although nearly all others of the stage have, here or in past runs. Where many
/// have none that is how the pipeline works.
/// </summary>
internal sealed class ChildlessRule(RunSnapshot run, Usual usual, DiagnosisOptions options)
{
    public Found? Examine(PlacedStage placed)
    {
        var stage = placed.Stage;
        var completed = stage.Counts.Completed;
        if (stage.Childless == 0 || completed == 0)
            return null;
        // The last job of a chain has no next one, and that is no fault.
        if (placed.Edges.Count > 0 && placed.Edges.All(e => placed.Below.All(b => b.Stage.Path != e.To)))
            return null;
        var parents = completed - stage.Childless;
        var share = (double)parents / completed;
        var past = usual.ParentShare(stage.Path);
        var isUsual = past is { } p && p.Share >= options.ChildlessShare;
        if (!isUsual && (parents == 0 || past is not null || share < options.ChildlessShare))
            return null;
        var count = stage.Childless;
        // Which jobs those are further parents of is not counted job by job.
        var further = run.Links.Where(link => link.From == stage.Path).Sum(link => link.Jobs);
        var said = (parents > 0 ? $"{Format.Count(parents)} created some." : "")
            + (isUsual ? $" Usually {Format.Percent(past!.Value.Share)} do (over {Format.Count(past.Value.Runs, "run")})." : "")
            + (further > 0 ? $" {Format.Jobs(further)} {(further == 1 ? "has" : "have")} further parents among the jobs of this stage, and may be what these led to." : "");
        var words = new Words(
            $"{Sentences.Of(count, completed)} {Sentences.Named(completed, stage.Name)} completed without creating any jobs", said.TrimStart(),
            count == 1 ? "Open it: it ended well and did nothing." : "Open one of them: it ended well and did nothing.");
        var evidence = new Dictionary<string, object?>
        {
            ["state"] = "completed",
            ["count"] = count,
            ["total"] = completed,
            ["withChildren"] = parents,
            ["share"] = Math.Round((double)count / completed, 4),
        };
        if (further > 0)
            evidence["furtherChildren"] = further;
        if (isUsual)
        {
            evidence["usualShare"] = Math.Round(past!.Value.Share, 4);
            evidence["pastRuns"] = past.Value.Runs;
        }

        return Found.Of(FindingKind.Childless, stage.Path, words, evidence, count, placed.Known.Childless);
    }
}
