using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>What a digest says beside failures, in all forms alike.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="Address">Where it leads.</param>
internal sealed record DigestNote(string Text, string Address);

/// <summary>
/// The notes of a digest, in the order in which they stand: what was not read, pipelines that are overdue, mutes that ended, and
/// what was passed over. All of them are here, and every form of a message writes what is here. Pure.
/// </summary>
internal static class DigestNotes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DigestNote> Of(DigestContent digest) =>
    [
        .. digest.Unread.Select(u => new DigestNote(Describe(u), $"{digest.BaseUrl}/{PagePaths.Query(("source", u.Source))}")),
        .. digest.PutAside.Select(p => new DigestNote(Describe(p), $"{digest.BaseUrl}/{PagePaths.Sources}")),
        .. digest.Overdue.Select(o => new DigestNote(Describe(o), $"{digest.BaseUrl}/{PagePaths.Query(("source", o.Source), ("worker", o.Pipeline))}")),
        .. digest.Muted.Select(m => new DigestNote(Describe(m), $"{digest.BaseUrl}/{PagePaths.Digests(mute: m.Mute)}")),
        .. digest.Older > 0 ? [new DigestNote(Older(digest.Older), $"{digest.BaseUrl}/{PagePaths.Digests()}")] : (IEnumerable<DigestNote>)[],
        .. digest.MoreNotes > 0 ? [new DigestNote($"and {Format.Count(digest.MoreNotes, "more note")}", $"{digest.BaseUrl}/{(digest.MoreSources > 0 ? PagePaths.Sources : PagePaths.Digests())}")] : (IEnumerable<DigestNote>)[],
    ];

    /// <summary>How many there are of the kinds that may be many.</summary>
    public static int Count(DigestContent digest) => digest.Unread.Count + digest.PutAside.Count + digest.Overdue.Count + digest.Muted.Count;

    /// <summary>What is said of failures from before the starting line.</summary>
    public static string Older(long failures) =>
        $"{Format.Count(failures, "older failure")} {(failures == 1 ? "is" : "are")} not reported; set JobLineage:Digest:Since to a time before {(failures == 1 ? "it" : "them")} to have {(failures == 1 ? "it" : "them")} reported.";

    /// <summary>What is said of a source that was not read.</summary>
    public static string Describe(DigestUnread unread) =>
        $"Source {DigestText.Line(unread.Source)} could not be read in full: what failed there{(unread.AsOf is { } at ? $" after {Format.Time(at)} is not" : " may not be")} in this message. {DigestText.Flat(unread.Problem, DigestText.LineLimit)}".TrimEnd();

    /// <summary>What is said of rows that could not be read.</summary>
    public static string Describe(DigestPutAside aside) =>
        $"{Format.Count(aside.Rows, "row")} of source {DigestText.Line(aside.Source)} can't be read, and whether {(aside.Rows == 1 ? "this job" : "these jobs")} failed is not known: "
        + string.Join(' ', aside.Sentences.Select(s => DigestText.Flat(s, DigestText.LineLimit)));

    /// <summary>What is said of a pipeline that is overdue.</summary>
    public static string Describe(DigestOverdue overdue) =>
        $"Overdue: {DigestText.Name(overdue.Pipeline)} ({DigestText.Line(overdue.Source)}) has not finished successfully within {Format.Exact(overdue.Within)}; "
        + (overdue.LastAt is { } last ? $"the last time was {Format.Time(last)}." : "no success of it is known.");

    /// <summary>What is said of a mute that has ended.</summary>
    public static string Describe(DigestMuted muted) =>
        $"{Format.Count(muted.Failures, "failure")} of {DigestText.Name(muted.Pipeline)} ({DigestText.Line(muted.Source)}) {(muted.Failures == 1 ? "was" : "were")} muted until {Format.Time(muted.Until)}: {DigestText.Line(muted.Reason)}";
}
