using System.Text.RegularExpressions;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>What a value is, as far as it tells whether it can be a secret.</summary>
internal enum ValueKind
{
    /// <summary>Text, or anything that is none of the others.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True, false or null: never a secret.</summary>
    Constant,

    /// <summary>A moment, as in 2026-03-14T12:00:00Z.</summary>
    Time,

    /// <summary>A plain word of letters alone, such as bearer.</summary>
    Word,
}

/// <summary>
/// Whether a key makes its value a secret. A key is taken apart at its separators and where its case changes; it is secret where a part, or
/// parts that follow each other, are one of the words, its plural, or end with it joined (<c>access_token</c>, <c>tokens</c>, <c>dbpassword</c>),
/// but not where it goes on (<c>tokenizer</c>, <c>secretary</c>). What only measures or describes a secret is none: see <see cref="IsSecret"/>. Pure.
/// </summary>
internal sealed partial class SecretKeys
{
    /// <summary>Shorter words are whole parts only: "pin" is no part of "spin".</summary>
    private const int ShortestJoined = 5;

    private const int LongestKey = 256;

    /// <summary>What follows a joined word and leaves it a secret: <c>passwordhash</c>.</summary>
    private static readonly HashSet<string> Joined = ["hash", "key", "keys", "value", "values", "string", "text", "data", "salt", "confirmation", "confirm", "base64", "b64", "enc", "plain"];

    /// <summary>What is at the end of a key that counts, limits, dates or describes what it names.</summary>
    private static readonly HashSet<string> Measures =
    [
        "count", "counts", "limit", "limits", "length", "len", "size", "total", "usage", "used", "budget", "remaining", "left", "max", "min", "index", "offset", "position",
        "ttl", "expiry", "expires", "expired", "expiration", "lifetime", "age", "at", "on", "date", "time", "timeout", "in", "until", "since", "required", "enabled", "disabled", "valid",
        "invalid", "present", "provided", "strength", "version", "rotated", "changed", "updated", "created", "cost", "price", "rate", "second", "seconds", "minutes", "hours", "days",
        "id", "ids", "attempts", "tries", "bytes", "chars",
    ];

    private static readonly HashSet<string> Descriptions = ["type", "types", "kind", "scheme", "format", "status", "algorithm", "name", "names"];

    private readonly string[] words;

    /// <param name="words">Words as configured; separators in them do not count.</param>
    public SecretKeys(IEnumerable<string> words)
    {
        var all = words.ToList();
        this.words = [.. all.Select(Plain).Where(w => w.Length > 0).Distinct()];
        Hints = [.. all.SelectMany(w => w.Split('_', '-', ' ', '.')).Where(w => w.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Of these one is in each secret key: what holds none needs no closer look.</summary>
    public IReadOnlyList<string> Hints { get; }

    /// <summary>
    /// Whether a value of this kind under this key is a secret. True, false and null never are. Numbers are none where the key is a plural
    /// (<c>max_tokens: 4096</c>) or ends with a measure (<c>token_count: 5</c>), nor are times behind a measure (<c>token_expires_at</c>),
    /// nor single words behind a description (<c>token_type: bearer</c>).
    /// </summary>
    public bool IsSecret(string key, ValueKind kind)
    {
        if (words.Length == 0 || key.Length > LongestKey || kind == ValueKind.Constant)
            return false;
        string[]? parts = null;
        var plain = Plain(key);
        foreach (var word in words)
        {
            if (!plain.Contains(word, StringComparison.Ordinal))
                continue;
            parts ??= [.. Parts().Matches(key).Select(m => m.Value.ToLowerInvariant())];
            if (Find(parts, word) is var (end, isPlural) && !IsHarmless(parts, end, isPlural, kind))
                return true;
        }

        return false;
    }

    private static bool IsHarmless(string[] parts, int end, bool isPlural, ValueKind kind) => kind switch
    {
        ValueKind.Number => isPlural && end == parts.Length - 1 || end < parts.Length - 1 && (Measures.Contains(parts[^1]) || Descriptions.Contains(parts[^1])),
        ValueKind.Time => end < parts.Length - 1 && Measures.Contains(parts[^1]),
        ValueKind.Word => end < parts.Length - 1 && Descriptions.Contains(parts[^1]),
        _ => false,
    };

    /// <summary>The last part of the word, wherever it stands first, and whether it is there in the plural.</summary>
    private static (int End, bool IsPlural)? Find(string[] parts, string word)
    {
        for (var from = 0; from < parts.Length; from++)
        {
            var joined = "";
            for (var to = from; to < parts.Length && joined.Length <= word.Length; to++)
            {
                joined += parts[to];
                if (joined == word)
                    return (to, false);
                if (joined.Length == word.Length + 1 && joined[^1] == 's' && joined.StartsWith(word, StringComparison.Ordinal))
                    return (to, true);
            }

            if (word.Length < ShortestJoined)
                continue;
            var part = parts[from];
            if (part.EndsWith(word, StringComparison.Ordinal))
                return (from, false);
            if (part.EndsWith('s') && part.AsSpan(0, part.Length - 1).EndsWith(word, StringComparison.Ordinal))
                return (from, true);
            if (part.IndexOf(word, StringComparison.Ordinal) is var at and >= 0 && Joined.Contains(part[(at + word.Length)..]))
                return (from, false);
        }

        return null;
    }

    private static string Plain(string text) => text.Replace("_", "").Replace("-", "").Replace(".", "").Replace(" ", "").ToLowerInvariant();

    // Letters of any script: where one has no case, it belongs to the word that it stands in.
    [GeneratedRegex(@"[\p{Lu}\p{Lt}]+(?![\p{Ll}\p{Lo}\p{Lm}\p{M}])|[\p{Lu}\p{Lt}]?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{N}+")]
    private static partial Regex Parts();
}
