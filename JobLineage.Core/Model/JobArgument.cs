using System.Globalization;
using System.Text.Json;

namespace JobLineage.Core.Model;

/// <summary>
/// An argument with its value: <c>args.source_id:13</c>. The value is the text of a string, of a number as it is written, of <c>true</c>,
/// <c>false</c> or <c>null</c>; objects and lists have none. A key that is a whole number also means a place in a list, from 0.
/// </summary>
public sealed record JobArgument
{
    /// <summary>Keys of a path.</summary>
    public const int Deepest = 10;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 1_000 };

    /// <summary>Creates one.</summary>
    /// <param name="path">The keys from the top; at least one.</param>
    /// <param name="value">The value.</param>
    public JobArgument(IReadOnlyList<string> path, string value) => (Path, Value) = (path, value);

    /// <summary>The keys from the top.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>Whether both name the same argument.</summary>
    public bool IsSamePath(JobArgument other) => Path.SequenceEqual(other.Path, StringComparer.Ordinal);

    /// <inheritdoc />
    public bool Equals(JobArgument? other) => other is not null && Value == other.Value && IsSamePath(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Value, Path.Count, Path[0]);

    /// <summary>The place in a list that a key may also mean; null when it means none.</summary>
    public static int? PlaceOf(string key) =>
        key.Length is > 0 and < 10 && key.All(char.IsAsciiDigit) && (key.Length == 1 || key[0] != '0') ? int.Parse(key, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether arguments (JSON text) have all of these; what is no JSON, as when it is cut, has none.</summary>
    public static bool AreIn(IReadOnlyList<JobArgument> wanted, string? args)
    {
        if (wanted.Count == 0)
            return true;
        if (args is null)
            return false;
        try
        {
            using var document = JsonDocument.Parse(args, Json);
            return wanted.All(argument => argument.IsIn(document.RootElement));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a pair of characters in a text.
            return false;
        }
    }

    private bool IsIn(JsonElement at)
    {
        foreach (var key in Path)
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(key, out var found))
                at = found;
            else if (at.ValueKind == JsonValueKind.Array && PlaceOf(key) is { } place && place < at.GetArrayLength())
                at = at[place];
            else
                return false;
        }

        return at.ValueKind switch
        {
            JsonValueKind.String => at.ValueEquals(Value),
            JsonValueKind.Number => at.GetRawText() == Value,
            JsonValueKind.True => Value == "true",
            JsonValueKind.False => Value == "false",
            JsonValueKind.Null => Value == "null",
            _ => false,
        };
    }
}
