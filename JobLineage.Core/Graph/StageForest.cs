using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>The stages of a run as the tree that their parents make, parents before children, siblings in the order of the snapshot.</summary>
internal sealed class StageForest
{
    private readonly Dictionary<string, int> _index;
    private readonly List<int>[] _children;
    private readonly int[] _parent;
    private readonly int[] _size;

    public StageForest(RunSnapshot run)
    {
        Stages = run.Stages;
        _index = new(Stages.Count, StringComparer.Ordinal);
        for (var i = 0; i < Stages.Count; i++)
            _index.TryAdd(Stages[i].Path, i);
        _children = new List<int>[Stages.Count];
        _parent = new int[Stages.Count];
        for (var i = 0; i < Stages.Count; i++)
        {
            _children[i] = [];
            // A stage whose parent is not in the run stands at the top, so that none is lost.
            _parent[i] = Stages[i].ParentPath is { } path && _index.TryGetValue(path, out var parent) && parent != i ? parent : -1;
        }

        for (var i = 0; i < Stages.Count; i++)
        {
            if (_parent[i] >= 0)
                _children[_parent[i]].Add(i);
        }

        Preorder = Walk();
        _size = new int[Stages.Count];
        for (var at = Preorder.Count - 1; at >= 0; at--)
        {
            var stage = Preorder[at];
            _size[stage] += 1;
            if (_parent[stage] >= 0)
                _size[_parent[stage]] += _size[stage];
        }
    }

    /// <summary>The stages, in the order of the snapshot.</summary>
    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>The stages depth first.</summary>
    public IReadOnlyList<int> Preorder { get; }

    /// <summary>The number of a stage; -1 when it is not in the run.</summary>
    public int Find(string path) => _index.GetValueOrDefault(path, -1);

    /// <summary>The stage above; -1 at the top.</summary>
    public int Parent(int stage) => _parent[stage];

    /// <summary>The stages right below.</summary>
    public IReadOnlyList<int> Children(int stage) => _children[stage];

    /// <summary>How many stages there are below, the stage itself included.</summary>
    public int Size(int stage) => _size[stage];

    /// <summary>Whether <paramref name="above"/> is among the stages over <paramref name="stage"/>.</summary>
    public bool IsBelow(int stage, int above)
    {
        for (var at = _parent[stage]; at >= 0; at = _parent[at])
        {
            if (at == above)
                return true;
        }

        return false;
    }

    private List<int> Walk()
    {
        var order = new List<int>(Stages.Count);
        var stack = new Stack<int>();
        for (var i = Stages.Count - 1; i >= 0; i--)
        {
            if (_parent[i] < 0)
                stack.Push(i);
        }

        while (stack.TryPop(out var stage))
        {
            order.Add(stage);
            for (var i = _children[stage].Count - 1; i >= 0; i--)
                stack.Push(_children[stage][i]);
        }

        return order;
    }
}
