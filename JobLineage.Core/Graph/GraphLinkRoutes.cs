namespace JobLineage.Core.Graph;

/// <summary>
/// The lines of further parents. They go over the picture that the tree has made and change nothing in it: out of the side of a
/// node, up or down in the gaps between layers, level between the nodes of a layer that they pass, and into the side of another.
/// A line to the right enters at the left; one to the left, or within a layer, enters at the right.
/// </summary>
internal sealed class GraphLinkRoutes
{
    // Behind the trunks of the tree's edges, before their labels end.
    private const double TrunkAfter = 52;
    private const int MostTracks = 3;

    // Past this a line goes straight on, beneath whatever it meets: graphs that nobody can read anyway.
    private const int MostPasses = 1_000;

    private const double ArrowAndGap = 14;

    // Where lines meet the side of a node, from its centre: the centre is the tree's. The first ones lie below, where no label of the tree is.
    private static readonly double[] Ports = [18, 30, 42, -24, -36];

    private readonly GraphModel _model;
    private readonly GraphOrder _order;
    private readonly GraphRoutes _routes;
    private readonly GraphStyle _style;
    private readonly List<(double From, double To)>?[] _taken;
    private int _passes;

    public GraphLinkRoutes(GraphModel model, GraphOrder order, GraphRoutes routes, GraphStyle style)
    {
        (_model, _order, _routes, _style) = (model, order, routes, style);
        _taken = new List<(double, double)>?[order.Layers.Length];
        var ports = PortsOf();
        var lines = new Line[model.Links.Count];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = LineOf(model.Links[i], ports[i].Out, ports[i].In);
        var trunks = TrunksOf(lines);

        Placed = [.. lines.Select((line, i) => PlacedOf(model.Links[i], line, trunks[i]))];
        foreach (var point in Placed.SelectMany(link => link.Points))
            (Width, Height) = (Math.Max(Width, point.X + style.Margin), Math.Max(Height, point.Y + style.Margin));
    }

    /// <summary>The lines, in the order of the topology.</summary>
    public IReadOnlyList<PlacedEdge> Placed { get; }

    /// <summary>What the picture must be wide for them; 0 where there are none.</summary>
    public double Width { get; }

    /// <summary>What the picture must be high for them.</summary>
    public double Height { get; }

    /// <summary>The heights at which each line leaves and enters: all that leave a side leave at one, each that enters has its own while there are some.</summary>
    private (double Out, double In)[] PortsOf()
    {
        var leaving = new HashSet<(int Node, bool IsRight)>();
        var entering = new Dictionary<(int Node, bool IsRight), List<int>>();
        for (var i = 0; i < _model.Links.Count; i++)
        {
            var (from, to) = _model.Links[i];
            leaving.Add((from, LeavesRight(from, to)));
            var side = (to, !IsForward(from, to));
            if (!entering.TryGetValue(side, out var list))
                entering[side] = list = [];
            list.Add(i);
        }

        var ports = new (double Out, double In)[_model.Links.Count];
        foreach (var (side, links) in entering)
        {
            var first = leaving.Contains(side) ? 1 : 0;
            // From above first: lines that come together do not cross.
            var sorted = links.OrderBy(i => _routes.Centre(_model.Links[i].From)).ThenBy(i => i).ToArray();
            for (var at = 0; at < sorted.Length; at++)
                ports[sorted[at]].In = Math.Round(_routes.Centre(side.Node) + Ports[(first + at) % Ports.Length]);
        }

        for (var i = 0; i < ports.Length; i++)
            ports[i].Out = Math.Round(_routes.Centre(_model.Links[i].From) + Ports[0]);
        return ports;
    }

    private Line LineOf(GraphLink link, double leaves, double enters)
    {
        var (from, to) = (_order.LayerOf(link.From), _order.LayerOf(link.To));
        var parts = new List<Upright>();
        var at = leaves;
        // The gap behind each layer has its number.
        var (gap, last, step) = from < to ? (from, to - 1, 1) : from > to ? (from - 1, to, -1) : (from, from, 1);
        for (; gap != last; gap += step)
        {
            var next = Pass(step > 0 ? gap + 1 : gap, enters, at);
            parts.Add(new(gap, at, next));
            at = next;
        }

        parts.Add(new(gap, at, enters));
        return new(leaves, enters, parts);
    }

