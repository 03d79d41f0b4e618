using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Which of the jobs that have had an id the children mean that name it, while a batch is worked on.</summary>
internal static class VersionLinks
{
    /// <summary>The jobs that have had the ids of this batch's jobs and of their parents, where that is more than one.</summary>
    public static async Task<JobVersions> LoadAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, Dictionary<string, Job> jobs, CancellationToken cancellation)
    {
        var named = jobs.Values.Select(j => JobKeys.Of(j.ParentId)).OfType<string>().Concat(jobs.Keys).ToHashSet(StringComparer.Ordinal);
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
        await loader.ChildrenAsync(
            nodes, [.. news.SelectMany(versions.Of).Select(v => v.Key)],
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
}
