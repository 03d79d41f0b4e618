using System.Text.RegularExpressions;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// What errors of the same kind have in common: the message's first line with ids, numbers, dates, URLs and quoted
/// values normalised away. Pure.
/// </summary>
public static partial class Fingerprint
{
    /// <summary>Changes when the rules change: fingerprints of different versions are not compared.</summary>
    public const int Version = 1;

    /// <summary>Characters of a fingerprint.</summary>
    private const int Limit = 300;

    /// <summary>The fingerprint of an error message; never empty.</summary>
    public static string Of(string message)
    {
        var start = message.AsSpan().TrimStart();
        var end = start.IndexOfAny('\r', '\n');
        var line = (end < 0 ? start : start[..end]).TrimEnd();
        // Twice what is kept: enough to be normalised, and bounded for a message of a megabyte.
        var text = TextLimit.Cut(line, Limit * 2).ToString();
        text = Url().Replace(text, "<url>");
        text = Uuid().Replace(text, "<id>");
        text = Date().Replace(text, "<time>");
        text = Quoted().Replace(text, "<text>");
        text = Pid().Replace(text, "#<ref>");
        text = Hex().Replace(text, "<id>");
        text = Number().Replace(text, "<n>");
        text = Space().Replace(text, " ").Trim();
        return text.Length == 0 ? "(empty message)" : TextLimit.Cut(text, Limit).ToString();
    }

    /// <summary>The fingerprint of the error that a job has not got over; null when there is none.</summary>
    public static string? Of(Job job) => MessageOf(job) is { } message ? Of(message) : null;

    /// <summary>The message of the error that a job has not got over; null when there is none.</summary>
    public static string? MessageOf(Job job) => job.State != JobState.Completed && job.Errors.Count > 0 ? job.Errors[^1].Message : null;

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://[^\s""'<>)\]]+", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.IgnoreCase)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?")]
    private static partial Regex Date();

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|(?<![A-Za-z])'[^']*'|`[^`]*`
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"#(?:PID|Reference|Port|Function)<[^>]*>")]
    private static partial Regex Pid();

    [GeneratedRegex(@"\b(?:0x[0-9a-f]+|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,})\b", RegexOptions.IgnoreCase)]
    private static partial Regex Hex();

    [GeneratedRegex(@"(?<![A-Za-z_])\d+(?:[.,]\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
