namespace JobLineage.Core.Graph;

/// <summary>
/// The corners of every edge. Lines run level through layers and up or down only in the gaps between them, so they never
/// touch a node; lines that would lie on each other in a gap get a track of their own.
/// </summary>
internal sealed class GraphRoutes
{
    private const int MostTracks = 4;
    private const double TrunkAfter = 16;

    private readonly GraphModel _model;
    private readonly GraphOrder _order;
    private readonly GraphStyle _style;
    private readonly bool[] _isLoop;
    private readonly double[] _centre;
    private readonly double[] _entry;
    private readonly double[] _trunk;
    private readonly double _left;
    private readonly Dictionary<int, (double Lane, double OutX, double InX)> _loops = [];

    public GraphRoutes(GraphModel model, GraphOrder order, bool[] isLoop, double[] centre, GraphStyle style)
    {
        (_model, _order, _isLoop, _style) = (model, order, isLoop, style);
        // Room for loops is kept whether there are any or not: the first one that appears must not move the nodes.
        _centre = [.. centre.Select(y => y + Top(style))];
        _entry = Entries();
        _trunk = Trunks();
        _left = style.Margin + 3 * style.Track;
        RouteLoops();

        var layers = order.Layers.Length;
        Width = layers == 0 ? 0 : Left(layers - 1) + style.NodeWidth + style.Margin + (HasBackEdge() ? TrunkAfter + 3 * style.Track : 0);
        var bottom = 0.0;
        for (var vertex = 0; vertex < _centre.Length; vertex++)
            bottom = Math.Max(bottom, Bottom(vertex));
        foreach (var loop in _loops.Values)
            bottom = Math.Max(bottom, loop.Lane);
        Height = layers == 0 ? 0 : bottom + style.HiddenHeight + style.Margin;
    }

    /// <summary>How far the upper edge of the topmost vertex is from that of the picture.</summary>
    public static double Top(GraphStyle style) => style.Margin + style.LoopHeight;

    public double Width { get; }

    public double Height { get; }

    public double Left(int layer) => _left + layer * (_style.NodeWidth + _style.LayerGap);

    public double Centre(int vertex) => _centre[vertex];

    /// <summary>The corners of an edge and the end of its label.</summary>
    public (IReadOnlyList<GraphPoint> Points, GraphPoint Label) Of(int edge)
    {
        var (from, to) = _model.Edges[edge];
        return !_isLoop[edge] ? Forward(edge) : from == to ? Self(from) : Back(edge, from, to);
    }

    private (IReadOnlyList<GraphPoint> Points, GraphPoint Label) Forward(int edge)
    {
        var chain = _order.Chains[edge];
        var points = new List<GraphPoint>();
        for (var i = 0; i + 1 < chain.Length; i++)
        {
            var layer = _order.LayerOf(chain[i]);
            var isLast = i + 2 == chain.Length;
            var y = _centre[chain[i]];
            var nextY = isLast ? _entry[edge] : _centre[chain[i + 1]];
            points.Add(new(i == 0 ? Left(layer) + _style.NodeWidth : Left(layer), y));
            var trunk = Left(layer) + _style.NodeWidth + TrunkAfter + _trunk[chain[i]];
            points.Add(new(trunk, y));
            points.Add(new(trunk, nextY));
        }

        var end = Left(_order.LayerOf(chain[^1]));
        points.Add(new(end, _entry[edge]));
        return (GraphGeometry.Straighten(points), new(end - 12, _entry[edge] - 6));
    }

    private (IReadOnlyList<GraphPoint> Points, GraphPoint Label) Self(int node)
    {
        var right = Left(_order.LayerOf(node)) + _style.NodeWidth;
        var top = _centre[node] - _style.NodeHeight / 2;
        return (
            [new(right - 18, top), new(right - 18, top - _style.LoopHeight), new(right - 58, top - _style.LoopHeight), new(right - 58, top)],
            new(right - 64, top - 7));
    }

