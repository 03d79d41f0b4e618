using System.Text.RegularExpressions;

namespace JobLineage.Core.Model;

/// <summary>How errors are shortened for narrow places.</summary>
public static partial class ErrorWords
{
    /// <summary>An error without the words that Oban puts before every one of them, which would hide the rest in a narrow place.</summary>
    public static string Telling(string text) => Wrapped().Match(text) is { Success: true } match ? match.Groups[1].Value : text;

    [GeneratedRegex(@"^\*\* \(Oban\.PerformError\) \S+ failed with (.+)$")]
    private static partial Regex Wrapped();
}
