using JobLineage.Core.Model;

namespace JobLineage.Tests.Differential;

/// <summary>A job as the oracle knows it: what a person would write on paper.</summary>
public sealed record OracleJob(string Id, string? Parent, string Worker, JobState State, bool IsVanished = false, bool IsMissing = false)
{
    public string? Key { get; init; }

    public string? Step { get; init; }
}

/// <summary>A stage as the oracle counts it.</summary>
public sealed record OracleStage(string Path, string Worker, int Depth, StateCounts Counts);

/// <summary>A run as the oracle draws it.</summary>
public sealed record OracleRun(
    string RootId, IReadOnlyList<OracleStage> Stages, IReadOnlyDictionary<(string From, string To), long> Edges, IReadOnlyList<string> Jobs);

/// <summary>What can be asked of an oracle.</summary>
public interface ILineageOracle
{
    /// <summary>Jobs whose own link is cut.</summary>
    IReadOnlySet<string> CutIds { get; }

    /// <summary>All runs by root; singles are not runs.</summary>
    IReadOnlyDictionary<string, OracleRun> Runs();

    /// <summary>The counts of jobs that belong to no run, by worker.</summary>
    IReadOnlyDictionary<string, StateCounts> Singles();

    /// <summary>The jobs that belong to no run.</summary>
    IReadOnlyList<OracleJob> Alone();

    bool IsAlone(string id);

    /// <summary>Whether it was seen, and not deleted before it had finished.</summary>
    bool IsCounted(string id);

    IReadOnlyList<string> Ancestors(string id);

    IReadOnlyList<string> Children(string id);
}

/// <summary>
/// Lineage worked out in the plainest way from a list of jobs, sharing no code with the product but the names of
/// states: what store and direct queries are compared with.
/// </summary>
public sealed class Oracle : ILineageOracle
{
    private readonly Dictionary<string, OracleJob> jobs;
    private readonly Dictionary<string, string?> followed = [];
    private readonly HashSet<string> cut = [];
    private readonly Lazy<HashSet<string>> parents;

    public Oracle(IEnumerable<OracleJob> known, Comparison<string> order)
    {
        parents = new(() => followed.Values.OfType<string>().ToHashSet());
        jobs = known.ToDictionary(j => j.Id);
        foreach (var parent in jobs.Values.Select(j => j.Parent).OfType<string>().ToList())
            jobs.TryAdd(parent, new(parent, null, "", JobState.Available, IsMissing: true));
        foreach (var job in jobs.Values)
            followed[job.Id] = job.Parent;
        foreach (var job in jobs.Values)
        {
            // On a circle a walk upward comes back to where it began; its lowest member's link is cut.
            var circle = new HashSet<string> { job.Id };
            for (var at = jobs[job.Id].Parent; at is not null; at = jobs[at].Parent)
            {
                if (at == job.Id)
                {
                    var lowest = circle.Aggregate((a, b) => order(a, b) < 0 ? a : b);
                    followed[lowest] = null;
                    cut.Add(lowest);
                    break;
                }

                if (!circle.Add(at))
                    break;
            }
        }
    }

    public IReadOnlySet<string> CutIds => cut;

    public IReadOnlyList<string> Children(string id) => [.. followed.Where(f => f.Value == id).Select(f => f.Key)];

    public bool IsCounted(string id) => jobs[id] is { IsMissing: false, IsVanished: false };

    public IReadOnlyList<OracleJob> Alone() => [.. jobs.Values.Where(j => IsAlone(j.Id) && !j.IsMissing && !j.IsVanished)];

    public bool IsAlone(string id) => followed[id] is null && !parents.Value.Contains(id);

    public IReadOnlyList<string> Ancestors(string id)
    {
        var path = new List<string>();
        for (var at = followed[id]; at is not null; at = followed[at])
            path.Insert(0, at);
        return path;
    }

    public IReadOnlyDictionary<string, OracleRun> Runs()
    {
        var below = followed.Where(f => f.Value is not null).ToLookup(f => f.Value!, f => f.Key);
        return jobs.Keys
            .Where(id => followed[id] is null && below.Contains(id))
            .ToDictionary(id => id, id => Draw(id, below));
    }

    public IReadOnlyDictionary<string, StateCounts> Singles() => Alone()
        .GroupBy(j => j.Worker)
        .ToDictionary(g => g.Key, g => g.Aggregate(default(StateCounts), (sum, j) => sum.Add(j.State)));

    private OracleRun Draw(string root, ILookup<string, string> below)
    {
        // A stage is the list of full worker names that leads to it.
        var stageOf = new Dictionary<string, string[]> { [root] = [jobs[root].Worker] };
        var edges = new Dictionary<(string[] From, string[] To), long>(new PairComparer());
        var queue = new Queue<string>([root]);
        while (queue.TryDequeue(out var id))
        {
            var above = stageOf[id];
            foreach (var child in below[id])
            {
                var recurring = Array.IndexOf(above, jobs[child].Worker);
                stageOf[child] = recurring >= 0 ? above[..(recurring + 1)] : [.. above, jobs[child].Worker];
                edges[(above, stageOf[child])] = edges.GetValueOrDefault((above, stageOf[child])) + 1;
                queue.Enqueue(child);
            }
        }

        var chains = stageOf.Values.Distinct(new ChainComparer()).ToList();
        string Path(string[] chain) => string.Join('/', Enumerable.Range(1, chain.Length).Select(n => Segment(chain[..n], chains)));
        var stages = stageOf
            .GroupBy(s => s.Value, new ChainComparer())
            .Select(g => new OracleStage(
                Path(g.Key), g.Key[^1], g.Key.Length,
                g.Select(s => jobs[s.Key]).Where(j => !j.IsMissing && !j.IsVanished).Aggregate(default(StateCounts), (sum, j) => sum.Add(j.State))))
            .OrderBy(s => s.Depth).ThenBy(s => s.Path, StringComparer.Ordinal)
            .ToList();
        return new(root, stages, edges.ToDictionary(e => (Path(e.Key.From), Path(e.Key.To)), e => e.Value), [.. stageOf.Keys]);
    }

    private static string Segment(string[] chain, List<string[]> all)
    {
        var worker = chain[^1];
        if (worker.Length == 0)
            return "?";
        // As many of the last parts as no other worker of the run has.
        var others = all.SelectMany(c => c).Where(w => w != worker).Distinct().ToList();
        var length = 1;
        while (length < worker.Split('.').Length && others.Any(w => End(w, length) == End(worker, length)))
            length++;
        return End(worker, length);

        static string End(string name, int parts) => string.Join('.', name.Split('.').TakeLast(parts));
    }

    private sealed class ChainComparer : IEqualityComparer<string[]>
    {
        public bool Equals(string[]? x, string[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(string[] chain) => chain.Aggregate(17, (hash, worker) => HashCode.Combine(hash, worker));
    }

    private sealed class PairComparer : IEqualityComparer<(string[] From, string[] To)>
    {
        private readonly ChainComparer chains = new();

        public bool Equals((string[] From, string[] To) x, (string[] From, string[] To) y) =>
            chains.Equals(x.From, y.From) && chains.Equals(x.To, y.To);

        public int GetHashCode((string[] From, string[] To) pair) =>
            HashCode.Combine(chains.GetHashCode(pair.From), chains.GetHashCode(pair.To));
    }
}
