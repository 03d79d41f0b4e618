using System.Collections.Frozen;

namespace JobLineage.Core.Graph;

/// <summary>
/// Where everything is drawn: layered, left to right. A pure function of the topology, or of the topology and the picture
/// before it (<see cref="Grow"/>): the same stages and edges give the same picture, always and everywhere.
/// </summary>
public sealed class GraphLayout
{
    private readonly FrozenDictionary<string, PlacedNode> _byPath;

    internal GraphLayout(string key, string history, double width, double height, IReadOnlyList<PlacedNode> nodes, IReadOnlyList<PlacedEdge> edges,
        IReadOnlyList<PlacedEdge> links)
    {
        Key = key;
        History = history;
        Width = width;
        Height = height;
        Nodes = nodes;
        Edges = edges;
        Links = links;
        _byPath = nodes.ToFrozenDictionary(node => node.Path, StringComparer.Ordinal);
    }

    /// <summary>The key of the topology it was made for.</summary>
    public string Key { get; }

    /// <summary>Equal for layouts that came about in the same way: the key, or a hash of all keys on the way when it has grown.</summary>
    public string History { get; }

    /// <summary>Whether some nodes stand where there was room and not where they would stand in a new picture.</summary>
    public bool HasGrown => History != Key;

    /// <summary>Width of the picture.</summary>
    public double Width { get; }

    /// <summary>Height of the picture.</summary>
    public double Height { get; }

    /// <summary>The nodes, in the order of the topology.</summary>
    public IReadOnlyList<PlacedNode> Nodes { get; }

    /// <summary>The edges, in the order of the topology.</summary>
    public IReadOnlyList<PlacedEdge> Edges { get; }

    /// <summary>The lines of further parents, in the order of the topology; drawn beneath everything else.</summary>
    public IReadOnlyList<PlacedEdge> Links { get; }

    /// <summary>The node of a stage; null when it is not in this layout.</summary>
    public PlacedNode? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Lays a topology out.</summary>
    public static GraphLayout Of(GraphModel model, GraphStyle? style = null)
    {
        style ??= GraphStyle.Default;
        var (layer, isLoop) = GraphLayers.Assign(model);
        var order = GraphOrder.Of(model, layer, isLoop);
        return Draw(model, model.Key, layer, isLoop, order, GraphRows.Place(order, style), style);
    }

    /// <summary>
    /// Lays out a topology that came after another one, so that nobody loses sight of what they look at: a node that stays
    /// in its column stays in its place; one that is new, or is in another column now because the longest way to it is
    /// another, goes where there is room nearest to its parents. When that is what a new picture would be like, it is one.
    /// </summary>
    /// <param name="previous">What is looked at.</param>
    /// <param name="model">What is there now.</param>
    /// <param name="style">Sizes, the same as before.</param>
    public static GraphLayout Grow(GraphLayout previous, GraphModel model, GraphStyle? style = null)
    {
        if (model.Key == previous.Key)
            return previous;

        style ??= GraphStyle.Default;
        var anew = Of(model, style);
        var (layer, isLoop) = GraphLayers.Assign(model);
        var order = GraphOrder.Unordered(model, layer, isLoop);
        var kept = new double?[order.Position.Length];
        var moves = false;
        for (var node = 0; node < model.Nodes.Count; node++)
        {
            if (previous.Find(model.Nodes[node]) is not { } before || before.Layer != layer[node])
                continue;
            kept[node] = before.Y + style.NodeHeight / 2 - GraphRoutes.Top(style);
            moves |= anew.Nodes[node].Y != before.Y;
        }

        if (!moves)
            return anew;
        var history = GraphModel.HashOf(previous.History, model.Key);
        return Draw(model, history, layer, isLoop, order, GraphGrowth.Place(order, kept, style), style);
    }

    private static GraphLayout Draw(
        GraphModel model, string history, int[] layer, bool[] isLoop, GraphOrder order, double[] centre, GraphStyle style)
    {
        var routes = new GraphRoutes(model, order, isLoop, centre, style);
        var nodes = new PlacedNode[model.Nodes.Count];
        for (var node = 0; node < nodes.Length; node++)
        {
            nodes[node] = new(
                model.Nodes[node], layer[node], routes.Left(layer[node]), routes.Centre(node) - style.NodeHeight / 2);
        }

        var edges = new PlacedEdge[model.Edges.Count];
        for (var edge = 0; edge < edges.Length; edge++)
        {
            var route = routes.Of(edge);
            var (from, to) = model.Edges[edge];
            edges[edge] = new(
                model.Nodes[from], model.Nodes[to], isLoop[edge], GraphGeometry.Path(route.Points), route.Label, route.Points);
        }

        var links = new GraphLinkRoutes(model, order, routes, style);
        return new(model.Key, history, Math.Max(routes.Width, links.Width), Math.Max(routes.Height, links.Height), nodes, edges, links.Placed);
    }
}

/// <summary>A node in its place.</summary>
/// <param name="Path">The stage's path.</param>
/// <param name="Layer">The column, from 0.</param>
/// <param name="X">The left edge.</param>
/// <param name="Y">The upper edge.</param>
public sealed record PlacedNode(string Path, int Layer, double X, double Y);

/// <summary>An edge in its place.</summary>
/// <param name="From">The parents' stage.</param>
/// <param name="To">The children's stage.</param>
/// <param name="IsLoop">Whether it leads back to an earlier stage, or to its own.</param>
/// <param name="Path">The SVG path data.</param>
/// <param name="Label">Where its label ends: the text is anchored at its end.</param>
/// <param name="Points">The corners of the line.</param>
public sealed record PlacedEdge(
    string From, string To, bool IsLoop, string Path, GraphPoint Label, IReadOnlyList<GraphPoint> Points);

/// <summary>A point of the picture, in pixels from its upper left.</summary>
public readonly record struct GraphPoint(double X, double Y);
