using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>
/// Takes secrets out of JSON: values of secret keys, and what strings hold, JSON in strings included. All else stays to the letter. It is read
/// token by token, so that text that breaks off is cleaned as far as it goes. Pure.
/// </summary>
/// <param name="keys">Says which keys are secret.</param>
/// <param name="texts">Cleans strings.</param>
internal sealed class SecretJson(SecretKeys keys, SecretText texts)
{
    /// <summary>JSON in strings in JSON: deeper it is text.</summary>
    private const int DeepestNesting = 4;

    private static readonly JavaScriptEncoder Plainly = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The text without secrets; little more than <paramref name="limit"/> characters of it are made.</summary>
    public string Clean(string json, int limit) => Clean(json, limit, 0);

    /// <summary>What a value without its quotes is.</summary>
    public static ValueKind KindOf(ReadOnlySpan<char> text)
    {
        var value = text.Trim();
        if (value is "null" or "true" or "false")
            return ValueKind.Constant;
        if (value.Length == 0)
            return ValueKind.Text;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return ValueKind.Number;
        if (value.Length is >= 10 and <= 40 && char.IsAsciiDigit(value[0]) && value[4] == '-'
            && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            return ValueKind.Time;
        return value.Length <= 20 && value.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") < 0 ? ValueKind.Word : ValueKind.Text;
    }

    private string Clean(string json, int limit, int nesting)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var result = new StringBuilder(Math.Min(json.Length, limit * 2));
        // Not the final block: a text that was cut off is then read up to its last whole token.
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        var (copied, isName) = (0, false);
        string? named = null;
        try
        {
            while (result.Length <= limit && reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        var name = Text(ref reader);
                        isName = name is "name" or "key" or "Name" or "Key";
                        // {"name": "DB_PASSWORD", "value": "…"}: the key is a value.
                        if (named is not null && name is "value" or "Value")
                            (name, named) = (named, null);
                        if (!keys.IsSecret(name, ValueKind.Text))
                            break;
                        var value = (int)reader.BytesConsumed;
                        var kind = Kind(ref reader);
                        if (kind is { } known && !keys.IsSecret(name, known))
                        {
                            // Read, and harmless beside this key; what it holds is looked at as any other.
                            Strings(ref reader, bytes, result, ref copied, limit, nesting);
                            break;
                        }

                        Copy(bytes, copied, value, result);
                        result.Append(": \"").Append(Redaction.Mark).Append('"');
                        if (kind is null || !Skip(ref reader))
                            return result.ToString();
                        copied = (int)reader.BytesConsumed;
                        break;
                    case JsonTokenType.String:
                        if (isName)
                            named = Text(ref reader) is var text && !text.Contains(' ') ? text : null;
                        isName = false;
                        Strings(ref reader, bytes, result, ref copied, limit, nesting);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.EndObject:
                        (named, isName) = (null, false);
                        break;
                    default:
                        isName = false;
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON from here on: treat the rest as free text.
            return result.Append(texts.Clean(Encoding.UTF8.GetString(bytes, copied, bytes.Length - copied))).ToString();
        }

        // What follows the last whole token may hold half a secret: it is left out, and outside of anything it is text.
        var read = (int)reader.BytesConsumed;
        Copy(bytes, copied, read, result, whole: true);
        if (reader.CurrentDepth == 0 && read < bytes.Length)
            result.Append(texts.Clean(Encoding.UTF8.GetString(bytes, read, bytes.Length - read)));
        return result.ToString();
    }

    /// <summary>Writes a string without what is secret in it, if anything is.</summary>
    private void Strings(ref Utf8JsonReader reader, byte[] bytes, StringBuilder result, ref int copied, int limit, int nesting)
    {
        if (reader.TokenType != JsonTokenType.String)
            return;
        var text = Text(ref reader);
        var clean = text.AsSpan().TrimStart() is ['{' or '[', ..] && nesting < DeepestNesting && IsJson(text)
            ? Clean(text, limit, nesting + 1)
            : texts.Clean(text);
        if (clean == text)
            return;
        Copy(bytes, copied, (int)reader.TokenStartIndex, result, whole: true);
        result.Append('"').Append(Plainly.Encode(clean)).Append('"');
        copied = (int)reader.BytesConsumed;
    }

    /// <summary>Reads on to a value and says what it is; null when it is not whole: nothing that follows can be told from it.</summary>
    private static ValueKind? Kind(ref Utf8JsonReader reader)
    {
        try
        {
            if (!reader.Read())
                return null;
            return reader.TokenType switch
            {
                JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => ValueKind.Constant,
                JsonTokenType.Number => ValueKind.Number,
                JsonTokenType.String => KindOf(Text(ref reader)),
                _ => ValueKind.Text,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Passes over a secret's value; false when it is not whole.</summary>
    private static bool Skip(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TrySkip();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: all else of it counts all the same.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static void Copy(byte[] bytes, int from, int to, StringBuilder result, bool whole = false)
    {
        var text = Encoding.UTF8.GetString(bytes, from, to - from);
        // The reader counts a property's colon to the name; it is written again with the mark.
        result.Append(whole ? text : text.TrimEnd().TrimEnd(':').TrimEnd());
    }
}
