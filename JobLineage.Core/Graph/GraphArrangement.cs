using System.Text.Json;

namespace JobLineage.Core.Graph;

/// <summary>
/// How far somebody has dragged what a layout has placed: single stages, and groups, which are a stage with everything below it.
/// It says how far, not where to: what is closed, opened or new later on stands where the layout puts it, and moves along.
/// Made from a text of the browser, of which nothing is believed.
/// </summary>
public sealed class GraphArrangement
{
    /// <summary>A longer text is no arrangement: it would not fit into a message of the circuit.</summary>
    public const int Longest = 12_000;

    private const double Farthest = 20_000;

    private readonly Dictionary<string, GraphPoint> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphPoint> _groups = new(StringComparer.Ordinal);

    private GraphArrangement()
    {
    }

    /// <summary>Everything stands where the layout puts it.</summary>
    public static GraphArrangement None { get; } = new();

    /// <summary>Whether nothing was dragged.</summary>
    public bool IsEmpty => _nodes.Count + _groups.Count == 0;

    /// <summary>Reads <c>{"nodes":{"A/B":[10,-4]},"groups":{"A":[0,60]}}</c>; what can't be read is left out.</summary>
    public static GraphArrangement Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > Longest)
            return None;
        try
        {
            using var document = JsonDocument.Parse(text);
            var arrangement = new GraphArrangement();
            Read(document.RootElement, "nodes", arrangement._nodes);
            Read(document.RootElement, "groups", arrangement._groups);
            return arrangement.IsEmpty ? None : arrangement;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    /// <summary>How far a stage was dragged: by itself, and with each group that it is in.</summary>
    /// <remarks>Below a path that begins anew (<see cref="Model.StagePath.Longest"/>) a group ends: the browser knows paths alone.</remarks>
    public GraphPoint ShiftOf(string path)
    {
        var (x, y) = _nodes.GetValueOrDefault(path);
        if (_groups.Count == 0)
            return new(x, y);
        for (var end = path.IndexOf('/'); ; end = path.IndexOf('/', end + 1))
        {
            if (_groups.TryGetValue(end < 0 ? path : path[..end], out var shift))
                (x, y) = (x + shift.X, y + shift.Y);
            if (end < 0)
                return new(x, y);
        }
    }

    private static void Read(JsonElement root, string name, Dictionary<string, GraphPoint> shifts)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Object)
            return;
        foreach (var entry in list.EnumerateObject())
        {
            if (entry.Value.ValueKind == JsonValueKind.Array && entry.Value.GetArrayLength() == 2
                && IsShift(entry.Value[0], out var x) && IsShift(entry.Value[1], out var y) && (x, y) != (0, 0))
            {
                shifts[entry.Name] = new(x, y);
            }
        }
    }

    private static bool IsShift(JsonElement value, out double shift)
    {
        shift = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out shift) && Math.Abs(shift) <= Farthest;
    }
}
