namespace JobLineage.Core.Graph;

/// <summary>
/// The height at which each vertex lies. Parents pull children and children parents; within a layer the order is kept and
/// nothing comes closer than it may.
/// </summary>
internal static class GraphRows
{
    private const int Sweeps = 10;

    /// <summary>The vertical centre of each vertex; the topmost edge of the topmost one is at 0.</summary>
    public static double[] Place(GraphOrder order, GraphStyle style)
    {
        var centre = new double[order.Position.Length];
        foreach (var layer in order.Layers)
        {
            var y = 0.0;
            for (var i = 0; i < layer.Length; i++)
            {
                y += i == 0 ? 0 : Apart(order, style, layer[i - 1], layer[i]);
                centre[layer[i]] = y;
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var i = 1; i < order.Layers.Length; i++)
                Settle(order.Layers[i], order.Up, order, style, centre);
            for (var i = order.Layers.Length - 2; i >= 0; i--)
                Settle(order.Layers[i], order.Down, order, style, centre);
        }

        var top = double.MaxValue;
        for (var vertex = 0; vertex < centre.Length; vertex++)
            top = Math.Min(top, centre[vertex] - Height(order, style, vertex) / 2);
        for (var vertex = 0; vertex < centre.Length; vertex++)
            centre[vertex] = Math.Round(centre[vertex] - top);
        return centre;
    }

    /// <summary>The height of a vertex.</summary>
    public static double Height(GraphOrder order, GraphStyle style, int vertex) =>
        vertex < order.Count ? style.NodeHeight : style.PassHeight;

    private static double Apart(GraphOrder order, GraphStyle style, int above, int below) =>
        (Height(order, style, above) + Height(order, style, below)) / 2 + style.RowGap;

    // Least squares under "keep the order and the distances": isotonic regression, by pooling adjacent violators.
    private static void Settle(
        int[] layer, Func<int, IReadOnlyList<int>> neighbours, GraphOrder order, GraphStyle style, double[] centre)
    {
        var pools = new Stack<(double Sum, int Size)>();
        var offset = new double[layer.Length];
        for (var i = 0; i < layer.Length; i++)
        {
            offset[i] = i == 0 ? 0 : offset[i - 1] + Apart(order, style, layer[i - 1], layer[i]);
            var others = neighbours(layer[i]);
            var wish = others.Count == 0 ? centre[layer[i]] : others.Average(other => centre[other]);
            var pool = (Sum: wish - offset[i], Size: 1);
            while (pools.TryPeek(out var above) && above.Sum / above.Size >= pool.Sum / pool.Size)
            {
                pools.Pop();
                pool = (pool.Sum + above.Sum, pool.Size + above.Size);
            }

            pools.Push(pool);
        }

        var at = layer.Length;
        while (pools.TryPop(out var pool))
        {
            for (var i = 0; i < pool.Size; i++)
            {
                at--;
                centre[layer[at]] = offset[at] + pool.Sum / pool.Size;
            }
        }
    }
}
