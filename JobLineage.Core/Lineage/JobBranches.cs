namespace JobLineage.Core.Lineage;

/// <summary>Jobs of a run that were looked for, in its tree: with the jobs that lead to them, and without all others.</summary>
public sealed record JobBranches
{
    private readonly HashSet<string> matching;
    private readonly Lazy<ILookup<string, JobNode>> children;

    private JobBranches(JobTree tree, HashSet<string> matching, IReadOnlyList<JobNode> nodes, long found)
    {
        (Tree, this.matching, Nodes, Found) = (tree, matching, nodes, found);
        children = new(() => Nodes.Where(n => n.ParentId is not null).ToLookup(n => n.ParentId!));
    }

    /// <summary>The tree that they are of.</summary>
    public JobTree Tree { get; }

    /// <summary>The jobs that were looked for and those that lead to them, level by level from the root, siblings by id.</summary>
    public IReadOnlyList<JobNode> Nodes { get; }

    /// <summary>How many jobs were found, listed or not.</summary>
    public long Found { get; }

    /// <summary>How many of them are listed.</summary>
    public long Listed => matching.Count;

    /// <summary>Whether some of them are not listed.</summary>
    public bool IsTruncated => Listed < Found;

    /// <summary>Whether a job is here only because it leads to one that was looked for.</summary>
    public bool IsOnTheWay(JobNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return !matching.Contains(node.Job.Id);
    }

    /// <summary>The listed children of a job, by id.</summary>
    public IEnumerable<JobNode> ChildrenOf(string id) => children.Value[id];

    /// <summary>Those of a tree that were found.</summary>
    /// <param name="tree">The tree, whole.</param>
    /// <param name="found">The ids of the jobs that were looked for.</param>
    /// <param name="limit">So many of them are listed, the first in the order of the tree.</param>
    public static JobBranches Of(JobTree tree, IReadOnlySet<string> found, int limit)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(found);
        var matching = tree.Nodes.Select(n => n.Job.Id).Where(found.Contains).Take(limit).ToHashSet(StringComparer.Ordinal);
        var wanted = new HashSet<string>(matching, StringComparer.Ordinal);
        // Parents stand before their children: backwards a job is met after all that are below it.
        for (var i = tree.Nodes.Count - 1; i >= 0; i--)
        {
            if (tree.Nodes[i] is { ParentId: { } parent } node && wanted.Contains(node.Job.Id))
                wanted.Add(parent);
        }

        return new(tree, matching, [.. tree.Nodes.Where(n => wanted.Contains(n.Job.Id))], found.Count);
    }
}
