using JobLineage.Core.Model;

namespace JobLineage.Bench.Checking;

/// <summary>
/// Whether each job is in the run and the stage where the rules put it: by the links that the jobs name, one step at a
/// time, so that what holds for each job holds for the whole. For sources whose lineage is by parent links.
/// </summary>
internal static class PlaceAudit
{
    /// <summary>What is wrong, as sentences.</summary>
    /// <param name="jobs">By key, as the store has them.</param>
    /// <param name="kind">How ids are ordered.</param>
    /// <param name="stages">By number.</param>
    /// <param name="blind">The keys of rows that the source has and nobody can read: such a job stands where it stood.</param>
    public static IEnumerable<string> Find(Dictionary<string, StoredJob> jobs, JobIdKind kind, Dictionary<long, StoredStage> stages, IReadOnlySet<string> blind)
    {
        var parents = jobs.Values.Select(j => j.Followed).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var twins = stages.Values.GroupBy(s => (s.Run, s.Parent, s.Worker)).Where(g => g.Count() > 1);
        return twins.Select(g => $"run {g.Key.Run}: {g.Count()} stages stand for the same worker below the same stage")
            .Concat(Circles(jobs, kind))
            .Concat(jobs.Values.Select(j => Wrong(j, jobs, stages, parents, blind) is { } wrong ? $"job {j.Id}: {wrong}" : null).OfType<string>());
    }

    private static string? Wrong(StoredJob job, Dictionary<string, StoredJob> jobs, Dictionary<long, StoredStage> stages, HashSet<string> parents, IReadOnlySet<string> blind)
    {
        if (job.IsMissing && !parents.Contains(job.Id) && !blind.Contains(job.Id))
            return "it was never seen and nobody names it";
        if (job.Followed is null && !parents.Contains(job.Id))
            return job.Run is null && job.Stage is null ? null : "it has neither parent nor child, and a run";
        if (job.Run is null || job.Stage is null || !stages.TryGetValue(job.Stage.Value, out var stage))
            return "it has a parent or a child, and no run or no stage";
        if (stage.Run != job.Run)
            return "its stage is of another run";
        if (stage.Worker != job.WorkerLabel)
            return "its stage is another worker's";
        if (job.Followed is not { } link)
            return stage is { Parent: null, Depth: 1 } && stage.Root == job.Id ? null : "it is a root, and its run or its stage is not";
        if (!jobs.TryGetValue(link, out var parent))
            return $"its parent {link} is not in the store, not even as one that was never seen";
        if (parent.Run != job.Run)
            return "its parent is in another run";
        // A worker that recurs on its own path uses its earlier stage.
        for (var above = parent.Stage; above is { } id && stages.TryGetValue(id, out var at); above = at.Parent)
        {
            if (at.Worker == job.WorkerLabel)
                return at.Id == stage.Id ? null : "its worker recurs, and it is not in its worker's earlier stage";
        }

        return stage.Parent == parent.Stage && stage.Depth == stages[parent.Stage!.Value].Depth + 1 ? null : "its stage does not stand below its parent's";
    }

    /// <summary>Of each circle the member with the lowest id is cut, and nobody else is.</summary>
    private static IEnumerable<string> Circles(Dictionary<string, StoredJob> jobs, JobIdKind kind)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var cut = new HashSet<string>(StringComparer.Ordinal);
        var walk = 0;
        foreach (var start in jobs.Keys)
        {
            walk++;
            var at = start;
            while (at is not null && jobs.TryGetValue(at, out var job) && seen.TryAdd(at, walk))
                at = job.ParentId;
            if (at is null || !jobs.ContainsKey(at) || seen[at] != walk)
                continue;
            var lowest = at;
            for (var next = jobs[at].ParentId!; next != at; next = jobs[next].ParentId!)
                lowest = JobIds.Compare(kind, next, lowest) < 0 ? next : lowest;
            cut.Add(lowest);
        }

        return jobs.Values.Where(j => j.IsCut != cut.Contains(j.Id))
            .Select(j => $"job {j.Id}: its link {(j.IsCut ? "is cut and closes no circle" : "closes a circle and is not cut")}");
    }
}
