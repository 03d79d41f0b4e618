using System.Buffers;
using System.Text;

namespace JobLineage.Core.Sources.Secrets;

/// <summary>
/// Tokens of well-known issuers, by the prefixes that those give them so that they are found. Sources: the issuers' own documentation, and
/// https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns. Pure; no character is passed more than twice.
/// </summary>
internal static class SecretTokens
{
    // Prefix, fewest characters behind it, whether a digit must be among them (else ordinary words with hyphens would do).
    private static readonly (string Prefix, int Least, bool HasDigit)[] Prefixes =
    [
        ("ghp_", 16, false), ("gho_", 16, false), ("ghu_", 16, false), ("ghs_", 16, false), ("ghr_", 16, false), ("github_pat_", 16, false),
        ("glpat-", 16, false), ("gldt-", 16, true), ("glrt-", 16, true), ("glptt-", 16, true), ("glcbt-", 16, true),
        ("xoxa-", 8, true), ("xoxb-", 8, true), ("xoxc-", 8, true), ("xoxd-", 8, true), ("xoxe-", 8, true), ("xoxo-", 8, true), ("xoxp-", 8, true), ("xoxr-", 8, true), ("xoxs-", 8, true), ("xapp-", 8, true),
        ("sk_live_", 8, false), ("sk_test_", 8, false), ("rk_live_", 8, false), ("rk_test_", 8, false), ("whsec_", 16, false),
        ("AIza", 30, true), ("ya29.", 16, true), ("GOCSPX-", 16, false), ("sk-", 20, true), ("npm_", 30, true), ("pypi-", 40, true), ("hf_", 30, true),
        ("dop_v1_", 32, true), ("doo_v1_", 32, true), ("dor_v1_", 32, true), ("shpat_", 24, true), ("shpca_", 24, true), ("shppa_", 24, true), ("shpss_", 24, true),
        ("sq0atp-", 20, true), ("sq0csp-", 20, true), ("dapi", 32, true), ("hvs.", 20, true), ("lin_api_", 30, true), ("ntn_", 40, true), ("pscale_tkn_", 20, true), ("pscale_pw_", 20, true),
        ("sntrys_", 20, true), ("glsa_", 20, true), ("npg_", 10, true), ("sbp_", 32, true), ("sb_secret_", 16, true),
    ];

    private static readonly string[] Amazon = ["AKIA", "ASIA", "ABIA", "ACCA"];
    private const int AmazonLength = 20;
    private const string WebToken = "eyJ";
    private const string SendGrid = "SG.";
    private static readonly string[] Hooks = ["hooks.slack.com/", @"hooks.slack.com\/"];

    private static readonly SearchValues<string> Starts =
        SearchValues.Create([.. Prefixes.Select(p => p.Prefix), .. Amazon, WebToken, SendGrid, .. Hooks], StringComparison.Ordinal);

    private static readonly SearchValues<char> Word = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>The prefixes by which they are known.</summary>
    public static IEnumerable<string> Hints => [.. Prefixes.Select(p => p.Prefix), .. Amazon, WebToken, SendGrid, .. Hooks];

    /// <summary>The text with each of them replaced.</summary>
    public static string Clean(string text)
    {
        StringBuilder? clean = null;
        var (copied, runEnd) = (0, 0);
        for (var at = Next(text, 0); at >= 0;)
        {
            var end = End(text, at, ref runEnd);
            if (end > at)
            {
                clean ??= new(text.Length);
                clean.Append(text, copied, at - copied).Append(Redaction.Mark);
                copied = end;
            }

            at = Next(text, Math.Max(end, at + 1));
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(Starts) is var at and >= 0 ? from + at : -1;

    /// <summary>Where the token that begins here ends; <paramref name="at"/> where none does.</summary>
    private static int End(string text, int at, ref int runEnd)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("hooks."))
            return End(text, at, @"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.\");
        // In the middle of a word none begins: SurveyJob.Process, MSG.RECEIVED, task_live_2024.
        if (!BeginsWord(text, at))
            return at;
        if (Array.Exists(Amazon, prefix => text.AsSpan(at).StartsWith(prefix)))
        {
            if (rest.Length >= AmazonLength && rest[4..AmazonLength].IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") < 0
                && (rest.Length == AmazonLength || !char.IsAsciiLetterOrDigit(rest[AmazonLength])))
                return at + AmazonLength;
        }
        else if (rest.StartsWith(WebToken))
        {
            return Parts(text, at, Run(text, at, ref runEnd), 11, 4, 4);
        }
        else if (rest.StartsWith(SendGrid))
        {
            runEnd = 0;
            var first = Run(text, at + SendGrid.Length, ref runEnd);
            return first - at - SendGrid.Length < 12 ? at : Parts(text, at, first, 0, 12, 1);
        }

        foreach (var (prefix, least, hasDigit) in Prefixes)
        {
            if (!rest.StartsWith(prefix))
                continue;
            // A prefix with a dot is no run by itself.
            if (prefix[^1] == '.')
                runEnd = 0;
            var end = Run(text, at + prefix.Length, ref runEnd);
            var body = text.AsSpan(at + prefix.Length, Math.Max(0, end - at - prefix.Length));
            if (body.Length >= least && (!hasDigit || body.ContainsAnyInRange('0', '9')))
                return end;
        }

        return at;
    }

    /// <summary>Whether no letter or digit stands before, but as the end of an escape: <c>\n</c>, <c>\u003d</c>, <c>%3D</c>.</summary>
    private static bool BeginsWord(string text, int at)
    {
        if (at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]))
            return true;
        var before = text.AsSpan(0, at);
        return before is [.., '\\', 'n' or 'r' or 't' or 'b' or 'f'] or [.., '\\', 'u', _, _, _, _] or [.., '%', _, _];
    }

    /// <summary>Parts with dots between: a first of some length, a second, and perhaps more.</summary>
    private static int Parts(string text, int at, int end, int first, int second, int most)
    {
        if (end - at < first || end >= text.Length || text[end] != '.')
            return at;
        for (var part = 0; part < most && end < text.Length && text[end] == '.'; part++)
        {
            var fresh = 0;
            var next = Run(text, end + 1, ref fresh);
            if (part == 0 && next - end - 1 < second)
                return at;
            end = next;
        }

        return end;
    }

    /// <summary>Where the letters, digits, '_' and '-' end; remembered, since many tokens may seem to begin in one run of them.</summary>
    private static int Run(string text, int at, ref int runEnd)
    {
        if (at < runEnd)
            return runEnd;
        var length = at >= text.Length ? 0 : text.AsSpan(at).IndexOfAnyExcept(Word);
        return runEnd = length < 0 ? text.Length : at + length;
    }

    private static int End(string text, int at, string chars) =>
        text.AsSpan(at).IndexOfAnyExcept(chars) is var length and >= 0 ? at + length : text.Length;
}
