using System.Text;
using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>
/// Which stages of a run are closed: what is below them is not drawn. Written into addresses as short ids, so that a graph of
/// hundreds of stages still has an address that can be pasted.
/// </summary>
public sealed class ClosedStages
{
    /// <summary>In an address: every stage below the root that has children.</summary>
    public const string All = "all";

    /// <summary>In an address: none, even where the run is large.</summary>
    public const string None = "none";

    /// <summary>A run with more stages than this starts with some of them closed.</summary>
    public const int Large = 60;

    // So many are drawn of a large run at first: about two screens.
    private const int FirstSight = 40;

    // A subtree up to this size opens whole; of a larger one the next level only.
    private const int OpensWhole = 12;

    private const char Separator = '.';

    private readonly HashSet<string> _paths;

    private ClosedStages(IEnumerable<string> paths) => _paths = new(paths, StringComparer.Ordinal);

    /// <summary>The closed stages' paths. One that has nothing below it may be among them: it is closed when it gets children.</summary>
    public IReadOnlySet<string> Paths => _paths;

    /// <summary>
    /// What an address says; null when it says nothing, and <see cref="AtFirst"/> decides. Ids and paths are understood; what
    /// names no stage of this run is ignored.
    /// </summary>
    public static ClosedStages? Parse(string? value, RunSnapshot run)
    {
        if (string.IsNullOrEmpty(value))
            return null;
        if (value == None)
            return new([]);
        var forest = new StageForest(run);
        if (value == All)
            return new(forest.Stages.Where((_, i) => forest.Parent(i) >= 0 && forest.Children(i).Count > 0).Select(stage => stage.Path));

        // A path may hold the separator itself, so the whole is tried first.
        var named = value.Split(Separator).Append(value).ToHashSet(StringComparer.Ordinal);
        return new(forest.Stages.Select(stage => stage.Path).Where(path => named.Contains(path) || named.Contains(IdOf(path))));
    }

    /// <summary>
    /// What is closed while nobody has chosen: nothing, or, of a large run, what is far from the root and from anything that is
    /// wrong. The way to the selected stage is open.
    /// </summary>
    public static ClosedStages AtFirst(RunSnapshot run, string? selected)
    {
        if (run.Stages.Count <= Large)
            return new([]);

        var forest = new StageForest(run);
        var open = new HashSet<int>();
        var drawn = 0;
        for (var i = 0; i < forest.Stages.Count; i++)
        {
            if (forest.Parent(i) >= 0)
                continue;
            drawn += 1 + forest.Children(i).Count;
            open.Add(i);
        }

        if (selected is not null)
            OpenWay(forest, selected, int.MaxValue, open, ref drawn);
        foreach (var path in run.Findings.Where(finding => finding.Kind != FindingKind.Waiting).SelectMany(finding => finding.AllStages))
            OpenWay(forest, path, FirstSight, open, ref drawn);

        // By depth: the snapshot lists parents before children.
        for (var i = 0; i < forest.Stages.Count; i++)
        {
            if (forest.Children(i) is { Count: > 0 } children && !open.Contains(i)
                && open.Contains(forest.Parent(i)) && drawn + children.Count <= FirstSight)
            {
                open.Add(i);
                drawn += children.Count;
            }
        }

        return new(forest.Stages.Where((_, i) => !open.Contains(i) && forest.Parent(i) is var above and >= 0 && open.Contains(above)
            && forest.Children(i).Count > 0).Select(stage => stage.Path));
    }

    /// <summary>The address of the view in which a stage is open that is closed now, or the other way round.</summary>
    public string? Toggled(RunSnapshot run, string path)
    {
        var forest = new StageForest(run);
        return Toggled(forest, forest.Find(path));
    }

    /// <summary>As it is in an address; null when that is what a run shows anyway.</summary>
    public string? Value(RunSnapshot run) => Value(new StageForest(run), _paths);

    /// <summary>The same, with as many stages opened as it takes for one to be drawn.</summary>
    public ClosedStages With(RunSnapshot run, string path)
    {
        var forest = new StageForest(run);
        var paths = _paths.ToHashSet(StringComparer.Ordinal);
        var way = new Stack<int>();
        for (var at = forest.Find(path) is var stage and >= 0 ? forest.Parent(stage) : -1; at >= 0; at = forest.Parent(at))
            way.Push(at);
        // From the top: what opens closes the level below it, the next stage on the way included.
        foreach (var at in way)
            Open(forest, at, paths, whole: false);
        return new(paths);
    }

    internal string? Toggled(StageForest forest, int stage)
    {
        var paths = _paths.ToHashSet(StringComparer.Ordinal);
        if (stage < 0)
            return Value(forest, paths);
        if (paths.Contains(forest.Stages[stage].Path))
        {
            Open(forest, stage, paths, whole: forest.Size(stage) <= OpensWhole);
        }
        else
        {
            paths.RemoveWhere(path => forest.Find(path) is var at and >= 0 && forest.IsBelow(at, stage));
            paths.Add(forest.Stages[stage].Path);
        }

        return Value(forest, paths);
    }

    /// <summary>The short id by which addresses name a stage: 40 bits of a hash of its path.</summary>
    public static string IdOf(string path)
    {
        // FNV-1a: short, the same everywhere and always, and nobody gains by two stages of one id.
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(path))
            hash = (hash ^ b) * 1099511628211UL;
        return string.Create(8, hash, static (text, value) =>
        {
            for (var i = 0; i < text.Length; i++, value >>= 5)
                text[i] = "0123456789abcdefghjkmnpqrstvwxyz"[(int)(value & 31)];
        });
    }

    private static void Open(StageForest forest, int stage, HashSet<string> paths, bool whole)
    {
        if (!paths.Remove(forest.Stages[stage].Path) || whole)
            return;
        foreach (var child in forest.Children(stage))
        {
            if (forest.Children(child).Count > 0)
                paths.Add(forest.Stages[child].Path);
        }
    }

    private static void OpenWay(StageForest forest, string path, int most, HashSet<int> open, ref int drawn)
    {
        var way = new List<int>();
        var stage = forest.Find(path);
        for (var at = stage < 0 ? -1 : forest.Parent(stage); at >= 0 && !open.Contains(at); at = forest.Parent(at))
            way.Add(at);
        var more = way.Sum(at => forest.Children(at).Count);
        if (drawn + more > most)
            return;
        drawn += more;
        open.UnionWith(way);
    }

    private static string? Value(StageForest forest, HashSet<string> paths)
    {
        var ids = forest.Preorder.Select(i => forest.Stages[i].Path).Where(paths.Contains).Select(IdOf).ToList();
        return ids.Count > 0 ? string.Join(Separator, ids) : forest.Stages.Count > Large ? None : null;
    }
}
