using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace JobLineage.Core.Contract;

/// <summary>JSON that a queue stored: arguments, meta data, a column. It is written as the JSON it is; as a string when it was cut or is none.</summary>
/// <param name="Text">The text as it is stored.</param>
/// <param name="IsText">Whether it is a string whatever it looks like: the beginning of a JSON may be another.</param>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(string Text, bool IsText = false)
{
    /// <summary>The text; null of null.</summary>
    public static RawJson? Of(string? text, bool isText = false) => text is null ? null : new(text, isText);
}

/// <summary>
/// Writes it: in files and terminals character by character as the queue has it; in answers of the API, and in events, where a line is a message, on one
/// line and escaped as all of the answer is.
/// </summary>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <inheritdoc />
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new(document.RootElement.GetRawText());
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        if (value.IsText || !IsJson(value.Text, out var hasHalves))
            writer.WriteStringValue(value.Text);
        else if (options.Encoder is not null)
            writer.WriteRawValue(value.Text, skipInputValidation: true);
        else if (hasHalves)
            // Half of a pair of surrogates is JSON and no text: it can't be escaped otherwise. Line ends are only between the parts of a JSON.
            writer.WriteRawValue(value.Text.Replace('\r', ' ').Replace('\n', ' '), skipInputValidation: true);
        else
            Escaped(writer, value.Text);
    }

    private static void Escaped(Utf8JsonWriter writer, string text)
    {
        using var document = JsonDocument.Parse(text);
        document.RootElement.WriteTo(writer);
    }

    private static bool IsJson(string text, out bool hasHalves)
    {
        hasHalves = false;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
                hasHalves |= reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true } && !IsWhole(ref reader);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsWhole(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
