using System.Buffers;
using JobLineage.Core.Model;
using JobLineage.Core.Sources.Secrets;

namespace JobLineage.Core.Sources;

/// <summary>
/// Takes secrets out of what is read from a queue, and cuts it to a size: the one way to the store, to the row as its table has it, to
/// exports, digests, search and the terminal. What a secret is: <see cref="SecretKeys"/> (by its key), <see cref="SecretShapes"/>
/// (by itself) and docs/configuration.md. Pure; its time grows with the text's length and no faster, and a second time changes nothing.
/// </summary>
public sealed class Redaction
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mark = "[redacted]";

    /// <summary>Characters of foreign text in a sentence.</summary>
    private const int LongestLine = 300;

    private readonly SecretKeys keys;
    private readonly SecretText texts;
    private readonly SecretJson json;
    private readonly SearchValues<string>? words;

    /// <param name="words">Words that make a key secret; case does not matter. With none at all nothing is taken out.</param>
    /// <param name="limit">Characters that are kept of one value.</param>
    public Redaction(IEnumerable<string>? words = null, int limit = 8192)
    {
        keys = new(words ?? DefaultWords);
        texts = new(keys);
        json = new(keys, texts);
        Limit = limit;
        this.words = keys.Hints.Count == 0 ? null : SearchValues.Create([.. keys.Hints], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The words that make a key secret unless the configuration names others.</summary>
    public static IReadOnlyList<string> DefaultWords { get; } =
    [
        "password", "passwd", "passphrase", "pwd", "token", "secret", "authorization", "cookie", "credential", "jwt", "bearer", "apikey", "api_key",
        "access_key", "private_key", "account_key", "auth_key", "signing_key", "encryption_key", "db_pass", "user_pass", "smtp_pass", "sas_key",
    ];

    /// <summary>Characters that are kept of one value.</summary>
    public int Limit { get; }

    /// <summary>JSON text without secrets, at most <see cref="Limit"/> characters; JSON that is broken or cut off is read as far as it goes.</summary>
    public (string? Text, bool IsCut) Json(string? json)
    {
        if (json is null)
            return (null, false);
        // A key may be written with escapes, and so may the slashes of an address.
        return Cut(MayHold(json) || json.Contains("\\u", StringComparison.Ordinal) || json.Contains("\\/", StringComparison.Ordinal) ? this.json.Clean(json, Limit) : json);
    }

    /// <summary>Free text (an error message) without secrets, at most <see cref="Limit"/> characters.</summary>
    public (string Text, bool IsCut) FreeText(string text)
    {
        // A little more than what is kept, so that a secret that straddles the cut is seen.
        var head = text.Length > Limit * 2 ? text[..(Limit * 2)] : text;
        var (cut, isCut) = Cut(MayHold(head) ? texts.Clean(head) : head);
        return (cut, isCut || head.Length < text.Length);
    }

    /// <summary>The first line of foreign text, as it stands in a sentence for people: without secrets, and no longer than one reads.</summary>
    public string Line(string text)
    {
        var line = FreeText(text.Trim().ReplaceLineEndings("\n").Split('\n', 2)[0].Trim().TrimEnd('.')).Text;
        return line.Length <= LongestLine ? line : $"{TextLimit.Cut(line, LongestLine)}…";
    }

    /// <summary>The value of any column, as text: JSON where it is JSON, else free text; at most <see cref="Limit"/> characters.</summary>
    /// <param name="name">The column's name, which may itself say that it holds a secret.</param>
    /// <param name="text">The value.</param>
    public (string Text, bool IsCut) Column(string name, string text)
    {
        if (keys.IsSecret(name, SecretJson.KindOf(text)))
            return (Mark, false);
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return FreeText(text);
        var (clean, isCut) = Json(text);
        return (clean!, isCut);
    }

    private bool MayHold(string text) => words is not null && (text.AsSpan().ContainsAny(words) || SecretShapes.MayHold(text));

    private (string Text, bool IsCut) Cut(string text) =>
        text.Length <= Limit ? (text, false) : (TextLimit.Cut(text, Limit).ToString(), true);
}
