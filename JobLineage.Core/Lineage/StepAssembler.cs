using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Puts the jobs that share a run key in their places: by step, then id, never by time (the next row is inserted before
/// the previous one is done). The jobs of a step are children of the last job of the step before.
/// </summary>
/// <param name="mapping">Names the steps and their order.</param>
/// <param name="kind">The kind of the ids.</param>
/// <param name="stages">Is filled with one stage for each step.</param>
internal sealed class StepAssembler(SourceMapping mapping, JobIdKind kind, StageTree stages)
{
    /// <summary>The jobs in order; empty when <paramref name="start"/> is not among them.</summary>
    public IReadOnlyList<Placed> Assemble(IEnumerable<Placed> jobs, string start, bool fromHere)
    {
        var steps = jobs
            .GroupBy(StepOf)
            .Select(g => (Name: g.Key, Jobs: g.Order(Comparer<Placed>.Create(ById)).ToList()))
            .ToList();
        if (!steps.Any(s => s.Jobs.Any(j => j.Row.Id == start)))
            return [];
        steps.Sort((a, b) => Rank(a.Name).CompareTo(Rank(b.Name)) is var order and not 0 ? order : ById(a.Jobs[0], b.Jobs[0]));
        if (fromHere)
            Cut(steps, start);

        var placed = new List<Placed>();
        Placed? above = null;
        foreach (var (_, members) in steps)
        {
            var first = members[0].Row;
            var name = first.Step == first.Worker ? null : first.Step;
            var stage = above is null ? stages.Root(first.Worker, name) : stages.Step(above.Stage, first.Worker, name);
            foreach (var job in members)
            {
                job.Stage = stage;
                job.Parent = above;
                above?.Children.Add(job);
            }

            placed.AddRange(members);
            above = members[^1];
        }

        return placed;
    }

    /// <summary>Leaves what is below <paramref name="start"/>: the later steps, if it is the last of its own.</summary>
    private static void Cut(List<(string Name, List<Placed> Jobs)> steps, string start)
    {
        var at = steps.FindIndex(s => s.Jobs.Any(j => j.Row.Id == start));
        var own = steps[at].Jobs;
        if (own[^1].Row.Id != start)
            steps.RemoveRange(at + 1, steps.Count - at - 1);
        steps.RemoveRange(0, at);
        own.RemoveAll(j => j.Row.Id != start);
    }

    private static string StepOf(Placed job) => job.Row.Step ?? job.Row.Worker;

    private int Rank(string step)
    {
        for (var rank = 0; rank < mapping.Steps.Count; rank++)
        {
            if (mapping.Steps[rank] == step)
                return rank;
        }

        return mapping.Steps.Count;
    }

    private int ById(Placed a, Placed b) => JobIds.Compare(kind, a.Row.Id, b.Row.Id);
}
