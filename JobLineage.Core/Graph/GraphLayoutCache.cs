using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>
/// Layouts by topology, shared by all viewers: a change of counts costs a look-up. Keeps the newest ones, a few hundred.
/// </summary>
public sealed class GraphLayoutCache(int capacity = 256)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GraphLayout> _layouts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The layout of a run's stages.</summary>
    public GraphLayout Get(RunSnapshot snapshot) => Get(GraphModel.Of(snapshot));

    /// <summary>The layout of a topology: the same object for equal topologies while it is kept.</summary>
    public GraphLayout Get(GraphModel model)
    {
        lock (_lock)
        {
            if (_layouts.TryGetValue(model.Key, out var known))
                return known;
        }

        var layout = GraphLayout.Of(model);
        lock (_lock)
        {
            if (_layouts.TryGetValue(model.Key, out var known))
                return known;
            _layouts.Add(model.Key, layout);
            _order.Enqueue(model.Key);
            if (_order.Count > capacity)
                _layouts.Remove(_order.Dequeue());
            return layout;
        }
    }
}
