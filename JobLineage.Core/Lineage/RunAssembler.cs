using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Lineage;

/// <summary>Puts the rows of one run in their places: root, parents, stages. Pure.</summary>
internal sealed class RunAssembler
{
    private readonly SourceMapping mapping;
    private readonly JobIdKind kind;
    private readonly Dictionary<string, Placed> jobs;
    private readonly Dictionary<string, long> passedOver = [];

    /// <param name="source">The source the rows are of.</param>
    /// <param name="rows">The rows, in any order; one without a state only names an absent job.</param>
    public RunAssembler(ProbedSource source, IReadOnlyCollection<LineageRow> rows)
    {
        mapping = source.Mapping;
        kind = source.IdKind;
        jobs = new(rows.Count);
        foreach (var row in rows)
        {
            if (row.StateWord is null)
                continue;
            if (mapping.States.TryGetValue(row.StateWord, out var state))
                jobs[row.Id] = new() { Row = row, State = state };
            else
                passedOver[row.StateWord] = passedOver.GetValueOrDefault(row.StateWord) + 1;
        }
    }

    /// <summary>Rows in a state that the mapping does not know, which are treated as absent.</summary>
    public IReadOnlyDictionary<string, long> PassedOver => passedOver;

    /// <summary>The stages of what was assembled.</summary>
    public StageTree Stages { get; } = new();

    /// <summary>
    /// The run that <paramref name="start"/> belongs to (or what is below it), the root first, parents before children,
    /// siblings by id; empty when neither such a job nor a child of it is there.
    /// </summary>
    /// <param name="start">A job's id, normalised.</param>
    /// <param name="fromHere">Whether <paramref name="start"/> is to be the top, whatever is above it.</param>
    public IReadOnlyList<Placed> Assemble(string start, bool fromHere)
    {
        if (mapping.RunKey is not null)
            return new StepAssembler(mapping, kind, Stages).Assemble(jobs.Values, start, fromHere);
        var byParent = jobs.Values.Where(j => j.Row.Parent is not null).ToLookup(j => j.Row.Parent!);
        var root = FindRoot(start);
        if (fromHere)
            root = Find(start);
        if (root.IsMissing && !byParent.Contains(root.Row.Id))
            return [];
        root.Stage = Stages.Root(root.Row.Worker);
        var placed = new List<Placed>(jobs.Count) { root };
        for (var next = 0; next < placed.Count; next++)
        {
            var parent = placed[next];
            foreach (var child in byParent[parent.Row.Id])
            {
                if (child.IsCycleCut || child == root)
                    continue;
                child.Parent = parent;
                child.Stage = Stages.Child(parent.Stage, child.Row.Worker);
                parent.Children.Add(child);
            }

            parent.Children.Sort((a, b) => JobIds.Compare(kind, a.Row.Id, b.Row.Id));
            placed.AddRange(parent.Children);
        }

        return placed;
    }

    private Placed Find(string id) =>
        jobs.TryGetValue(id, out var job) ? job : new() { Row = new() { Id = id }, IsMissing = true };

    /// <summary>Up to the job without a parent, to the parent that does not exist, or round the circle to its lowest id.</summary>
    private Placed FindRoot(string start)
    {
        var job = Find(start);
        var seen = new HashSet<string>();
        while (seen.Add(job.Row.Id))
        {
            if (job.Row.Parent is not { } parent)
                return job;
            job = Find(parent);
        }

        var lowest = job;
        for (var next = Find(job.Row.Parent!); next != job; next = Find(next.Row.Parent!))
        {
            if (JobIds.Compare(kind, next.Row.Id, lowest.Row.Id) < 0)
                lowest = next;
        }

        lowest.IsCycleCut = true;
        return lowest;
    }
}
