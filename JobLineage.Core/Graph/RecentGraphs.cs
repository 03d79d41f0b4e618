namespace JobLineage.Core.Graph;

/// <summary>
/// How graphs were last shown, for a short while: whoever joins sees what the others see, and the circuit that takes over
/// from the first HTML moves nothing. What nobody has looked at for longer is drawn anew.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class RecentGraphs(TimeProvider time)
{
    /// <summary>How long a picture is kept for the next who looks.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(20);

    private const int Capacity = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset At, RecentGraph Graph)> _graphs = new(StringComparer.Ordinal);

    /// <summary>How a view was last shown; null when that is too long ago.</summary>
    public RecentGraph? Recall(string view)
    {
        lock (_lock)
            return _graphs.TryGetValue(view, out var known) && time.GetUtcNow() - known.At < Memory ? known.Graph : null;
    }

    /// <summary>Says how a view is shown now.</summary>
    public void Remember(string view, RecentGraph graph)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_graphs.Count >= Capacity)
            {
                foreach (var old in _graphs.Where(entry => now - entry.Value.At >= Memory).Select(entry => entry.Key).ToList())
                    _graphs.Remove(old);
            }

            if (_graphs.Count >= Capacity)
                _graphs.Remove(_graphs.MinBy(entry => entry.Value.At).Key);
            _graphs[view] = (now, graph);
        }
    }
}

/// <summary>How a graph is shown.</summary>
/// <param name="Closed">What is closed.</param>
/// <param name="Layout">Where everything stands.</param>
public sealed record RecentGraph(ClosedStages Closed, GraphLayout Layout);
