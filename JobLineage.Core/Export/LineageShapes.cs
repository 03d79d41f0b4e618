using JobLineage.Core.Contract;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>What was read from a source itself, in the shapes that leave the program. Pure.</summary>
public static class LineageShapes
{
    /// <summary>A run with its jobs.</summary>
    public static TreeAnswer ToAnswer(this JobTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return new(
            tree.Run.Source, tree.Run.RootId, [.. tree.Run.Stages.Select(StageCountsAnswer.Of)], tree.TotalNodes, null, null, tree.IsTruncated,
            [.. tree.Nodes.Select(n => new TreeJobAnswer(Seen(n)))]);
    }

    /// <summary>Jobs of a run that were looked for.</summary>
    /// <param name="branches">The jobs.</param>
    /// <param name="sought">What was looked for.</param>
    public static TreeAnswer ToAnswer(this JobBranches branches, JobFilter sought)
    {
        ArgumentNullException.ThrowIfNull(branches);
        ArgumentNullException.ThrowIfNull(sought);
        var run = branches.Tree.Run;
        return new(
            run.Source, run.RootId, [.. run.Stages.Select(StageCountsAnswer.Of)], branches.Tree.TotalNodes, sought.ToString(), branches.Found,
            branches.IsTruncated, [.. branches.Nodes.Select(n => new TreeJobAnswer(Seen(n)) { IsOnTheWay = branches.IsOnTheWay(n) })]);
    }

    /// <summary>A job's children.</summary>
    public static JobChildrenAnswer ToAnswer(this JobChildren children)
    {
        ArgumentNullException.ThrowIfNull(children);
        return new(
            children.Parent.Source, children.Parent.Id, children.Total, children.Jobs.Count < children.Total, [.. children.Jobs.Select(j => Seen(j))]);
    }

    /// <summary>A job's ancestors.</summary>
    public static JobAncestorsAnswer ToAnswer(this JobAncestors ancestors)
    {
        ArgumentNullException.ThrowIfNull(ancestors);
        return new(ancestors.Job.Source, ancestors.Job.Id, [.. ancestors.Ancestors.Select(j => Seen(j))]);
    }

    /// <summary>An inferred run.</summary>
    /// <param name="run">What was inferred.</param>
    /// <param name="withJobs">Whether its jobs are listed.</param>
    public static InferredRunAnswer ToAnswer(this InferredRun run, bool withJobs)
    {
        ArgumentNullException.ThrowIfNull(run);
        var window = run.Window;
        return new(
            run.Run.Source, run.Run.RootId, true, run.Key, run.KeyValue, run.KeyIsSuggested,
            [.. run.Keys.Select(k => new KeyAnswer(k.Key, k.Value, k.Score, k.Jobs, k.Outside, k.Separates))],
            new(window.From, window.Until, window.NextRoot, window.Examined, window.IsCut), [.. run.Run.Stages.Zip(run.Stages, Stage)], run.Notes,
            run.Jobs.Count, withJobs ? [.. run.Jobs.Select(Link)] : null);
    }

    private static InferredStageAnswer Stage(Stage stage, InferredStage inferred)
    {
        var (path, worker, depth, total, counts) = StageCountsAnswer.Of(stage);
        return new(
            path, worker, depth, total, counts, stage.ParentPath is not null, inferred.Confidence, Word(inferred.Certainty), inferred.Sure, inferred.Likely,
            inferred.Unsure, inferred.Recorded, inferred.Why);
    }

    private static InferredJobAnswer Link(InferredLink link) => new(Seen(link.Job, link.Stage) with { ParentId = link.ParentId, Depth = link.Depth })
    {
        Inferred = link.ParentId is not null && !link.IsRecorded,
        Confidence = link.Confidence,
        Membership = link.Membership,
        Certainty = Word(link.Certainty),
        Evidence = link.Evidence,
        Rivals = [.. link.Rivals.Select(r => new RivalAnswer(r.Id, r.Worker, r.Confidence))],
    };

    /// <summary>Of a job that was only passed on the way priority, arguments, meta data and errors are not read. That it is not gone is known: this is its row.</summary>
    private static JobAnswer Seen(JobNode node) => Seen(node.Job, node.Stage) with { ParentId = node.ParentId, Depth = node.Depth };

    /// <inheritdoc cref="Seen(JobNode)"/>
    private static JobAnswer Seen(Job job, string? stage = null) =>
        JobAnswer.Of(job, stage) with { Priority = null, Args = null, Meta = null, IsCut = null, Errors = null };

    private static string Word(Certainty certainty) => certainty.ToString().ToLowerInvariant();
}
