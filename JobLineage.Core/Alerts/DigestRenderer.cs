using System.Text;

namespace JobLineage.Core.Alerts;

/// <summary>Writes a digest as a subject and as plain text. Pure.</summary>
internal static class DigestRenderer
{
    private const int SubjectLimit = 150;

    /// <summary>The message of a digest.</summary>
    public static DigestMessage Render(DigestContent digest) => new(Subject(digest), Text(digest), DigestHtml.Write(digest), digest, IsPossibleDuplicate: false);

    /// <summary>How much failed, and where.</summary>
    internal static string Subject(DigestContent digest)
    {
        if (digest.Failures == 0)
            return DigestText.Line(WithoutFailures(digest), SubjectLimit);
        var late = digest.Overdue.Count > 0 ? $", {DigestText.Count(digest.Overdue.Count, "pipeline")} overdue" : "";
        var count = $"{DigestText.Count(digest.Failures, "job")} failed{late}: ";
        var first = digest.Runs[0];
        if (digest.RunCount + (digest.Singles > 0 ? 1 : 0) > 1)
        {
            var places = new List<string>();
            if (digest.RunCount > 0)
                places.Add(DigestText.Count(digest.RunCount, "run"));
            if (digest.Singles > 0)
                places.Add(DigestText.Count(digest.Singles, "job") + " without a run");
            return DigestText.Line($"{count}{string.Join(", ", places)}; most in {DigestText.Title(first)}", SubjectLimit);
        }

        var group = first.Groups[0];
        return DigestText.Line($"{count}{DigestText.Title(first)}, {DigestText.Line(group.Error)}", SubjectLimit);
    }

    private static string WithoutFailures(DigestContent digest)
    {
        if (digest.IsTest)
            return "Test message of Job Lineage: nothing failed";
        if (digest.Overdue.Count == 0)
            return $"{DigestText.Count(digest.Muted.Sum(m => m.Failures), "failure")} muted: {Names(digest.Muted.Select(m => m.Pipeline))}";
        return digest.Overdue is [var one]
            ? $"Overdue: {DigestText.Name(one.Pipeline)} ({DigestText.Line(one.Source)}), no success within {DigestText.Span(one.Within)}"
            : $"{DigestText.Count(digest.Overdue.Count, "pipeline")} overdue: {Names(digest.Overdue.Select(o => o.Pipeline))}";
    }

    private static string Names(IEnumerable<string> pipelines) => string.Join(", ", pipelines.Select(DigestText.Name).Distinct());

    private static string Text(DigestContent digest)
    {
        var text = new StringBuilder();
        text.Append(Opening(digest)).Append('\n');
        if (DigestText.Again(digest) is { } again)
            text.Append(again).Append('\n');
        foreach (var (note, address) in DigestText.Notes(digest))
            text.Append('\n').Append(note).Append('\n').Append(address).Append('\n');
        foreach (var run in digest.Runs)
        {
            text.Append("\n== ").Append(DigestText.Title(run)).Append(": ").Append(DigestText.Count(run.Failures)).Append(" failed\n");
            text.Append(DigestText.Address(digest, run)).Append('\n');
            foreach (var group in run.Groups)
                Append(text, digest, run, group);
            if (run.MoreGroups > 0)
                text.Append("\n  and ").Append(DigestText.Count(run.MoreFailures)).Append(" more in ").Append(DigestText.Count(run.MoreGroups, "other group")).Append('\n');
        }

        if (DigestText.More(digest) is { } more)
            text.Append('\n').Append(more).Append(": ").Append(digest.BaseUrl).Append("/\n");
        text.Append("\n-- \nJob Lineage · digest ").Append(digest.Key.ToString("D")).Append(" · made ").Append(DigestText.Time(digest.MadeAt)).Append('\n');
        return text.ToString();
    }

    /// <summary>The first sentence.</summary>
    internal static string Opening(DigestContent digest) => digest.IsTest
        ? "This is a test message: somebody tries the channel of the failure digest by hand. Nothing failed."
        : digest.Failures == 0 ? "No job failed for good since the last digest."
        : digest.FirstAt == digest.LastAt
        ? $"{DigestText.Count(digest.Failures, "job")} failed for good at {DigestText.Time(digest.FirstAt)}."
        : $"{DigestText.Count(digest.Failures, "job")} failed for good between {DigestText.Time(digest.FirstAt)} and {DigestText.Time(digest.LastAt)}.";

    /// <summary>When a group failed.</summary>
    internal static string Span(DigestGroup group) => group.Failures == 1
        ? DigestText.Time(group.LastAt)
        : $"first {DigestText.Time(group.FirstAt)}, last {DigestText.Time(group.LastAt)}";

    private static void Append(StringBuilder text, DigestContent digest, DigestRun run, DigestGroup group)
    {
        text.Append("\n  ").Append(DigestText.Count(group.Failures)).Append(" × ").Append(DigestText.Line(group.Stage)).Append(": ").Append(DigestText.Line(group.Error)).Append('\n');
        text.Append("  ").Append(Span(group)).Append('\n');
        if (group.LastMessage is { } message)
            text.Append("  most recent error:\n    | ").Append(DigestText.Message(message).Replace("\n", "\n    | ")).Append('\n');
        foreach (var job in group.Jobs)
            text.Append("    ").Append(DigestText.Line(job.Id)).Append(" · ").Append(DigestText.Describe(job)).Append(" · ").Append(DigestText.Address(digest, run, job)).Append('\n');
        if (group.MoreJobs > 0)
            text.Append("    and ").Append(DigestText.Count(group.MoreJobs)).Append(" more: ").Append(DigestText.Address(digest, run, group)).Append('\n');
    }
}
