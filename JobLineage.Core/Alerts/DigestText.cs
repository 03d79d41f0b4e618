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

    /// <summary>All lines as one, within the same bounds.</summary>
    public static string Flat(string text, int limit) => Clean(text.ReplaceLineEndings(" "), limit);

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

    /// <summary>What is told beside failures: pipelines that are overdue, and what was muted; each with where it leads to.</summary>
    public static IEnumerable<(string Text, string Address)> Notes(DigestContent digest) =>
    [
        .. digest.Overdue.Select(o => (Describe(o), $"{digest.BaseUrl}/{PagePaths.Query(("source", o.Source), ("worker", o.Pipeline))}")),
        .. digest.Muted.Select(m => (Describe(m), $"{digest.BaseUrl}/{PagePaths.Digests(mute: m.Mute)}")),
    ];

    /// <summary>What is said of a pipeline that is overdue.</summary>
    public static string Describe(DigestOverdue overdue) =>
        $"Overdue: {Name(overdue.Pipeline)} ({Line(overdue.Source)}) has not finished successfully within {Span(overdue.Within)}; "
        + (overdue.LastAt is { } last ? $"the last time was {Time(last)}." : "no success of it is known.");

    /// <summary>What is said of a mute that has ended.</summary>
    public static string Describe(DigestMuted muted) =>
        $"{Count(muted.Failures, "failure")} of {Name(muted.Pipeline)} ({Line(muted.Source)}) {(muted.Failures == 1 ? "was" : "were")} muted until {Time(muted.Until)}: {Line(muted.Reason)}";

    /// <summary>A worker's short name, on one line.</summary>
    public static string Name(string worker) => Line(Workers.ShortName(worker));

    /// <summary>1 d, 1 d 12 h, 45 min.</summary>
    public static string Span(TimeSpan span)
    {
        var parts = new List<string>();
        if (span.Days > 0)
            parts.Add($"{Count(span.Days)} d");
        if (span.Hours > 0)
            parts.Add($"{span.Hours} h");
        if (span.Minutes > 0)
            parts.Add($"{span.Minutes} min");
        if (span.Seconds > 0 || parts.Count == 0)
            parts.Add($"{span.Seconds} s");
        return string.Join(' ', parts);
    }

    /// <summary>What is left out at the end; null when nothing is.</summary>
    public static string? More(DigestContent digest) => digest.MoreRuns == 0 ? null
        : $"and {Count(digest.MoreFailures)} more in {Count(digest.MoreRuns, "other run")}";

    private static string Clean(ReadOnlySpan<char> text, int limit)
    {
        var cut = TextLimit.Cut(text, limit);
        var clean = VisibleText.Line(cut.ToString());
        return cut.Length < text.Length ? clean + "…" : clean;
    }
}
