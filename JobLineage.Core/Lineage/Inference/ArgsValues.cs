using System.Text;
using System.Text.Json;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>The values of a job's arguments by the text of their path (<see cref="ArgsPath"/>). Pure.</summary>
/// <remarks>
/// Numbers and texts alone, for true, false and null link nothing; a number and a text of the same digits are the same.
/// Long texts and what was redacted are left out. JSON that breaks off is read as far as it goes.
/// </remarks>
public static class ArgsValues
{
    private const int Most = 64;
    private const int MostItems = 32;
    private const int Longest = 200;

    /// <summary>The values in the order of the text; a list has one for each of its first items.</summary>
    public static IReadOnlyList<ArgsValue> Of(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return [];
        var values = new List<ArgsValue>();
        // Not the final block: a text that was cut is read up to its last whole token.
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), isFinalBlock: false, default);
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                Object(ref reader, "", 1, values);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Broken, or half of a surrogate pair: what was read counts.
        }

        return values;
    }

    private static void Object(ref Utf8JsonReader reader, string path, int depth, List<ArgsValue> values)
    {
        while (values.Count < Most && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var below = ArgsPath.Below(path, reader.GetString()!);
            if (!reader.Read())
                return;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when depth < ArgsPath.Deepest:
                    Object(ref reader, below, depth + 1, values);
                    break;
                case JsonTokenType.StartArray:
                    Items(ref reader, below + ArgsPath.AnyItem, values);
                    break;
                case JsonTokenType.StartObject:
                    if (!reader.TrySkip())
                        return;
                    break;
                default:
                    Add(ref reader, below, values);
                    break;
            }
        }
    }

    private static void Items(ref Utf8JsonReader reader, string path, List<ArgsValue> values)
    {
        var items = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                if (!reader.TrySkip())
                    return;
            }
            else if (items++ < MostItems && values.Count < Most)
            {
                Add(ref reader, path, values);
            }
        }
    }

    private static void Add(ref Utf8JsonReader reader, string path, List<ArgsValue> values)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
        if (text is { Length: > 0 and <= Longest } && text != Redaction.Mark)
            values.Add(new(path, text, reader.TokenType == JsonTokenType.Number));
    }
}

/// <summary>A value in a job's arguments.</summary>
/// <param name="Path">The text of the path to it.</param>
/// <param name="Text">The value as text.</param>
/// <param name="IsNumber">Whether it stands there as a number.</param>
public sealed record ArgsValue(string Path, string Text, bool IsNumber);
