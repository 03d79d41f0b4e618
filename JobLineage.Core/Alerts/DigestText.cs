using System.Globalization;
using System.Text;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>Foreign text on its way into a message, and words that all formats share. Pure.</summary>
internal static class DigestText
{
    /// <summary>Characters of a name, an id or a kind of error.</summary>
    public const int LineLimit = 200;

    private const int MessageLimit = 600;
    private const int MessageLines = 6;

    /// <summary>One line: nothing in it ends a header, turns the direction of writing, or is half of a pair.</summary>
    public static string Line(string text, int limit = LineLimit)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return Clean(end < 0 ? text : text.AsSpan(0, end), limit);
    }

    /// <summary>The first lines of an error.</summary>
    public static string Message(string text)
    {
        var lines = new List<string>();
        var room = MessageLimit;
        foreach (var line in TextLimit.Cut(text, MessageLimit * 4).ToString().Split('\n'))
        {
            if (lines.Count == MessageLines || room <= 0)
                break;
            lines.Add(Clean(line.TrimEnd(), room));
            room -= lines[^1].Length;
        }

        return string.Join('\n', lines).Trim();
    }

    /// <summary>1,111.</summary>
    public static string Count(long count) => Figures.Number(count);

    /// <summary>1 failure, 1,111 failures.</summary>
    public static string Count(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>2026-03-14 12:00:07 UTC.</summary>
    public static string Time(DateTimeOffset time) => Figures.Time(time);

    /// <summary>The heading of a run.</summary>
    public static string Title(DigestRun run) => run.RootId is { } root
        ? $"{Line(run.Worker)} {Line(root)} ({Line(run.Source)})"
        : $"Jobs without a run ({Line(run.Source)})";

    /// <summary>What is said of a job beside its id.</summary>
    public static string Describe(DigestJob job)
    {
        var text = new StringBuilder(Line(job.Worker));
        if (job.Target is { } target)
            text.Append(" · target ").Append(Line(target));
        text.Append(" · attempt ").Append(Count(job.Attempt));
        if (job.MaxAttempts > 0)
            text.Append(" of ").Append(Count(job.MaxAttempts));
        return text.ToString();
    }

    /// <summary>The address of a run in the dashboard.</summary>
    public static string Address(DigestContent digest, DigestRun run) => run.RootId is { } root
        ? $"{digest.BaseUrl}/{PagePaths.Run(run.Source, root)}"
        : $"{digest.BaseUrl}/{PagePaths.Query(("source", run.Source))}";

    /// <summary>The address of all jobs of a group.</summary>
    public static string Address(DigestContent digest, DigestRun run, DigestGroup group) => run.RootId is { } root
        ? $"{digest.BaseUrl}/" + PagePaths.Run(run.Source, root, ("tab", "jobs"), ("stage", group.Stage), ("state", JobState.Discarded.Name()),
            ("error", group.Fingerprint?.ToString(CultureInfo.InvariantCulture)))
        : Address(digest, run);

    /// <summary>The address of a job.</summary>
    public static string Address(DigestContent digest, DigestRun run, DigestJob job) => $"{digest.BaseUrl}/{PagePaths.Job(run.Source, job.Id)}";

    /// <summary>The sentence about what is told again; null when nothing is.</summary>
    public static string? Again(DigestContent digest) => digest.ToldBefore == 0 ? null
        : $"{Count(digest.ToldBefore)} of these may have been in an earlier message: its delivery was never confirmed.";

    /// <summary>What is left out at the end; null when nothing is.</summary>
    public static string? More(DigestContent digest) => digest.MoreRuns == 0 ? null
        : $"and {Count(digest.MoreFailures)} more in {Count(digest.MoreRuns, "other run")}";

    private static string Clean(ReadOnlySpan<char> text, int limit)
    {
        var cut = TextLimit.Cut(text, limit);
        var clean = new StringBuilder(cut.Length + 1);
        foreach (var rune in cut.EnumerateRunes())
        {
            // Half of a pair comes as U+FFFD already.
            if (Rune.IsControl(rune) || IsDirection(rune.Value))
                clean.Append('\uFFFD');
            else
                clean.Append(rune);
        }

        return cut.Length < text.Length ? clean.Append('…').ToString() : clean.ToString();
    }

    /// <summary>Marks that turn the text after them, and the separators that some programs take for the end of a line.</summary>
    private static bool IsDirection(int c) => c is 0x200E or 0x200F or 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