    private (IReadOnlyList<GraphPoint> Points, GraphPoint Label) Back(int edge, int from, int to)
    {
        var (lane, outX, inX) = _loops[edge];
        var below = _style.NodeHeight / 4;
        var start = Left(_order.LayerOf(from)) + _style.NodeWidth;
        var end = Left(_order.LayerOf(to));
        return (
            [
                new(start, _centre[from] + below), new(outX, _centre[from] + below), new(outX, lane),
                new(inX, lane), new(inX, _centre[to] + below), new(end, _centre[to] + below),
            ],
            new(start - 12, lane - 5));
    }

    // Where each edge enters its target: in the middle, or spread over the side when several come in.
    private double[] Entries()
    {
        var entry = new double[_model.Edges.Count];
        var incoming = new Dictionary<int, List<int>>();
        for (var edge = 0; edge < entry.Length; edge++)
        {
            if (_isLoop[edge])
                continue;
            var to = _model.Edges[edge].To;
            if (!incoming.TryGetValue(to, out var list))
                incoming[to] = list = [];
            list.Add(edge);
        }

        foreach (var (to, edges) in incoming)
        {
            var apart = edges.Count == 1 ? 0 : Math.Min(18, (_style.NodeHeight - 20) / (edges.Count - 1));
            var sorted = edges.OrderBy(edge => _centre[_order.Chains[edge][^2]]).ToArray();
            for (var i = 0; i < sorted.Length; i++)
                entry[sorted[i]] = Math.Round(_centre[to] + (i - (sorted.Length - 1) / 2.0) * apart);
        }

        return entry;
    }

    // One vertical trunk for all edges that leave a vertex; trunks whose heights overlap stand beside each other.
    private double[] Trunks()
    {
        var reach = new (double Top, double Bottom)?[_centre.Length];
        for (var edge = 0; edge < _model.Edges.Count; edge++)
        {
            var chain = _order.Chains[edge];
            for (var i = 0; i + 1 < chain.Length && !_isLoop[edge]; i++)
            {
                var y = _centre[chain[i]];
                var next = i + 2 == chain.Length ? _entry[edge] : _centre[chain[i + 1]];
                var (top, bottom) = reach[chain[i]] ?? (y, y);
                reach[chain[i]] = (Math.Min(top, next), Math.Max(bottom, next));
            }
        }

        var offset = new double[_centre.Length];
        foreach (var layer in _order.Layers)
        {
            var vertices = layer.Where(v => reach[v] is not null).OrderBy(v => reach[v]!.Value.Top).ToList();
            foreach (var (vertex, track) in vertices.Zip(GraphTracks.Of(vertices.Select(v => reach[v]!.Value))))
                offset[vertex] = track % MostTracks * _style.Track;
        }

        return offset;
    }

    // Back edges run below everything between their ends, shorter ones first, each in a lane of its own.
    private void RouteLoops()
    {
        var taken = new List<(int First, int Last, double Lane)>();
        foreach (var edge in Enumerable.Range(0, _isLoop.Length)
            .Where(edge => _isLoop[edge] && _model.Edges[edge].From != _model.Edges[edge].To)
            .OrderBy(edge => _order.LayerOf(_model.Edges[edge].From) - _order.LayerOf(_model.Edges[edge].To)))
        {
            var (from, to) = _model.Edges[edge];
            var (first, last) = (_order.LayerOf(to), _order.LayerOf(from));
            var lane = 0.0;
            for (var layer = first; layer <= last; layer++)
                lane = Math.Max(lane, Bottom(_order.Layers[layer][^1]));
            foreach (var other in taken)
            {
                if (other.First <= last && first <= other.Last)
                    lane = Math.Max(lane, other.Lane);
            }

            lane += 22 + (taken.Exists(other => other.First <= last && first <= other.Last) ? 0 : _style.HiddenHeight);
            var track = taken.Count % 3 * _style.Track;
            taken.Add((first, last, lane));
            _loops[edge] = (lane, Left(last) + _style.NodeWidth + 8 + track, Left(first) - 12 - track);
        }
    }

    private double Bottom(int vertex) => _centre[vertex] + GraphRows.Height(_order, _style, vertex) / 2;

    private bool HasBackEdge()
    {
        for (var edge = 0; edge < _isLoop.Length; edge++)
        {
            if (_isLoop[edge] && _model.Edges[edge].From != _model.Edges[edge].To)
                return true;
        }

        return false;
    }
}
