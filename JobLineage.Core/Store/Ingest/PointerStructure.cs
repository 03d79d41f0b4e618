using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Decides where jobs belong when lineage is by parent links. Pure: it is given every job whose place may change, and
/// the parents of those, and works out run, stage and cut links of each. The rules are those of the direct lineage
/// queries: a parent that was never seen gets a tombstone and is a root; of a circle the member with the lowest id is
/// the root; a job with neither parent nor child has no run.
/// </summary>
/// <param name="nodes">By id: changed jobs, all their descendants, and the parents (old and new) of these.</param>
/// <param name="runs">By id: the runs that any of the nodes is in, with their stages.</param>
/// <param name="kind">How ids are ordered.</param>
/// <param name="unknownWorker">The label of a worker that was never seen.</param>
/// <param name="nextRunId">Draws a run's id.</param>
/// <param name="nextStageId">Draws a stage's id.</param>
internal sealed class PointerStructure(
    Dictionary<string, Node> nodes, Dictionary<long, RunNode> runs, JobIdKind kind, int unknownWorker,
    Func<long> nextRunId, Func<long> nextStageId)
{
    /// <summary>Works out the places of all nodes that are marked as affected.</summary>
    public void Resolve()
    {
        var affected = nodes.Values.Where(n => n.IsAffected).ToList();
        foreach (var node in affected)
        {
            if (node.New.ParentId is { } parent && !nodes.ContainsKey(parent))
                nodes[parent] = Tombstone(parent);
        }

        affected = [.. nodes.Values.Where(n => n.IsAffected)];
        CutCircles(affected);
        CountChildren(affected);

        // A parent that was alone until now becomes a root, and one that lost its last child may be alone again.
        foreach (var node in nodes.Values)
        {
            if (!node.IsAffected && node.Followed is null && (node.New.Children == 0) == (node.New.RunId is not null))
                node.IsAffected = true;
        }

        foreach (var node in nodes.Values.Where(n => n.IsAffected))
            Place(node);
    }

    private Node Tombstone(string id) => new(id)
    {
        IsAffected = true,
        New = new() { Flags = JobFlags.Missing, Worker = unknownWorker, Queue = unknownWorker },
    };

    /// <summary>Every component has at most one circle, for every job has at most one parent.</summary>
    private void CutCircles(List<Node> affected)
    {
        foreach (var node in affected)
            node.New.Flags &= ~JobFlags.CycleCut;
        var path = new List<Node>();
        foreach (var start in affected)
        {
            path.Clear();
            var node = start;
            while (node is { Mark: 0, IsAffected: true })
            {
                node.Mark = 1;
                path.Add(node);
                node = node.New.ParentId is { } parent ? nodes[parent] : null;
            }

            if (node is { Mark: 1 })
            {
                var root = node;
                for (var i = path.IndexOf(node); i < path.Count; i++)
                {
                    if (JobIds.Compare(kind, path[i].Id, root.Id) < 0)
                        root = path[i];
                }

                root.New.Flags |= JobFlags.CycleCut;
            }

            foreach (var done in path)
                done.Mark = 2;
        }
    }

    private void CountChildren(List<Node> affected)
    {
        foreach (var node in affected)
        {
            var (before, after) = (node.OldFollowed, node.Followed);
            if (before == after)
                continue;
            // The old parent is always there: it was read with the job.
            if (before is not null)
                nodes[before].New.Children--;
            if (after is not null)
                nodes[after].New.Children++;
        }
    }

    /// <summary>Places a node and, first, the ancestors it depends on; chains are thousands deep, so not by recursion.</summary>
    private void Place(Node node)
    {
        var waiting = new Stack<Node>();
        for (var n = node; n is { IsAffected: true, Mark: not 3 };)
        {
            waiting.Push(n);
            n = n.Followed is { } parent ? nodes[parent] : null;
        }

        while (waiting.TryPop(out var next))
        {
            if (next.Followed is { } parent)
                PlaceChild(next, nodes[parent]);
            else
                PlaceRoot(next);
            next.Mark = 3;
        }
    }

    private void PlaceChild(Node node, Node parent)
    {
        node.Run = parent.IsAffected ? parent.Run! : runs[parent.New.RunId!.Value];
        var above = parent.IsAffected ? parent.Stage! : node.Run.Stage(parent.New.StageId!.Value);
        node.Stage = node.Run.Place(above, node.New.Worker, nextStageId);
        Settle(node);
    }

    private void PlaceRoot(Node node)
    {
        if (node.New.Children == 0)
        {
            (node.Run, node.Stage) = (null, null);
            Settle(node);
            return;
        }

        if (node.Old.RunId is { } old && runs.TryGetValue(old, out var run) && run.RootId == node.Id)
        {
            node.Run = run;
        }
        else
        {
            node.Run = new(nextRunId(), node.Id, null, isNew: true);
            runs[node.Run.Id] = node.Run;
        }

        node.Run.HeadChanged |= node.Run.Worker != node.New.Worker;
        node.Run.Worker = node.New.Worker;
        node.Stage = node.Run.Place(null, node.New.Worker, nextStageId);
        Settle(node);
    }

    private static void Settle(Node node)
    {
        node.New.RunId = node.Run?.Id;
        node.New.StageId = node.Stage?.Id;
    }
}
