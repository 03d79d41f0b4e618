using System.Text.RegularExpressions;

namespace JobLineage.Core.Model;

/// <summary>How errors are shortened where people read them: pages, sentences and messages say the same.</summary>
public static partial class ErrorWords
{
    /// <summary>Wrappers within wrappers: Oban's crash holds the exit that it reports.</summary>
    private const int MostWrappers = 3;

    /// <summary>
    /// An error without the words that the engine puts around every one of them, and which would hide the rest: Elixir's
    /// <c>** (Mod) said</c> is <c>Mod: said</c>, and what Oban's own wrappers hold stands alone, since the worker that they name is
    /// named beside it (Oban 2.23: <c>Oban.PerformError</c>, <c>Oban.TimeoutError</c>, <c>Oban.CrashError</c>). Lines after the first stay.
    /// </summary>
    public static string Telling(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var (line, rest) = end < 0 ? (text, "") : (text[..end], text[end..]);
        return Unwrap(line) + rest;
    }

    private static string Unwrap(string line)
    {
        for (var wrappers = 0; wrappers < MostWrappers; wrappers++)
        {
            if (Wrapped().Match(line) is not { Success: true } match)
                break;
            var (kind, said) = (match.Groups["kind"].Value, match.Groups["said"].Value);
            switch (kind)
            {
                case "Oban.PerformError" when Failed().Match(said) is { Success: true } failed:
                    line = failed.Groups[1].Value;
                    break;
                case "Oban.TimeoutError" when TimedOut().Match(said) is { Success: true } late:
                    return late.Groups[1].Value;
                case "Oban.CrashError" when said.Length > 0:
                    line = said;
                    break;
                default:
                    return said.Length == 0 ? kind : $"{kind}: {said}";
            }
        }

        return line;
    }

    [GeneratedRegex(@"^\*\* \((?<kind>[^()]+)\)\s*(?<said>.*)$")]
    private static partial Regex Wrapped();

    [GeneratedRegex(@"^\S+ failed with (.+)$")]
    private static partial Regex Failed();

    [GeneratedRegex(@"^\S+ (timed out after .+)$")]
    private static partial Regex TimedOut();
}