    /// <summary>The height at which a line passes a layer: free of nodes and of other lines, as near as may be to where it is going.</summary>
    private double Pass(int layer, double wish, double otherwise)
    {
        if (++_passes > MostPasses)
            return otherwise;
        var taken = _taken[layer] ??= [.. _order.Layers[layer].Select(Room)];
        var best = double.NaN;
        foreach (var place in taken.SelectMany(span => new[] { span.From, span.To }).Append(wish))
        {
            var y = Math.Round(place);
            if (y < _style.Margin / 2 || taken.Exists(span => span.From < y && y < span.To))
                continue;
            if (double.IsNaN(best) || Math.Abs(y - wish) < Math.Abs(best - wish))
                best = y;
        }

        taken.Add((best - 5, best + 5));
        return best;
    }

    /// <summary>What a vertex takes of its layer, with the flag above a node and the line of a closed one below it.</summary>
    private (double From, double To) Room(int vertex)
    {
        var half = GraphRows.Height(_order, _style, vertex) / 2;
        var isNode = vertex < _order.Count;
        return (Math.Floor(_routes.Centre(vertex) - half - (isNode ? 14 : 0)), Math.Ceiling(_routes.Centre(vertex) + half + (isNode ? _style.HiddenHeight + 4 : 0)));
    }

    /// <summary>Where in its gap each upright part stands.</summary>
    private double[][] TrunksOf(Line[] lines)
    {
        var trunks = lines.Select(line => new double[line.Parts.Count]).ToArray();
        var all = lines.SelectMany((line, i) => line.Parts.Select((part, n) => (Link: i, Part: n, part.Gap, Top: Math.Min(part.From, part.To), Bottom: Math.Max(part.From, part.To))));
        foreach (var gap in all.GroupBy(part => part.Gap))
        {
            var parts = gap.OrderBy(part => part.Top).ThenBy(part => part.Link).ThenBy(part => part.Part).ToList();
            foreach (var (part, track) in parts.Zip(GraphTracks.Of(parts.Select(part => (part.Top, part.Bottom)))))
                trunks[part.Link][part.Part] = Right(gap.Key) + TrunkAfter + track % MostTracks * _style.Track;
        }

        return trunks;
    }

    private PlacedEdge PlacedOf(GraphLink link, Line line, double[] trunks)
    {
        var (from, to) = (_order.LayerOf(link.From), _order.LayerOf(link.To));
        var isForward = from < to;
        var points = new List<GraphPoint> { new(LeavesRight(link.From, link.To) ? Right(from) : _routes.Left(from), line.Leaves) };
        for (var i = 0; i < line.Parts.Count; i++)
        {
            points.Add(new(trunks[i], line.Parts[i].From));
            points.Add(new(trunks[i], line.Parts[i].To));
        }

        points.Add(new(isForward ? _routes.Left(to) : Right(to), line.Enters));
        var straight = GraphGeometry.Straighten(points);
        // On the line itself, which is broken for it: before the arrow, or behind it where that points to the left.
        var label = new GraphPoint(isForward ? _routes.Left(to) - ArrowAndGap : trunks[^1] - 4, line.Enters + 4);
        return new(_model.Nodes[link.From], _model.Nodes[link.To], IsLoop: false, GraphGeometry.Path(straight), label, straight);
    }

    private double Right(int layer) => _routes.Left(layer) + _style.NodeWidth;

    private bool IsForward(int from, int to) => _order.LayerOf(from) < _order.LayerOf(to);

    private bool LeavesRight(int from, int to) => _order.LayerOf(from) <= _order.LayerOf(to);

    /// <summary>A line: where it leaves and enters, and its upright parts on the way.</summary>
    private sealed record Line(double Leaves, double Enters, IReadOnlyList<Upright> Parts);

    /// <summary>A part of a line that goes up or down in a gap.</summary>
    private readonly record struct Upright(int Gap, double From, double To);
}
