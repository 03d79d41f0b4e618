using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Which of the jobs that have had an id the children mean that name it, while a batch is worked on.</summary>
internal static class VersionLinks
{
    /// <summary>The jobs that have had the ids of this batch's jobs and of their parents, where that is more than one.</summary>
    public static async Task<JobVersions> LoadAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, Dictionary<string, Job> jobs, CancellationToken cancellation)
    {
        var named = jobs.Values.SelectMany(j => j.Parents.Prepend(j.ParentId)).Select(JobKeys.Of).OfType<string>().Concat(jobs.Keys).ToHashSet(StringComparer.Ordinal);
        var versions = await loader.EarlierAsync(named, cancellation);
        await loader.JobsAsync(nodes, [.. versions.Keys.Where(k => !jobs.ContainsKey(k) && !nodes.ContainsKey(k))], cancellation);
        foreach (var key in versions.Keys)
        {
            if (jobs.TryGetValue(key, out var job))
                versions.Add(key, new(key, job.InsertedAt));
            else if (nodes.TryGetValue(key, out var node) && (node.Old.Flags & JobFlags.Missing) == 0)
                versions.Add(key, new(key, node.Old.InsertedAt));
        }

        return versions;
    }

    /// <summary>A job that is new under an id that others have had may be the one that children of these mean.</summary>
    public static async Task MoveChildrenAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, Dictionary<string, Job> jobs, JobVersions versions, CancellationToken cancellation)
    {
        var news = versions.Keys.Where(k => jobs.ContainsKey(k) && nodes.TryGetValue(k, out var node) && node is { Incoming: not null }
            && (!node.Exists || (node.Old.Flags & (JobFlags.Gone | JobFlags.Missing)) != 0)).ToList();
        if (news.Count == 0)
            return;
        var named = news.SelectMany(versions.Of).Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        await MoveFurtherAsync(loader, nodes, named, versions, cancellation);
        await loader.ChildrenAsync(
            nodes, named,
            child =>
            {
                if (child.Incoming is not null || child.Old.ParentId is not { } before)
                    return;
                var now = versions.Resolve(JobKeys.Newest(before), child.Old.InsertedAt);
                if (now == before)
                    return;
                child.New.ParentId = now;
                child.IsAffected = true;
            },
            cancellation);
    }

    /// <summary>The same for further parents. That a run's links may be others now is told by the job that is affected.</summary>
    private static async Task MoveFurtherAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, IReadOnlySet<string> named, JobVersions versions, CancellationToken cancellation)
    {
        var further = await loader.FurtherChildrenAsync(named, cancellation);
        await loader.JobsAsync(nodes, [.. further.Keys.Where(k => !nodes.ContainsKey(k))], cancellation);
        foreach (var (key, before) in further)
        {
            var child = nodes[key];
            var now = before.Select(p => named.Contains(p) ? versions.Resolve(JobKeys.Newest(p), child.Old.InsertedAt) : p).ToList();
            if (child.Incoming is not null || now.SequenceEqual(before))
                continue;
            child.MovedParents = now;
            child.IsAffected = true;
        }
    }
}
