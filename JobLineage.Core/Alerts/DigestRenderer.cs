using System.Text;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts;

/// <summary>Makes the message of a digest: subject, text and HTML. Pure.</summary>
internal static class DigestRenderer
{
    private const int SubjectLimit = 150;

    /// <summary>The message of a digest, which lists as much as fits into a mail.</summary>
    public static DigestMessage Render(DigestContent digest)
    {
        digest = DigestFit.Within(digest, DigestLimits.Bytes, d => Math.Max(Encoding.UTF8.GetByteCount(DigestHtml.Write(d)), Encoding.UTF8.GetByteCount(DigestPlain.Write(d))));
        return new(Subject(digest), DigestPlain.Write(digest), DigestHtml.Write(digest), digest, IsPossibleDuplicate: false);
    }

    /// <summary>How much failed, and where.</summary>
    internal static string Subject(DigestContent digest)
    {
        if (digest.Failures == 0)
            return DigestText.Line(WithoutFailures(digest), SubjectLimit);
        var late = digest.Overdue.Count > 0 ? $", {Format.Count(digest.Overdue.Count, "pipeline")} overdue" : "";
        var count = $"{Format.Count(digest.Failures, "job")} failed{late}: ";
        var first = digest.Runs[0];
        if (digest.Runs.Count + digest.MoreRuns > 1)
        {
            var places = new List<string>();
            if (digest.RunCount > 0)
                places.Add(Format.Count(digest.RunCount, "run"));
            if (digest.Singles > 0)
                places.Add(Format.Count(digest.Singles, "job") + " without a run");
            return DigestText.Line($"{count}{string.Join(", ", places)}; most in {Place(first)}", SubjectLimit);
        }

        if (first.RootId is null && first.Groups.Count + first.MoreGroups > 1)
            return DigestText.Line($"{count}most in {Place(first)}", SubjectLimit);
        var group = first.Groups[0];
        return DigestText.Line($"{count}{Place(first)}, {DigestText.Kind(group) ?? DigestText.FirstLine(group.LastMessage!)}", SubjectLimit);
    }

    /// <summary>Where most failed: of jobs without a run, their type.</summary>
    private static string Place(DigestRun run) =>
        run.RootId is null ? $"{DigestText.Type(run.Groups[0])} ({DigestText.Line(run.Source)})" : DigestText.Title(run);

    private static string WithoutFailures(DigestContent digest)
    {
        if (digest.IsTest)
            return "Test message of Job Lineage: nothing failed";
        if (digest.Overdue.Count == 0 && digest.Muted.Count == 0)
            return $"{Format.Count(digest.PutAside.Sum(p => p.Rows), "row")} can't be read: {string.Join(", ", digest.PutAside.Select(p => DigestText.Line(p.Source)))}";
        if (digest.Overdue.Count == 0)
            return $"{Format.Count(digest.Muted.Sum(m => m.Failures), "failure")} muted: {Names(digest.Muted.Select(m => m.Pipeline))}";
        return digest.Overdue is [var one]
            ? $"Overdue: {DigestText.Name(one.Pipeline)} ({DigestText.Line(one.Source)}), no success within {Format.Exact(one.Within)}"
            : $"{Format.Count(digest.Overdue.Count, "pipeline")} overdue: {Names(digest.Overdue.Select(o => o.Pipeline))}";
    }

    private static string Names(IEnumerable<string> pipelines) => string.Join(", ", pipelines.Select(DigestText.Name).Distinct());

    /// <summary>The first sentence.</summary>
    internal static string Opening(DigestContent digest) => digest.IsTest
        ? "This is a test message, sent by hand to try the channel of the failure digest. Nothing failed."
        : digest.Failures == 0 ? digest.IsWhole ? "No job failed for good since the last digest." : "As far as could be read, no job failed for good since the last digest."
        : digest.FirstAt == digest.LastAt
        ? $"{Format.Count(digest.Failures, "job")} failed for good at {Format.Time(digest.FirstAt)}."
        : $"{Format.Count(digest.Failures, "job")} failed for good between {Format.Time(digest.FirstAt)} and {Format.Time(digest.LastAt)}.";
}
