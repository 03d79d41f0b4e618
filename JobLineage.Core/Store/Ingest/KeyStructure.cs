using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Decides where jobs belong when a run is all the jobs that share a key. Pure. One stage per step, the steps in their
/// order and each below the one before; the first job of the first step is the root.
/// </summary>
/// <param name="runs">By key: the runs concerned, with their stages.</param>
/// <param name="stepOrder">The labels of the steps that the mapping lists, in their order.</param>
/// <param name="kind">How ids are ordered.</param>
/// <param name="nextRunId">Draws a run's id.</param>
/// <param name="nextStageId">Draws a stage's id.</param>
internal sealed class KeyStructure(
    Dictionary<string, RunNode> runs, IReadOnlyList<int> stepOrder, JobIdKind kind, Func<long> nextRunId, Func<long> nextStageId)
{
    /// <summary>Stages from which the lowest id has left: it must be looked up before <see cref="Order"/>.</summary>
    public HashSet<StageNode> LostFirst { get; } = [];

    /// <summary>Works out run and stage of the affected nodes.</summary>
    public void Resolve(IReadOnlyCollection<Node> affected)
    {
        foreach (var node in affected)
            Leave(node);
        foreach (var node in affected)
        {
            if (node.New.RunKey is { } key)
                Enter(node, key);
            else
                (node.New.RunId, node.New.StageId) = (null, null);
        }
    }

    /// <summary>Puts the stages of each run in their order, and finds its root.</summary>
    public void Order()
    {
        foreach (var run in runs.Values)
        {
            var stages = run.Stages.Where(s => s.Rows > 0)
                .OrderBy(s => Rank(s.Step))
                .ThenBy(s => s.FirstId!, Comparer<string>.Create((a, b) => JobIds.Compare(kind, a, b)))
                .ToList();
            StageNode? above = null;
            foreach (var stage in stages)
            {
                var depth = (above?.Depth ?? 0) + 1;
                // A step that comes to stand before others moves all that are below it, whose parents stay.
                stage.HeadChanged |= stage.Parent != above || stage.Depth != depth;
                stage.Parent = above;
                stage.Depth = depth;
                above = stage;
            }

            if (stages.Count == 0)
                continue;
            run.HeadChanged |= run.RootId != stages[0].FirstId || run.Worker != stages[0].Worker;
            run.RootId = stages[0].FirstId!;
            run.Worker = stages[0].Worker;
        }
    }

    private int Rank(int? step)
    {
        for (var i = 0; i < stepOrder.Count; i++)
        {
            if (stepOrder[i] == step)
                return i;
        }

        return stepOrder.Count;
    }

    private void Leave(Node node)
    {
        if (!node.Exists || node.Old.RunKey is not { } key || !runs.TryGetValue(key, out var run))
            return;
        var stage = run.Stage(node.Old.StageId!.Value);
        stage.Rows--;
        if (stage.FirstId != node.Id)
            return;
        if (stage.Rows > 0)
            LostFirst.Add(stage);
        else
            stage.FirstId = null;
    }

    private void Enter(Node node, string key)
    {
        if (!runs.TryGetValue(key, out var run))
            runs[key] = run = new(nextRunId(), node.Id, key, isNew: true);
        // Within a run that shares a key a step is a stage, whatever its worker.
        var step = node.New.Step ?? node.New.Worker;
        var stage = run.Stages.FirstOrDefault(s => s.Step == step);
        if (stage is null)
        {
            stage = new(nextStageId(), run, null, node.New.Worker, step, isNew: true);
            run.AddStep(stage);
        }

        stage.Rows++;
        if (stage.FirstId is null || JobIds.Compare(kind, node.Id, stage.FirstId) <= 0)
        {
            stage.FirstId = node.Id;
            stage.Worker = node.New.Worker;
            stage.HeadChanged = true;
            LostFirst.Remove(stage);
        }

        (node.Run, node.Stage) = (run, stage);
        (node.New.RunId, node.New.StageId) = (run.Id, stage.Id);
    }
}
