namespace JobLineage.Core.Graph;

/// <summary>
/// The nodes of each layer in their order from top to bottom, with a pass-through vertex wherever an edge skips a layer.
/// </summary>
internal sealed class GraphOrder
{
    private const int Sweeps = 8;

    // Past this an edge that skips layers is drawn over them instead of between: random graphs only, never a run.
    private const int MostPasses = 4_000;

    private readonly List<List<int>> _up = [];
    private readonly List<List<int>> _down = [];
    private readonly List<int> _layerOf = [];

    private GraphOrder(GraphModel model, int[] layer, bool[] isLoop)
    {
        Count = model.Nodes.Count;
        for (var node = 0; node < Count; node++)
            AddVertex(layer[node]);

        Chains = new int[model.Edges.Count][];
        var passes = 0;
        for (var edge = 0; edge < model.Edges.Count; edge++)
        {
            var (from, to) = model.Edges[edge];
            if (isLoop[edge])
            {
                Chains[edge] = [from, to];
                continue;
            }

            var chain = new List<int> { from };
            var skipped = layer[to] - layer[from] - 1;
            if (passes + skipped <= MostPasses)
            {
                passes += skipped;
                for (var at = layer[from] + 1; at < layer[to]; at++)
                    chain.Add(AddVertex(at));
            }

            chain.Add(to);
            Chains[edge] = [.. chain];
            for (var i = 1; i < chain.Count; i++)
            {
                if (_layerOf[chain[i]] != _layerOf[chain[i - 1]] + 1)
                    continue;
                _down[chain[i - 1]].Add(chain[i]);
                _up[chain[i]].Add(chain[i - 1]);
            }
        }

        Layers = Initial();
        Position = new int[_layerOf.Count];
        Number();
    }

    /// <summary>How many vertices are nodes; the ones after them are passes.</summary>
    public int Count { get; }

    /// <summary>The vertices of each layer, top to bottom.</summary>
    public int[][] Layers { get; private set; }

    /// <summary>The place of each vertex within its layer.</summary>
    public int[] Position { get; }

    /// <summary>The vertices that each edge runs through, its ends included.</summary>
    public int[][] Chains { get; }

    /// <summary>The neighbours of a vertex in the layer before.</summary>
    public IReadOnlyList<int> Up(int vertex) => _up[vertex];

    /// <summary>The neighbours of a vertex in the layer after.</summary>
    public IReadOnlyList<int> Down(int vertex) => _down[vertex];

    /// <summary>The layer of a vertex.</summary>
    public int LayerOf(int vertex) => _layerOf[vertex];

    /// <summary>Orders the layers so that few edges cross; equal choices keep the order of the input.</summary>
    public static GraphOrder Of(GraphModel model, int[] layer, bool[] isLoop)
    {
        var order = new GraphOrder(model, layer, isLoop);
        var best = order.Crossings();
        var bestLayers = order.Copy();
        for (var sweep = 0; sweep < Sweeps && best > 0; sweep++)
        {
            for (var i = 1; i < order.Layers.Length; i++)
                order.SortLayer(i, order._up);
            for (var i = order.Layers.Length - 2; i >= 0; i--)
                order.SortLayer(i, order._down);
            var crossings = order.Crossings();
            if (crossings < best)
                (best, bestLayers) = (crossings, order.Copy());
        }

        order.Layers = bestLayers;
        order.Number();
        return order;
    }

    /// <summary>The vertices of a topology, not yet in an order of their own.</summary>
    public static GraphOrder Unordered(GraphModel model, int[] layer, bool[] isLoop) => new(model, layer, isLoop);

    /// <summary>Puts each layer into the order of these heights.</summary>
    public void OrderBy(double[] centre)
    {
        Layers = [.. Layers.Select(layer => layer.OrderBy(vertex => centre[vertex]).ToArray())];
        Number();
    }

    /// <summary>How often edges cross, all layers together.</summary>
    public long Crossings()
    {
        long crossings = 0;
        for (var i = 0; i + 1 < Layers.Length; i++)
        {
            // Inversions, counted with a Fenwick tree over the places of the right-hand layer.
            var tree = new int[Layers[i + 1].Length + 1];
            var inserted = 0;
            foreach (var vertex in Layers[i])
            {
                var ends = _down[vertex].Select(to => Position[to]).Order().ToArray();
                foreach (var end in ends)
                {
                    crossings += inserted;
                    for (var at = end + 1; at > 0; at -= at & -at)
                        crossings -= tree[at];
                }

                foreach (var end in ends)
                {
                    inserted++;
                    for (var at = end + 1; at < tree.Length; at += at & -at)
                        tree[at]++;
                }
            }
        }

        return crossings;
    }

    private int AddVertex(int layer)
    {
        _layerOf.Add(layer);
        _up.Add([]);
        _down.Add([]);
        return _layerOf.Count - 1;
    }

    // Depth first, children in the order of the input: a tree comes out without any crossing.
    private int[][] Initial()
    {
        var layers = new List<int>[_layerOf.Count == 0 ? 0 : _layerOf.Max() + 1];
        for (var i = 0; i < layers.Length; i++)
            layers[i] = [];

        var seen = new bool[_layerOf.Count];
        var stack = new Stack<int>();
        for (var root = 0; root < _layerOf.Count; root++)
        {
            if (_up[root].Count > 0 || seen[root])
                continue;
            stack.Push(root);
            while (stack.TryPop(out var vertex))
            {
                if (seen[vertex])
                    continue;
                seen[vertex] = true;
                layers[_layerOf[vertex]].Add(vertex);
                for (var i = _down[vertex].Count - 1; i >= 0; i--)
                    stack.Push(_down[vertex][i]);
            }
        }

        return [.. layers.Select(layer => layer.ToArray())];
    }

    private void SortLayer(int layer, List<List<int>> neighbours)
    {
        var row = Layers[layer];
        Layers[layer] = [.. row.OrderBy(vertex => neighbours[vertex] is { Count: > 0 } others
            ? others.Average(other => (double)Position[other])
            : Position[vertex])];
        for (var i = 0; i < row.Length; i++)
            Position[Layers[layer][i]] = i;
    }

    private void Number()
    {
        foreach (var layer in Layers)
        {
            for (var i = 0; i < layer.Length; i++)
                Position[layer[i]] = i;
        }
    }

    private int[][] Copy() => [.. Layers.Select(layer => layer.ToArray())];
}
