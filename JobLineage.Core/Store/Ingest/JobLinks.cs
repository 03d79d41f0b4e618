using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Which parents the jobs of a batch have: those that their source names. Where these are found by way of rows that may be pruned
/// (<see cref="SourceMapping.KeepsParent"/>), those that it named before as well: the rows say which of them are gone.
/// </summary>
internal sealed class JobLinks
{
    private readonly JobVersions versions;

    private readonly bool keeps;

    /// <summary>The further parents that are stored, by the job's key; null where it does not matter.</summary>
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>>? stored;

    private JobLinks(JobVersions versions, bool keeps, IReadOnlyDictionary<string, IReadOnlyList<string>>? stored) => (this.versions, this.keeps, this.stored) = (versions, keeps, stored);

    /// <summary>Reads what is needed of the store.</summary>
    /// <param name="loader">Reads for the same batch.</param>
    /// <param name="keys">The jobs of the batch.</param>
    /// <param name="versions">Which jobs have had the ids that they name.</param>
    /// <param name="keeps">Whether what is not named any more is kept.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<JobLinks> LoadAsync(BatchLoader loader, IReadOnlyCollection<string> keys, JobVersions versions, bool keeps, CancellationToken cancellation) =>
        new(versions, keeps, keeps || versions.Keys.Count > 0 ? await loader.FurtherParentsAsync(keys, cancellation) : null);

    /// <summary>The parent in the tree and the others, as they are to be stored.</summary>
    /// <param name="node">The job as the store has it.</param>
    /// <param name="job">The job as it was read.</param>
    public (string? ParentId, IReadOnlyList<string> Parents) Of(Node node, Job job)
    {
        var parent = ParentOf(node, job);
        return (parent, FurtherOf(node, job, parent));
    }

    /// <summary>Whether other further parents are stored although the row is the same: an id that it names has had other jobs.</summary>
    public bool AreOthers(Node node, IReadOnlyList<string> parents) =>
        stored is not null && node.Exists && !(stored.TryGetValue(node.Id, out var before) ? before : []).SequenceEqual(parents);

    private string? ParentOf(Node node, Job job)
    {
        var named = JobKeys.Of(job.ParentId);
        // What is still there is named, in one place or the other.
        if (keeps && node is { Exists: true, Old.ParentId: { } old } && JobKeys.Newest(old) is var kept
            && named != kept && !job.Parents.Any(parent => JobKeys.Of(parent) == kept))
            return old;
        return named is null ? null : versions.Resolve(named, job.InsertedAt);
    }

    private IReadOnlyList<string> FurtherOf(Node node, Job job, string? parent)
    {
        // By the keys of their ids' newest jobs: an id that came back is one link all the same.
        var links = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in keeps ? stored!.GetValueOrDefault(node.Id) ?? [] : [])
            links[JobKeys.Newest(key)] = key;
        foreach (var key in job.Parents.Prepend(job.ParentId).Select(JobKeys.Of).OfType<string>())
            links[key] = versions.Resolve(key, job.InsertedAt);
        if (parent is not null)
            links.Remove(JobKeys.Newest(parent));
        return [.. links.Values.Take(FurtherParents.Most)];
    }
}
