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
        var isFile = options.Encoder is not null;
        if (value.IsText || !IsJson(value.Text, isFile, out var escaped))
            writer.WriteStringValue(value.Text);
        else if (isFile)
            writer.WriteRawValue(value.Text, skipInputValidation: true);
        else if (escaped is null)
            // Half of a pair of surrogates is JSON and no text: it can't be escaped otherwise. Line ends are only between the parts of a JSON.
            writer.WriteRawValue(value.Text.Replace('\r', ' ').Replace('\n', ' '), skipInputValidation: true);
        else
            using (escaped)
                escaped.RootElement.WriteTo(writer);
    }

    /// <summary>Reads it once: a file needs no more than to know that it is JSON.</summary>
    private static bool IsJson(string text, bool isFile, out JsonDocument? escaped)
    {
        escaped = null;
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            if (isFile)
                Pass(bytes);
            else if (!MayHaveHalves(text) || !HasHalves(bytes))
                escaped = JsonDocument.Parse(bytes);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Pass(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
        }
    }

    /// <summary>Surrogates are escaped as <c>\ud800</c> up to <c>\udfff</c>; where nothing looks like one, strings need not be read.</summary>
    private static bool MayHaveHalves(string text) => text.Contains("\\ud", StringComparison.OrdinalIgnoreCase);

    private static bool HasHalves(byte[] bytes)
    {
        var hasHalves = false;
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
            hasHalves |= reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true } && !IsWhole(ref reader);
        return hasHalves;
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
