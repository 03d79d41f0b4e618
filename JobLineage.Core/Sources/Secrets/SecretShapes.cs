using System.Buffers;
using System.Text;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>
/// Secrets that are known by their looks, wherever they stand: <see cref="SecretTokens"/>, <see cref="SecretAddresses"/>, private keys, and what stands
/// behind <c>Bearer</c> or <c>Basic</c>. Pure, and by hand: expressions that do not go back begin anew at each match, and text of many matches took them seconds.
/// </summary>
internal static class SecretShapes
{
    private const string KeyBegin = "-----BEGIN ";
    private const string KeyEnd = "-----END ";
    private const string Dashes = "-----";
    private const string PrivateKey = "PRIVATE KEY";
    private const int LongestKeyName = 64;

    /// <summary>Characters that are looked through for a colon; whole groups of four.</summary>
    private const int LongestBasic = 1_024;

    private static readonly string[] Schemes = ["bearer", "basic"];
    private static readonly SearchValues<string> AnyScheme = SearchValues.Create(Schemes, StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<char> Credential = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=-");
    private static readonly SearchValues<string> Hints =
        SearchValues.Create([.. SecretTokens.Hints, .. SecretAddresses.Hints, .. Schemes, PrivateKey], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a closer look is worth it.</summary>
    public static bool MayHold(string text) => text.AsSpan().ContainsAny(Hints);

    /// <summary>The text with each of them replaced.</summary>
    public static string Clean(string text) =>
        MayHold(text) ? WithoutCredentials(SecretTokens.Clean(SecretAddresses.Clean(WithoutKeys(text)))) : text;

    /// <summary>Without blocks of private keys, to their ends or to that of a text that breaks off.</summary>
    private static string WithoutKeys(string text)
    {
        if (!text.Contains(PrivateKey, StringComparison.Ordinal))
            return text;
        var clean = new StringBuilder();
        var copied = 0;
        for (var at = text.IndexOf(KeyBegin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(KeyBegin, at, StringComparison.Ordinal))
        {
            var name = text.AsSpan(at + KeyBegin.Length, Math.Min(LongestKeyName, text.Length - at - KeyBegin.Length));
            var nameEnd = name.IndexOf(Dashes);
            if (!(nameEnd < 0 ? name : name[..nameEnd]).Contains(PrivateKey, StringComparison.Ordinal))
            {
                at += KeyBegin.Length;
                continue;
            }

            clean.Append(text, copied, at - copied).Append(Redaction.Mark);
            var last = text.IndexOf(KeyEnd, at, StringComparison.Ordinal);
            var close = last < 0 ? -1 : text.IndexOf(Dashes, last + KeyEnd.Length, StringComparison.Ordinal);
            copied = at = close < 0 ? text.Length : close + Dashes.Length;
        }

        return clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static string WithoutCredentials(string text)
    {
        StringBuilder? clean = null;
        var copied = 0;
        for (var at = Next(text, 0); at >= 0;)
        {
            var start = at + (char.ToLowerInvariant(text[at + 1]) == 'e' ? Schemes[0].Length : Schemes[1].Length);
            var next = start;
            while (start < text.Length && text[start] is ' ' or '\t')
                start++;
            var length = start >= text.Length ? 0 : text.AsSpan(start).IndexOfAnyExcept(Credential);
            var end = length < 0 ? text.Length : start + length;
            if (start > next && end > start && (at == 0 || !char.IsLetterOrDigit(text[at - 1])))
            {
                var isAll = string.IsNullOrWhiteSpace(text[..Math.Min(at, 2)]) && at <= 2 && end >= text.Length - 2;
                if (IsCredential(text.AsSpan(start, end - start), isAll, isBasic: next - at == Schemes[1].Length, isCutOff: end == text.Length))
                {
                    clean ??= new(text.Length);
                    clean.Append(text, copied, start - copied).Append(Redaction.Mark);
                    copied = next = end;
                }
            }

            at = Next(text, next);
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static bool HoldsColon(ReadOnlySpan<char> value)
    {
        // The end of a sentence may stand behind it.
        var base64 = value.TrimEnd("=.~-_");
        base64 = base64[..Math.Min(LongestBasic, base64.Length % 4 == 1 ? base64.Length - 1 : base64.Length)];
        Span<byte> bytes = stackalloc byte[LongestBasic];
        var padded = base64.ToString().Replace('-', '+').Replace('_', '/').PadRight((base64.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var length) && bytes[..length].Contains((byte)':');
    }

    private static int Next(string text, int from) =>
        from < text.Length && text.AsSpan(from).IndexOfAny(AnyScheme) is var at and >= 0 ? from + at : -1;

    private static bool IsCredential(ReadOnlySpan<char> value, bool isAll, bool isBasic, bool isCutOff)
    {
        // The last words of a request's first line are none.
        if (value.Length < 4 || value.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase))
            return false;
        // Basic is a name and a password with a colon between, in base64: "basic CI/CD" is not.
        if (isBasic && !isAll && !isCutOff)
            return HoldsColon(value);
        if (value.ContainsAnyInRange('0', '9') || value.ContainsAny("+=~") || isBasic && value.Contains('/'))
            return true;
        // Base64 changes its case again and again; names such as AuthFailed do it once a word.
        var changes = 0;
        for (var at = 1; at < value.Length; at++)
            changes += char.IsAsciiLetterUpper(value[at]) && char.IsAsciiLetterLower(value[at - 1]) ? 1 : 0;
        if (changes >= 3 || changes == 2 && char.IsAsciiLetterLower(value[0]))
            return true;
        // Alone behind its scheme anything is one but these.
        return isAll && value.ToString().ToLowerInvariant() is not ("token" or "tokens" or "auth" or "authentication" or "authorization" or "plan" or "access" or "user" or "tier" or "scheme");
    }
}
