using System.Buffers;
using System.Text;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>
/// Takes user names with passwords out of addresses: <c>https://user:password@</c>, <c>redis://:password@</c>, <c>https://token@</c>, and signatures out of their
/// queries. A user name alone stays where it is no web address (<c>ssh://git@host</c>). A password may hold an '@', '/', '?' or '#' that should have
/// been encoded. Pure.
/// </summary>
internal static class SecretAddresses
{
    /// <summary>As it is, and as JSON may have it in text that is not read as JSON.</summary>
    private static readonly string[] Marks = ["://", @":\/\/", @":\\/\\/"];

    private static readonly SearchValues<string> AnyMark = SearchValues.Create(Marks, StringComparison.Ordinal);

    /// <summary>Characters before the '@' that are looked through.</summary>
    private const int Longest = 1_024;

    private const int LongestName = 24;

    private static readonly string[] Signed = ["sig", "signature", "x-amz-signature", "x-goog-signature", "pwd", "pass"];

    /// <summary>What one of these is in, is worth a closer look.</summary>
    public static IReadOnlyList<string> Hints { get; } = [.. Marks, .. Signed.Select(name => name + "=")];

    /// <summary>The text with each of them replaced.</summary>
    public static string Clean(string text) => WithoutSignatures(WithoutUserInfo(text));

    private static string WithoutUserInfo(string text)
    {
        StringBuilder? clean = null;
        var (copied, sign) = (0, -2);
        for (var at = Next(text, 0); at >= 0; at = Next(text, at))
        {
            at = text.IndexOf('/', text.IndexOf('/', at) + 1) + 1;
            // Far from any '@' and from the end there is nothing to find; the '@' is looked for once.
            if (sign is -2 || sign >= 0 && sign < at)
                sign = text.IndexOf('@', at);
            if ((sign < 0 || sign - at > Longest) && text.Length - at > Longest || UserInfo(text, at) is not { } length)
                continue;
            clean ??= new(text.Length);
            clean.Append(text, copied, at - copied).Append(Redaction.Mark);
            copied = at += length;
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(AnyMark) is var at and >= 0 ? from + at : -1;

    /// <summary>How long the user name and password are that begin here; null where there are none.</summary>
    private static int? UserInfo(string text, int at)
    {
        var most = Math.Min(text.Length, at + Longest);
        var (end, colon, slash, sign, slashSign) = (at, -1, -1, -1, -1);
        for (; end < most && (!IsEnd(text[end]) || IsEscapedSlash(text, end)); end++)
        {
            switch (text[end])
            {
                case ':' when colon < 0 && slash < 0:
                    colon = end;
                    break;
                case '/' or '?' or '#' when slash < 0:
                    slash = end;
                    break;
                case '@' when slash < 0:
                    sign = end;
                    break;
                case '@' when slashSign < 0:
                    slashSign = end;
                    break;
            }
        }

        if (sign >= 0)
            return colon >= 0 && colon < sign || IsWeb(text, at) || text.AsSpan(at, sign - at).SequenceEqual(Redaction.Mark) ? sign - at : null;
        var afterColon = colon < 0 ? [] : text.AsSpan(colon + 1, (slash < 0 ? end : slash) - colon - 1);
        // What stands behind the colon is no port, which may end a sentence: a password that was not encoded, or one that the text breaks off in.
        afterColon = afterColon.TrimEnd(".,;:!)");
        var isPassword = afterColon.Length > 0 && afterColon.IndexOfAnyExceptInRange('0', '9') >= 0 && text[at] != '[';
        if (isPassword && slashSign >= 0)
            return slashSign - at;
        return isPassword && end == text.Length && slash < 0 ? end - at : null;
    }

    private static string WithoutSignatures(string text)
    {
        StringBuilder? clean = null;
        var copied = 0;
        for (var at = text.AsSpan().IndexOfAny('?', '&'); at >= 0;)
        {
            var name = at + 1;
            var equals = text.AsSpan(name, Math.Min(LongestName, text.Length - name)).IndexOf('=');
            var next = name;
            if (equals > 0 && IsSigned(text.AsSpan(name, equals)))
            {
                var (start, end) = (name + equals + 1, name + equals + 1);
                while (end < text.Length && !IsEnd(text[end]) && text[end] != '&' && text[end] != '#')
                    end++;
                if (end > start)
                {
                    clean ??= new(text.Length);
                    clean.Append(text, copied, start - copied).Append(Redaction.Mark);
                    next = copied = end;
                }
            }

            if (next >= text.Length)
                break;
            at = text.AsSpan(next).IndexOfAny('?', '&') is var more and >= 0 ? next + more : -1;
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static bool IsSigned(ReadOnlySpan<char> name)
    {
        foreach (var signed in Signed)
        {
            if (name.Equals(signed, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static bool IsEnd(char c) => char.IsWhiteSpace(c) || c is '"' or '\'' or '<' or '>' or '`' or '\\';

    private static bool IsEscapedSlash(string text, int at) => text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '/' or '\\' && text.AsSpan(at).TrimStart('\\') is ['/', ..];

    private static bool IsWeb(string text, int at)
    {
        var scheme = text.AsSpan(0, at).TrimEnd("\\/").TrimEnd(':');
        return scheme.EndsWith("http", StringComparison.OrdinalIgnoreCase) || scheme.EndsWith("https", StringComparison.OrdinalIgnoreCase);
    }
}
