namespace JobLineage.Core.Model;

/// <summary>
/// The stages of one run, built from the workers along parent links. Which stage a job belongs to depends on its
/// parent's stage and its worker alone, never on the order in which jobs are met. Not safe for concurrent use.
/// </summary>
public sealed class StageTree
{
    private readonly List<Node> nodes = [];
    private readonly Dictionary<(int From, string Worker), int> known = [];

    /// <summary>How many stages there are; they are numbered from 0, the root's, parents before children.</summary>
    public int Count => nodes.Count;

    /// <summary>The number of the root's stage, which is made on the first call.</summary>
    /// <param name="worker">The root's full worker name; empty when it was never seen.</param>
    /// <param name="name">What the path calls it instead of the worker's short name; null for that.</param>
    public int Root(string worker, string? name = null)
    {
        if (nodes.Count == 0)
            nodes.Add(new(-1, worker, name, 1));
        return 0;
    }

    /// <summary>
    /// The stage of a job whose parent is in <paramref name="parent"/>: the nearest stage from there upward that has the
    /// same worker (pagination must not make 1,000 stages), otherwise the child stage of that worker.
    /// </summary>
    public int Child(int parent, string worker)
    {
        if (known.TryGetValue((parent, worker), out var stage))
            return stage;
        stage = parent;
        while (stage >= 0 && nodes[stage].Worker != worker)
            stage = nodes[stage].Parent;
        if (stage < 0)
            stage = Add(parent, worker, null);
        known.Add((parent, worker), stage);
        return stage;
    }

    /// <summary>The stage of the next step below <paramref name="parent"/>, for runs that are ordered by step.</summary>
    public int Step(int parent, string worker, string? name) => Add(parent, worker, name);

    /// <summary>The number of the stage above, or -1 for the root's.</summary>
    public int Parent(int stage) => nodes[stage].Parent;

    /// <summary>The full worker name of a stage.</summary>
    public string Worker(int stage) => nodes[stage].Worker;

    /// <summary>1 for the root's stage.</summary>
    public int Depth(int stage) => nodes[stage].Depth;

    /// <summary>
    /// The last part of each stage's path. Different workers never have the same: see <see cref="Workers.ShortNames"/>.
    /// </summary>
    public IReadOnlyList<string> Names()
    {
        var workers = Workers.ShortNames(nodes.Where(n => n.Name is null).Select(n => n.Worker));
        var names = nodes.Select(n => n.Name is { } name ? Segment(name) : workers[n.Worker]).ToArray();
        // A step may be called as a worker is.
        foreach (var siblings in Alike(names))
        {
            var number = 1;
            foreach (var stage in siblings.OrderBy(s => nodes[s].Worker, StringComparer.Ordinal))
                names[stage] += $"~{number++}";
        }

        return names;
    }

    /// <summary>The path of each stage, for names made by <see cref="Names"/>; of a deep one see <see cref="StagePath.Of"/>.</summary>
    public IReadOnlyList<string> Paths(IReadOnlyList<string> names)
    {
        var paths = new string[nodes.Count];
        for (var stage = 0; stage < paths.Length; stage++)
            paths[stage] = nodes[stage].Parent < 0 ? names[stage] : StagePath.Of(paths[nodes[stage].Parent], names[stage]);
        return paths;
    }

    private static string Segment(string name) => name.Length == 0 ? Workers.Unknown : name.Replace('/', '.');

    private List<int[]> Alike(string[] names) =>
        [.. Enumerable.Range(0, nodes.Count).GroupBy(s => (nodes[s].Parent, names[s])).Where(g => g.Skip(1).Any()).Select(g => g.ToArray())];

    private int Add(int parent, string worker, string? name)
    {
        nodes.Add(new(parent, worker, name, nodes[parent].Depth + 1));
        return nodes.Count - 1;
    }

    private sealed record Node(int Parent, string Worker, string? Name, int Depth);
}
