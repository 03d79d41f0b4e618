
namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// The jobs that have had some ids one after the other, and which of them a child means that names one. Pure. Ids that only one
/// job has ever had are not in here: they mean that job, whatever the times say.
/// </summary>
internal sealed class JobVersions
{
    private readonly Dictionary<string, List<JobVersion>> byKey = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<JobVersion> All => byKey.Values.SelectMany(v => v);

    /// <summary>The ids, by the keys of their newest jobs.</summary>
    public IReadOnlyCollection<string> Keys => byKey.Keys;

    /// <summary>The jobs of an id; none when it has had only one.</summary>
    public IReadOnlyList<JobVersion> Of(string key) => byKey.TryGetValue(key, out var versions) ? versions : [];

    /// <summary>Adds a job.</summary>
    /// <param name="newest">The key of the newest job of its id.</param>
    /// <param name="version">The job.</param>
    public void Add(string newest, JobVersion version)
    {
        if (!byKey.TryGetValue(newest, out var versions))
            byKey[newest] = versions = [];
        versions.Add(version);
    }

    /// <summary>
    /// The job that had the id when a child that names it was inserted: the newest that was not inserted after the child. A child
    /// that is older than all of them (clocks differ) belongs to the oldest, and one of unknown age to the newest.
    /// </summary>
    /// <param name="parent">The key of the id that the child names.</param>
    /// <param name="childInserted">When the child was inserted; null: not known.</param>
    public string Resolve(string parent, DateTimeOffset? childInserted)
    {
        if (childInserted is not { } at || !byKey.TryGetValue(parent, out var versions))
            return parent;
        var (best, oldest) = ((JobVersion?)null, (JobVersion?)null);
        foreach (var version in versions)
        {
            if (version.InsertedAt is not { } inserted)
                continue;
            if (oldest is null || inserted < oldest.Value.InsertedAt)
                oldest = version;
            if (inserted <= at && (best is null || inserted > best.Value.InsertedAt))
                best = version;
        }

        return (best ?? oldest)?.Key ?? parent;
    }
}

/// <summary>One of the jobs that have had an id.</summary>
/// <param name="Key">Its key.</param>
/// <param name="InsertedAt">When it was inserted; null: not known.</param>
internal readonly record struct JobVersion(string Key, DateTimeOffset? InsertedAt);
