using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>
/// Layouts by how they came about, shared by all viewers: a change of counts costs a look-up. Keeps the newest ones, a few hundred.
/// </summary>
public sealed class GraphLayoutCache(int capacity = 256)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GraphLayout> _layouts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The layout of a run's stages, all of them.</summary>
    public GraphLayout Get(RunSnapshot snapshot) => Get(GraphModel.Of(snapshot));

    /// <summary>The layout of a topology: the same object for equal topologies while it is kept.</summary>
    public GraphLayout Get(GraphModel model) => Get(model.Key, () => GraphLayout.Of(model));

    /// <summary>The layout of a topology for those who look at <paramref name="previous"/>; see <see cref="GraphLayout.Grow"/>.</summary>
    public GraphLayout Grow(GraphLayout previous, GraphModel model) => model.Key == previous.Key
        ? previous
        : Get(GraphModel.HashOf(previous.History, model.Key), () => GraphLayout.Grow(previous, model));

    private GraphLayout Get(string key, Func<GraphLayout> make)
    {
        lock (_lock)
        {
            if (_layouts.TryGetValue(key, out var known))
                return known;
        }

        var layout = make();
        lock (_lock)
        {
            if (_layouts.TryGetValue(key, out var known))
                return known;
            _layouts.Add(key, layout);
            _order.Enqueue(key);
            if (_order.Count > capacity)
                _layouts.Remove(_order.Dequeue());
            return layout;
        }
    }
}
