using System.Text;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>
/// Finds secrets by their keys in text of any kind: <c>password=…</c>, <c>"token": "…"</c>, <c>%{"secret" => …}</c>, <c>{"authorization", "…"}</c>, lists and
/// objects behind such keys, and JSON within strings, however often it was escaped. One pass by hand: each separator is looked at once, back over
/// a key of bounded length and on over a value that is then behind us. Pure.
/// </summary>
/// <param name="keys">Says which keys are secret.</param>
internal sealed class SecretText(SecretKeys keys)
{
    private const int LongestKey = 128;

    private static readonly string[] Schemes = ["bearer", "basic", "digest", "token", "apikey", "negotiate"];
    private static readonly string[] Headers = ["cookie", "cookies", "authorization"];
    private static readonly HashSet<string> Constants = new(StringComparer.OrdinalIgnoreCase) { "null", "nil", "none", "undefined", "true", "false" };

    /// <summary>The text without them, and without what <see cref="SecretShapes"/> knows.</summary>
    public string Clean(string text) => SecretShapes.Clean(ByKeys(text));

    private string ByKeys(string text)
    {
        StringBuilder? clean = null;
        var copied = 0;
        for (var at = text.AsSpan().IndexOfAny(":=,"); at >= 0;)
        {
            var next = at + 1;
            if (Key(text, copied, at) is { Length: > 0 } key
                // Where the value does not matter first: a value is long, and a text may be nothing but keys whose values hold all others.
                && keys.IsSecret(key, ValueKind.Text) && Value(text, at, key) is var (start, end) && end > start && keys.IsSecret(key, Kind(text, start, end)))
            {
                clean ??= new(text.Length);
                clean.Append(text, copied, start - copied).Append(Redaction.Mark);
                next = copied = end;
            }

            if (next >= text.Length)
                break;
            at = text.AsSpan(next).IndexOfAny(":=,") is var more and >= 0 ? next + more : -1;
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>The key before a separator; empty where there is none.</summary>
    private static string Key(string text, int from, int at)
    {
        // Go's and SQL's := is one separator.
        var end = Back(text, from, text[at] == '=' && at > from && text[at - 1] == ':' ? at - 1 : at, char.IsWhiteSpace, 8);
        var quoted = end > from && text[end - 1] is '"' or '\'' or '`';
        if (quoted)
            end = Back(text, from, end - 1, c => c == '\\', 16);
        var start = Back(text, from, end, quoted ? IsOfQuotedKey : IsOfKey, LongestKey);
        if (start == end)
            return "";
        if (text[at] == ',' && !IsFirstOfTwo(text, from, start, quoted))
            return "";
        // A parser's complaint names what it met, no secret: "Unexpected token: }".
        if (text[at] == ':' && !quoted && text.AsSpan(from, start - from).TrimEnd() is var before && before.Length < start - from && before.EndsWith("unexpected", StringComparison.OrdinalIgnoreCase))
            return "";
        return text[start..end];
    }

    /// <summary>Elixir's <c>{"token", "…"}</c> and <c>{:token, "…"}</c>, and Python's <c>('token', '…')</c>: the comma stands for a colon.</summary>
    private static bool IsFirstOfTwo(string text, int from, int start, bool quoted)
    {
        var at = start;
        if (quoted && at > from)
            at = Back(text, from, at - 1, c => c == '\\', 16);
        else if (!quoted && at > from && text[at - 1] == ':')
            at--;
        else
            return false;
        return at > from && text[at - 1] is '{' or '(';
    }

    private static bool IsOfKey(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';

    private static bool IsOfQuotedKey(char c) => IsOfKey(c) || c == ' ';

    private static int Back(string text, int from, int at, Func<char, bool> passes, int most)
    {
        for (var left = most; at > from && left > 0 && passes(text[at - 1]); left--)
            at--;
        return at;
    }

    /// <summary>Where the value behind a separator begins and ends; null where there is none, or it is gone already.</summary>
    private static (int Start, int End)? Value(string text, int separator, string key)
    {
        var at = separator + 1;
        if (at < text.Length && text[separator] == '=' && text[at] == '>')
            at++;
        at = SkipBlanks(text, at);
        if (at >= text.Length || text.AsSpan(at).StartsWith(Redaction.Mark))
            return null;
        // Two of them are no separator: App::Worker, a == b, x := y (this one's value begins behind the second).
        if (text[at] is ':' or '=')
            return null;
        var start = at;
        foreach (var scheme in Schemes)
        {
            if (text.AsSpan(at).StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && SkipBlanks(text, at + scheme.Length) is var behind
                && behind > at + scheme.Length && behind < text.Length && !IsClosing(text[behind]))
            {
                if (text.AsSpan(behind).StartsWith(Redaction.Mark))
                    return (start, behind + Redaction.Mark.Length);
                at = behind;
                break;
            }
        }

        var bracket = text[at] == '%' && at + 1 < text.Length && text[at + 1] == '{' ? at + 1 : at;
        if (text[bracket] is '{' or '[' or '(')
            return (start, Balanced(text, bracket));
        var slashes = at;
        while (slashes < text.Length && text[slashes] == '\\')
            slashes++;
        if (slashes < text.Length && text[slashes] is '"' or '\'' or '`')
            return (start, Quoted(text, slashes, slashes - at));
        return (start, IsHeader(key, text[separator]) ? Header(text, start) : Bare(text, at, IsSemicolonList(text, separator)));
    }

    /// <summary>Headers whose value is all that follows: further cookies, and what belongs to a scheme.</summary>
    private static bool IsHeader(string key, char separator) =>
        (separator == ':' || key.StartsWith("HTTP_", StringComparison.OrdinalIgnoreCase))
        && Array.Exists(Headers, header => key.EndsWith(header, StringComparison.OrdinalIgnoreCase));

    /// <summary>The end of a header's value: that of its line, or the quote that closes what it stands in; quotes behind an '=' are its own.</summary>
    private static int Header(string text, int at)
    {
        var start = at;
        while (at < text.Length && text[at] is not ('\n' or '\r'))
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is 'n' or 'r')
                break;
            if (text[at] is not ('"' or '\'' or '`'))
            {
                at++;
                continue;
            }

            var escapes = 0;
            while (at - escapes > start && text[at - escapes - 1] == '\\')
                escapes++;
            if (at - escapes == start || text[at - escapes - 1] != '=')
            {
                // What opens before it belongs to what is quoted: {"cookie", "…"}.
                at -= escapes;
                while (at > start && text[at - 1] is '{' or '[' or '(' or '%' or ' ')
                    at--;
                return at;
            }

            at = Quoted(text, at, escapes);
        }

        return at;
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        return at;
    }

    /// <summary>Behind the quote that closes, which is escaped as often as the one that opens; the end of the text where none does.</summary>
    private static int Quoted(string text, int quote, int escapes)
    {
        for (var at = quote + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                var run = at;
                while (at < text.Length && text[at] == '\\')
                    at++;
                // As many close, and fewer do further out; one with more belongs to the text, as what a single one escapes.
                if (at < text.Length && text[at] == text[quote] && escapes > 0 && at - run <= escapes)
                    return at + 1;
                if (escapes == 0 && (at - run) % 2 == 0)
                    at--;
            }
            else if (text[at] == text[quote])
            {
                return escapes > 0 ? at : at + 1;
            }
        }

        return text.Length;
    }

