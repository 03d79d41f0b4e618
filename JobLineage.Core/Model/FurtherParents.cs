using System.Text;
using System.Text.Json;

namespace JobLineage.Core.Model;

/// <summary>The parents of a job beside the one in the tree, as a queue names them. Pure.</summary>
public static class FurtherParents
{
    /// <summary>So many of a job are kept, the first ones; of one that has as many there may be more.</summary>
    public const int Most = 100;

    /// <summary>Those beside the one in the tree, each once, in their order; what is no id of the source is none.</summary>
    /// <param name="json">A JSON array of all parents; null and whatever is none: there are none.</param>
    /// <param name="kind">The kind of the source's ids.</param>
    /// <param name="id">The job itself.</param>
    /// <param name="parentId">Its parent in the tree.</param>
    /// <param name="cutAt">At how many characters the text was cut off: what is whole of one with as many counts.</param>
    /// <returns>All of them, however many.</returns>
    public static IReadOnlyList<string> Read(string? json, JobIdKind kind, string id, string? parentId, int cutAt = int.MaxValue)
    {
        if (string.IsNullOrEmpty(json))
            return [];
        try
        {
            using var array = JsonDocument.Parse(json.Length >= cutAt ? Whole(json) : json);
            return array.RootElement.ValueKind != JsonValueKind.Array
                ? []
                : [.. array.RootElement.EnumerateArray().Select(e => JobIds.Normalize(kind, Text(e))).OfType<string>()
                    .Where(parent => parent != parentId && parent != id).Distinct(StringComparer.Ordinal)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>As many of them as are kept; the same list where that is all.</summary>
    public static IReadOnlyList<string> First(IReadOnlyList<string> parents)
    {
        ArgumentNullException.ThrowIfNull(parents);
        return parents.Count > Most ? [.. parents.Take(Most)] : parents;
    }

    /// <summary>An array up to its last whole element, and closed.</summary>
    private static string Whole(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        var whole = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0)
                return json;
            if (reader.CurrentDepth == (reader.TokenType == JsonTokenType.StartArray ? 0 : 1) && reader.TokenType != JsonTokenType.StartObject)
                whole = (int)reader.BytesConsumed;
        }

        return Encoding.UTF8.GetString(bytes, 0, whole) + ']';
    }

    private static string? Text(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return element.GetRawText();
        if (element.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            // json takes both, and no id in Postgres holds them: half a character, and the one of number 0.
            return element.GetString() is { } text && !text.Contains('\0') ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
