using System.Globalization;

namespace JobLineage.Core.Graph;

/// <summary>
/// A layout with what was dragged where it was dragged to. A line whose ends moved alike keeps its shape; one whose ends did not
/// becomes a curve from node to node. js/graph-arrange.js draws the same while somebody drags, so that the drop moves nothing.
/// </summary>
public static class GraphArranging
{
    private const double LeastX = 8;
    private const double LeastY = 12;
    private const double LeastReach = 40;

    /// <summary>Moves what the arrangement says; the same layout when that is nothing.</summary>
    public static GraphLayout Apply(GraphLayout layout, GraphArrangement arrangement, GraphStyle? style = null)
    {
        if (arrangement.IsEmpty || layout.Nodes.Count == 0)
            return layout;
        style ??= GraphStyle.Default;
        var nodes = layout.Nodes.Select(node => Moved(node, arrangement.ShiftOf(node.Path))).ToArray();
        var places = nodes.ToDictionary(node => node.Path, StringComparer.Ordinal);
        PlacedEdge Line(PlacedEdge edge) => Moved(edge, layout.Find(edge.From)!, layout.Find(edge.To)!, places[edge.From], places[edge.To], style);
        return new(
            layout.Key, layout.History,
            Math.Max(layout.Width, nodes.Max(node => node.X) + style.NodeWidth + style.Margin),
            Math.Max(layout.Height, nodes.Max(node => node.Y) + style.NodeHeight + style.HiddenHeight + style.Margin),
            nodes, [.. layout.Edges.Select(Line)], [.. layout.Links.Select(Line)]);
    }

    private static PlacedNode Moved(PlacedNode node, GraphPoint shift) => shift == default
        ? node
        : node with { X = Math.Max(LeastX, node.X + shift.X), Y = Math.Max(LeastY, node.Y + shift.Y) };

    private static PlacedEdge Moved(PlacedEdge edge, PlacedNode from, PlacedNode to, PlacedNode fromNow, PlacedNode toNow, GraphStyle style)
    {
        var (shift, other) = (new GraphPoint(fromNow.X - from.X, fromNow.Y - from.Y), new GraphPoint(toNow.X - to.X, toNow.Y - to.Y));
        if (shift == default && other == default)
            return edge;
        if (shift == other)
        {
            GraphPoint Along(GraphPoint point) => new(point.X + shift.X, point.Y + shift.Y);
            var points = edge.Points.Select(Along).ToArray();
            return edge with { Points = points, Path = GraphGeometry.Path(points), Label = Along(edge.Label) };
        }

        GraphPoint start = new(fromNow.X + style.NodeWidth, fromNow.Y + style.NodeHeight / 2), end = new(toNow.X, toNow.Y + style.NodeHeight / 2);
        var reach = Math.Max(LeastReach, Math.Abs(end.X - start.X) / 2);
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"M{start.X:0.##},{start.Y:0.##}C{start.X + reach:0.##},{start.Y:0.##} {end.X - reach:0.##},{end.Y:0.##} {end.X:0.##},{end.Y:0.##}");
        return edge with { Points = [start, end], Path = path, Label = new(end.X - 12, end.Y - 6) };
    }
}