    /// <summary>Behind the bracket that closes; the end of the text where none does.</summary>
    private static int Balanced(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '{' or '[' or '(':
                    depth++;
                    break;
                case '}' or ']' or ')' when --depth == 0:
                    return at + 1;
                case '"':
                    var escapes = 0;
                    while (at - escapes > open && text[at - escapes - 1] == '\\')
                        escapes++;
                    at = Quoted(text, at, escapes) - 1;
                    break;
            }
        }

        return text.Length;
    }

    /// <summary>An unquoted value: to a blank or what closes; a comma ends it only before a blank. In a list with semicolons (Host=…;Password=…) to the next of them.</summary>
    private static int Bare(string text, int at, bool semicolons)
    {
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c is ';' or '\n' or '\r')
                break;
            if (c is '"' or '\'' or '`' || !semicolons && (char.IsWhiteSpace(c) || c == '&'))
                break;
            // What may be part of a password ends it only where something ends indeed.
            if (!semicolons && (c == ',' ? IsEnd(text, at + 1, "") : IsClosing(c) && IsEnd(text, at + 1, ",;.&:)}]>\"'`\\")))
                break;
            if (c == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\'' or 'n' or 'r' or 't' or '\\')
                break;
        }

        return at;
    }

    private static bool IsEnd(string text, int at, string also) => at >= text.Length || char.IsWhiteSpace(text[at]) || also.Contains(text[at]);

    private static bool IsSemicolonList(string text, int separator)
    {
        if (text[separator] != '=')
            return false;
        var at = Back(text, 0, separator, c => char.IsLetterOrDigit(c) || c is ' ' or '_', LongestKey);
        return at > 0 && text[at - 1] == ';';
    }

    private static bool IsClosing(char c) => c is '"' or '\'' or '`' or ')' or '}' or ']' or '>' or '<';

    private static ValueKind Kind(string text, int start, int end)
    {
        var value = text.AsSpan(start, end - start).Trim("\"'`\\ ");
        return Constants.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value) ? ValueKind.Constant : SecretJson.KindOf(value);
    }
}
