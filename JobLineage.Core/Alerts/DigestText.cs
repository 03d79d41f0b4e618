using System.Globalization;
using System.Text;
using JobLineage.Core.Contract;
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

    /// <summary>The heading of a run.</summary>
    public static string Title(DigestRun run) => run.RootId is { } root
        ? $"{Line(run.Worker)} {Line(root)} ({Line(run.Source)})"
        : $"Jobs without a run ({Line(run.Source)})";

    /// <summary>The type of a group's jobs.</summary>
    public static string Type(DigestGroup group) => Line(group.Worker.Length > 0 ? group.Worker : StagePath.NameOf(group.Stage));

    /// <summary>The stages that lead to a group; null where its type says all.</summary>
    public static string? Way(DigestRun run, DigestGroup group) => run.RootId is null || !group.Stage.Contains('/') && group.Stage == Type(group)
        ? null
        : Line(group.Stage.Replace("/", " → ", StringComparison.Ordinal));

    /// <summary>The kind of error where it says more than the error that stands below it; null elsewhere.</summary>
    public static string? Kind(DigestGroup group)
    {
        if (group.LastMessage is not { } message)
            return Line(group.Error);
        return group.Failures == 1 || FirstLine(message) == Line(group.Error) ? null : Line(group.Error);
    }

    /// <summary>What is said of a job beside its id: what it worked on, its attempts, and its error where that is not the one above.</summary>
    public static string Describe(DigestGroup group, DigestJob job)
    {
        var words = new List<string>();
        if (job.Target is { } target)
            words.Add("target " + Line(target));
        if (job.Arguments is { } arguments)
            words.Add(Line(arguments));
        words.Add($"attempt {Format.Count(job.Attempt)}{(job.MaxAttempts > 0 ? " of " + Format.Count(job.MaxAttempts) : "")}");
        if (job.Error is { } error && (group.LastMessage is not { } message || FirstLine(message) != Line(error)))
            words.Add(Line(error));
        return string.Join(" · ", words);
    }

    /// <summary>How many of which type.</summary>
    public static string Heading(DigestGroup group) => group.Failures == 1 ? Type(group) : $"{Format.Count(group.Failures)} × {Type(group)}";

    /// <summary>Where a group failed, and when.</summary>
    public static string Circumstances(DigestRun run, DigestGroup group) => Way(run, group) is { } way ? $"{way} · {When(group)}" : When(group);

    private static string When(DigestGroup group) => group.FirstAt == group.LastAt ? Format.Time(group.LastAt) : $"first {Format.Time(group.FirstAt)}, last {Format.Time(group.LastAt)}";

    /// <summary>The first line of an error.</summary>
    public static string FirstLine(string message) => Line(message.TrimStart());

    /// <summary>The address of a run in the dashboard.</summary>
    public static string Address(DigestContent digest, DigestRun run) => run.RootId is { } root
        ? $"{digest.BaseUrl}/{PagePaths.Run(run.Source, root)}"
        : $"{digest.BaseUrl}/{PagePaths.Query(("source", run.Source))}";

    /// <summary>The address of all jobs of a group.</summary>
    public static string Address(DigestContent digest, DigestRun run, DigestGroup group) => run.RootId is { } root
        ? $"{digest.BaseUrl}/" + PagePaths.Run(run.Source, root, ("tab", "jobs"), ("stage", group.Stage), ("state", JobState.Discarded.Name()),
            ("error", group.Fingerprint?.ToString(CultureInfo.InvariantCulture)))
        : Address(digest, run);

    /// <summary>The address of all failures of a run.</summary>
    public static string Failed(DigestContent digest, DigestRun run) => run.RootId is { } root
        ? $"{digest.BaseUrl}/" + PagePaths.Run(run.Source, root, ("tab", "jobs"), ("state", JobState.Discarded.Name()))
        : Address(digest, run);

    /// <summary>The address of a job.</summary>
    public static string Address(DigestContent digest, DigestRun run, DigestJob job) => $"{digest.BaseUrl}/{PagePaths.Job(run.Source, job.Id)}";

    /// <summary>The sentence about what is told again; null when nothing is.</summary>
    public static string? Again(DigestContent digest) => digest.ToldBefore == 0 ? null
        : $"{Format.Count(digest.ToldBefore)} of these may have been in an earlier message: its delivery was never confirmed.";

    /// <summary>A worker's name where no other stands beside it, on one line.</summary>
    public static string Name(string worker) => Line(DigestNames.Alone(worker));

    /// <summary>What is left out of a run; null when nothing is.</summary>
    public static string? More(DigestRun run) => run.MoreGroups == 0 ? null
        : $"and {Format.Count(run.MoreFailures)} more in {Format.Count(run.MoreGroups, "other group")}";

    /// <summary>What is left out at the end; null when nothing is.</summary>
    public static string? More(DigestContent digest) => digest.MoreRuns == 0 ? null
        : $"and {Format.Count(digest.MoreFailures)} more in {Format.Count(digest.MoreRuns, "other run")}";

    private static string Clean(ReadOnlySpan<char> text, int limit)
    {
        var cut = TextLimit.Cut(text, limit);
        var clean = VisibleText.Line(cut.ToString());
        return cut.Length < text.Length ? clean + "…" : clean;
    }
}
