using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage;

/// <summary>A run as the source has it now, without its jobs.</summary>
/// <param name="Run">Stages, edges, counts and times. Its version is 0 and it holds no findings: those are for the caller to make.</param>
/// <param name="PassedOver">Rows in a state that the mapping does not know, by the source's own word for it; they are left out everywhere.</param>
public sealed record PipelineStats(RunSnapshot Run, IReadOnlyDictionary<string, long> PassedOver);

/// <summary>A run as the source has it now, with its jobs. Args, meta and errors of the jobs are not read.</summary>
public sealed record JobTree
{
    private readonly Lazy<ILookup<string, JobNode>> children;

    internal JobTree() => children = new(() => Nodes!.Where(n => n.ParentId is not null).ToLookup(n => n.ParentId!));

    /// <summary>The root, which may be a job that exists only as the parent that others name.</summary>
    public JobNode Root => Nodes[0];

    /// <summary>The run: stages, edges, counts and times, exact whether or not the list of jobs is cut.</summary>
    public required RunSnapshot Run { get; init; }

    /// <summary>The jobs, level by level from the root, siblings by id; at most the limit that was asked for.</summary>
    public required IReadOnlyList<JobNode> Nodes { get; init; }

    /// <summary>How many nodes the whole tree has, a missing root included.</summary>
    public required long TotalNodes { get; init; }

    /// <summary>Whether <see cref="Nodes"/> is not all of them.</summary>
    public bool IsTruncated => Nodes.Count < TotalNodes;

    /// <summary>Rows in a state that the mapping does not know, by the source's own word for it; they are left out.</summary>
    public required IReadOnlyDictionary<string, long> PassedOver { get; init; }

    /// <summary>The listed children of a job, by id.</summary>
    public IEnumerable<JobNode> ChildrenOf(string id) => children.Value[id];
}

/// <summary>A job in a tree.</summary>
/// <param name="Job">The job.</param>
/// <param name="ParentId">The id of the job above it in this tree; null at the top.</param>
/// <param name="Stage">The path of its stage.</param>
/// <param name="Depth">1 for the root.</param>
public sealed record JobNode(Job Job, string? ParentId, string Stage, int Depth);

/// <summary>The children of one job.</summary>
/// <param name="Parent">The job itself; missing when only its children name it.</param>
/// <param name="Jobs">The children by id, at most the limit that was asked for.</param>
/// <param name="Workers">All children by full worker name, exact.</param>
/// <param name="Total">How many children there are.</param>
/// <param name="PassedOver">Rows in a state that the mapping does not know, by the source's own word for it; they are left out.</param>
public sealed record JobChildren(
    Job Parent,
    IReadOnlyList<Job> Jobs,
    IReadOnlyDictionary<string, StateCounts> Workers,
    long Total,
    IReadOnlyDictionary<string, long> PassedOver);

/// <summary>The way up from a job.</summary>
/// <param name="Job">The job itself.</param>
/// <param name="Ancestors">From the root down to the parent; the root may be missing.</param>
/// <param name="PassedOver">Rows in a state that the mapping does not know, by the source's own word for it; they are left out.</param>
public sealed record JobAncestors(Job Job, IReadOnlyList<Job> Ancestors, IReadOnlyDictionary<string, long> PassedOver);
