using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>
/// Takes secrets out of what is stored and cuts it to a size. Pure. A key is secret when one of its words
/// (<c>access_token</c>, <c>accessToken</c>: access, token) is in the list.
/// </summary>
public sealed partial class Redaction
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mark = "[redacted]";

    /// <summary>The words that make a key secret unless the configuration names others.</summary>
    public static IReadOnlyList<string> DefaultWords { get; } =
        ["password", "passwd", "passphrase", "token", "secret", "authorization", "cookie", "credential", "credentials", "apikey", "api_key", "access_key", "private_key"];

    // Not backtracking: a long text of colons would take minutes.
    private static readonly Regex UserInfo = new(@"://[^\s/@""']+:[^\s/@""']+@", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string[] words;
    private readonly SearchValues<string> any;
    private readonly Regex inText;

    /// <param name="words">Words that make a key secret; case does not matter.</param>
    /// <param name="limit">Characters that are kept of one value.</param>
    public Redaction(IEnumerable<string>? words = null, int limit = 8192)
    {
        this.words = [.. (words ?? DefaultWords).Select(Plain).Where(w => w.Length > 0).Distinct()];
        Limit = limit;
        // Keys are compared without separators, so the quick look must not depend on them either.
        any = SearchValues.Create([.. (words ?? DefaultWords).SelectMany(w => w.Split('_', '-')).Where(w => w.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);
        var names = string.Join('|', (words ?? DefaultWords).Select(w => Regex.Escape(w).Replace("_", "[_-]?")));
        // "key": value, key=value, "key" => value and Elixir's {"key", "value"}; a value that breaks off ends with the text.
        const string quoted = """
            "(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|\\"[^"]*(?:"|$)
            """;
        inText = new Regex(
            $"""
            (?<key>[\w-]*(?:{names})\\?["']?\s*(?:=>|[:=])\s*)(?:(?:bearer|basic|digest|token)\s+)?(?:{quoted}|[^\s,;&"'{"}"})\]]+)|(?<key>[\w-]*(?:{names})["']\s*,\s*)(?:{quoted})
            """,
            RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    /// <summary>Characters that are kept of one value.</summary>
    public int Limit { get; }

    /// <summary>JSON text without secrets, at most <see cref="Limit"/> characters; JSON that is broken or cut off is read as far as it goes.</summary>
    public (string? Text, bool IsCut) Json(string? json)
    {
        if (json is null)
            return (null, false);
        // A key may be written with escapes.
        if (words.Length > 0 && (json.AsSpan().ContainsAny(any) || json.Contains("\\u", StringComparison.Ordinal)))
            json = WithoutSecrets(json);
        return Cut(WithoutUserInfo(json));
    }

    /// <summary>Free text (an error message) without secrets, at most <see cref="Limit"/> characters.</summary>
    public (string Text, bool IsCut) FreeText(string text)
    {
        // A little more than what is kept, so that a secret that straddles the cut is seen.
        var head = text.Length > Limit * 2 ? text[..(Limit * 2)] : text;
        if (words.Length > 0 && head.AsSpan().ContainsAny(any))
            head = inText.Replace(head, "${key}" + Mark);
        var (cut, isCut) = Cut(WithoutUserInfo(head));
        return (cut!, isCut || head.Length < text.Length && text.Length > Limit * 2);
    }

    /// <summary>The value of any column, as text: free text also in the strings of JSON, where errors stand; at most <see cref="Limit"/> characters.</summary>
    /// <param name="name">The column's name, which may itself say that it holds a secret.</param>
    /// <param name="text">The value.</param>
    public (string Text, bool IsCut) Column(string name, string text)
    {
        if (IsSecret(name))
            return (Mark, false);
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return FreeText(text);
        var (json, isCut) = Json(text);
        try
        {
            var node = JsonNode.Parse(json!);
            return (InStrings(node)!.ToJsonString(Plainly), isCut);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Cut off, keys that are there twice, half of a surrogate pair.
            var (free, cutAgain) = FreeText(json!);
            return (free, isCut || cutAgain);
        }
    }

    private JsonNode? InStrings(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, value) in members.ToList())
                    members[key] = InStrings(value?.DeepClone());
                return members;
            case JsonArray elements:
                for (var i = 0; i < elements.Count; i++)
                    elements[i] = InStrings(elements[i]?.DeepClone());
                return elements;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return FreeText(value.GetValue<string>()).Text;
            default:
                return node;
        }
    }

    private static string WithoutUserInfo(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? UserInfo.Replace(text, "://" + Mark + "@") : text;

    private (string? Text, bool IsCut) Cut(string text) =>
        text.Length <= Limit ? (text, false) : (TextLimit.Cut(text, Limit).ToString(), true);

    private string WithoutSecrets(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var result = new StringBuilder(Math.Min(json.Length, Limit * 2));
        // Not the final block: a text that was cut off is then read up to its last whole token.
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        var copied = 0;
        try
        {
            while (result.Length <= Limit && reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !IsSecret(Name(ref reader)))
                    continue;
                Copy(bytes, copied, (int)reader.BytesConsumed, result);
                result.Append(": \"").Append(Mark).Append('"');
                if (!Skip(ref reader))
                    return result.ToString();
                copied = (int)reader.BytesConsumed;
            }
        }
        catch (JsonException)
        {
            // Not JSON from here on: treat the rest as free text.
            result.Append(inText.Replace(Encoding.UTF8.GetString(bytes, copied, bytes.Length - copied), "${key}" + Mark));
            return result.ToString();
        }

        // What follows the last whole token may hold half a secret: leave it out unless the text was whole.
        Copy(bytes, copied, reader.CurrentDepth == 0 ? bytes.Length : (int)reader.BytesConsumed, result);
        return result.ToString();
    }

    /// <summary>Passes over a secret's value; false when it is not whole: nothing that follows can be told from it.</summary>
    private static bool Skip(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read() && reader.TrySkip();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: the other words of the key count all the same.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static void Copy(byte[] bytes, int from, int to, StringBuilder result)
    {
        var text = Encoding.UTF8.GetString(bytes, from, to - from);
        // The reader counts a property's colon to the name; it is written again with the mark.
        result.Append(text.TrimEnd().TrimEnd(':'));
    }

    private bool IsSecret(string key)
    {
        var plain = Plain(key);
        foreach (var word in words)
        {
            var at = plain.IndexOf(word, StringComparison.Ordinal);
            if (at >= 0 && IsWord(key, word))
                return true;
        }

        return false;
    }

    private static bool IsWord(string key, string word)
    {
        var parts = Parts().Matches(key).Select(m => m.Value.ToLowerInvariant()).ToArray();
        for (var from = 0; from < parts.Length; from++)
        {
            var joined = "";
            for (var to = from; to < parts.Length; to++)
            {
                joined += parts[to];
                if (joined == word)
                    return true;
            }
        }

        return false;
    }

    private static string Plain(string text) => text.Replace("_", "").Replace("-", "").ToLowerInvariant();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Parts();
}
