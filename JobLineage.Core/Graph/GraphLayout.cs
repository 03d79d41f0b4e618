using System.Collections.Frozen;

namespace JobLineage.Core.Graph;

/// <summary>
/// Where everything is drawn: layered, left to right. A pure function of the topology: the same stages and edges give the
/// same picture, always and everywhere.
/// </summary>
public sealed class GraphLayout
{
    private readonly FrozenDictionary<string, PlacedNode> _byPath;

    private GraphLayout(string key, double width, double height, IReadOnlyList<PlacedNode> nodes, IReadOnlyList<PlacedEdge> edges)
    {
        Key = key;
        Width = width;
        Height = height;
        Nodes = nodes;
        Edges = edges;
        _byPath = nodes.ToFrozenDictionary(node => node.Path, StringComparer.Ordinal);
    }

    /// <summary>The key of the topology it was made for.</summary>
    public string Key { get; }

    /// <summary>Width of the picture.</summary>
    public double Width { get; }

    /// <summary>Height of the picture.</summary>
    public double Height { get; }

    /// <summary>The nodes, in the order of the topology.</summary>
    public IReadOnlyList<PlacedNode> Nodes { get; }

    /// <summary>The edges, in the order of the topology.</summary>
    public IReadOnlyList<PlacedEdge> Edges { get; }

    /// <summary>The node of a stage; null when it is not in this layout.</summary>
    public PlacedNode? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Lays a topology out.</summary>
    public static GraphLayout Of(GraphModel model, GraphStyle? style = null)
    {
        style ??= GraphStyle.Default;
        var (layer, isLoop) = GraphLayers.Assign(model);
        var order = GraphOrder.Of(model, layer, isLoop);
        var centre = GraphRows.Place(order, style);
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

        return new(model.Key, routes.Width, routes.Height, nodes, edges);
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
