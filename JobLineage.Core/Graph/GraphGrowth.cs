namespace JobLineage.Core.Graph;

/// <summary>The heights in a picture that grows: what stands, stands; the rest goes where there is room.</summary>
internal static class GraphGrowth
{
    /// <summary>The vertical centre of each vertex, and the layers of <paramref name="order"/> in that order.</summary>
    /// <param name="order">The vertices.</param>
    /// <param name="kept">The centres of those that stay; null for those that look for a place.</param>
    /// <param name="style">Sizes.</param>
    public static double[] Place(GraphOrder order, double?[] kept, GraphStyle style)
    {
        var centre = new double[kept.Length];
        for (var vertex = 0; vertex < kept.Length; vertex++)
            centre[vertex] = kept[vertex] ?? 0;

        foreach (var layer in order.Layers)
        {
            // Places are taken from left to right, so that the parents of whatever looks for one have theirs.
            var taken = layer.Where(vertex => kept[vertex] is not null)
                .Select(vertex => Span(order, style, vertex, centre[vertex])).OrderBy(span => span.Top).ToList();
            var newcomers = layer.Where(vertex => kept[vertex] is null)
                .Select(vertex => (Vertex: vertex, Wish: Wish(order, kept, centre, vertex))).ToList();
            foreach (var siblings in newcomers.GroupBy(newcomer => newcomer.Wish).OrderBy(group => group.Key))
                PlaceSiblings([.. siblings.Select(newcomer => newcomer.Vertex)], siblings.Key, order, style, taken, centre);
        }

        order.OrderBy(centre);
        return centre;
    }

    private static double Wish(GraphOrder order, double?[] kept, double[] centre, int vertex)
    {
        if (order.Up(vertex) is { Count: > 0 } parents)
            return parents.Average(parent => centre[parent]);
        var children = order.Down(vertex).Where(child => kept[child] is not null).ToList();
        return children.Count > 0 ? children.Average(child => centre[child]) : 0;
    }

    // Around the wish, in their order, each below the one before.
    private static void PlaceSiblings(
        int[] siblings, double wish, GraphOrder order, GraphStyle style, List<(double Top, double Bottom)> taken, double[] centre)
    {
        var whole = siblings.Sum(vertex => GraphRows.Height(order, style, vertex)) + (siblings.Length - 1) * style.RowGap;
        var at = wish - whole / 2;
        var least = 0.0;
        foreach (var vertex in siblings)
        {
            var height = GraphRows.Height(order, style, vertex);
            var top = Math.Round(Nearest(taken, Math.Max(at, least), height, least, style.RowGap));
            centre[vertex] = top + height / 2;
            var place = taken.FindIndex(span => span.Top > top);
            taken.Insert(place < 0 ? taken.Count : place, (top, top + height));
            (at, least) = (at + height + style.RowGap, top);
        }
    }

    /// <summary>The free place for something of this height that is nearest to <paramref name="wish"/>, not above <paramref name="least"/>; below rather than above.</summary>
    private static double Nearest(List<(double Top, double Bottom)> taken, double wish, double height, double least, double gap)
    {
        var best = double.NaN;
        // Between what is above the gap (nothing, before the first) and what is below it.
        for (var i = 0; i <= taken.Count; i++)
        {
            var from = Math.Max(least, i == 0 ? least : Math.Ceiling(taken[i - 1].Bottom + gap));
            var to = i == taken.Count ? double.MaxValue : Math.Floor(taken[i].Top - gap - height);
            if (from > to)
                continue;
            var place = Math.Clamp(wish, from, to);
            if (double.IsNaN(best) || Math.Abs(place - wish) <= Math.Abs(best - wish))
                best = place;
        }

        return best;
    }

    private static (double Top, double Bottom) Span(GraphOrder order, GraphStyle style, int vertex, double centre) =>
        (centre - GraphRows.Height(order, style, vertex) / 2, centre + GraphRows.Height(order, style, vertex) / 2);
}
