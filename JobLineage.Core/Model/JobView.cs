namespace JobLineage.Core.Model;

/// <summary>A job with its way up and what it spawned.</summary>
/// <param name="Job">The job itself.</param>
/// <param name="RootId">The root of its run; its own id for a single.</param>
/// <param name="StagePath">The path of the stage it belongs to.</param>
/// <param name="Ancestors">From the root down to the parent; of many the first <see cref="FirstAncestors"/> and the nearest <see cref="NearAncestors"/>.</param>
/// <param name="Children">Its children, grouped by stage.</param>
public sealed record JobView(
    Job Job, string RootId, string StagePath, IReadOnlyList<Job> Ancestors, IReadOnlyList<ChildGroup> Children)
{
    /// <summary>Ancestors that are listed from the root down.</summary>
    public const int FirstAncestors = 20;

    /// <summary>Ancestors that are listed from the parent up.</summary>
    public const int NearAncestors = 80;

    /// <summary>Ancestors between these that are not listed.</summary>
    public long AncestorsOmitted { get; init; }

    /// <summary>How deep it is: 1 for a root.</summary>
    public long Level => Ancestors.Count + AncestorsOmitted + 1;

    /// <summary>The jobs beside it; null where there is nothing that makes siblings.</summary>
    public JobSiblings? Siblings { get; init; }

    /// <summary>What of its row could not be read or stored.</summary>
    public IReadOnlyList<BadRow> PutAside { get; init; } = [];

    /// <summary>The other jobs that have had the same id, the newest first; at most <see cref="MostVersions"/>.</summary>
    public IReadOnlyList<JobVersionLine> Others { get; init; } = [];

    /// <summary>Jobs of one id that are listed.</summary>
    public const int MostVersions = 50;
}

/// <summary>One of the jobs that have had an id.</summary>
/// <param name="Id">Its key, which is its address.</param>
/// <param name="Worker">Its full worker name.</param>
/// <param name="State">Its state.</param>
/// <param name="InsertedAt">When it was inserted; null: not known.</param>
/// <param name="IsEarlier">Whether another has its id now.</param>
public sealed record JobVersionLine(string Id, string Worker, JobState State, DateTimeOffset? InsertedAt, bool IsEarlier);

/// <summary>The children that a job has in one stage.</summary>
/// <param name="Stage">The path of the children's stage.</param>
/// <param name="Worker">Their full worker name.</param>
/// <param name="Counts">Their number by state.</param>
/// <param name="Sample">The first of them by id; <see cref="StateCounts.Total"/> says how many there are.</param>
public sealed record ChildGroup(string Stage, string Worker, StateCounts Counts, IReadOnlyList<Job> Sample);
