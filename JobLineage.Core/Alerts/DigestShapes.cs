using System.Text.Json;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts;

/// <summary>Digests, what they told of, and mutes, in the shapes that leave the program. Pure.</summary>
public static class DigestShapes
{
    /// <summary>A digest in a list.</summary>
    public static DigestLineAnswer ToAnswer(this DigestSummary digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new(
            digest.Id, digest.Key, digest.MadeAt, digest.Subject, digest.Failures, digest.Runs, JsonNamingPolicy.SnakeCaseLower.ConvertName(digest.State.ToString()),
            digest.Attempts, digest.PossibleDuplicate, digest.NextAttemptAt, digest.Channel, digest.ProviderId, digest.Detail, digest.EndedAt);
    }

    /// <summary>A digest as it was frozen.</summary>
    public static DigestAnswer ToAnswer(this DigestView digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new(
            digest.Summary.ToAnswer(), digest.Text, digest.Html, digest.MessageId, [.. digest.Overdue.Select(ToAnswer)], [.. digest.Muted.Select(ToAnswer)],
            digest.Ambiguous, digest.IsSwept, digest.AsOf);
    }

    /// <summary>Failures that a digest told of.</summary>
    public static ToldFailuresAnswer ToAnswer(this FailurePage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new(
            [.. page.Failures.Select(f => new ToldFailureAnswer(
                f.Id, f.Source, f.JobId, f.RootId, f.Pipeline, f.Stage, f.Worker, f.Attempt, f.MaxAttempts, f.Fingerprint, f.Error, f.At, f.MayHaveBeenTold))],
            page.Total, page.Older);
    }

    /// <summary>A mute.</summary>
    public static MuteLineAnswer ToAnswer(this Mute mute)
    {
        ArgumentNullException.ThrowIfNull(mute);
        return new(
            mute.Id, mute.Source, mute.Pipeline, mute.Reason, mute.By, mute.From, mute.Until, mute.EndedAt, mute.EndedBy, mute.IsActive, mute.Failures,
            mute.ToldIn, mute.End);
    }

    /// <summary>What a receiver of one's own gets: the digest as it is, and where each run, group, job and note leads.</summary>
    internal static DigestMessageAnswer ToAnswer(this DigestMessage message)
    {
        var digest = message.Content;
        return new(1, message.Subject, message.IsPossibleDuplicate, new(
            digest.Key, digest.MadeAt, digest.BaseUrl, digest.Failures, digest.RunCount, digest.Singles, digest.ToldBefore, digest.FirstAt, digest.LastAt,
            [.. digest.Runs.Select(run => Run(digest, run))], digest.MoreRuns, digest.MoreFailures, [.. digest.Overdue.Select(ToAnswer)],
            [.. digest.Muted.Select(ToAnswer)], digest.Older, [.. digest.Unread.Select(u => new UnreadAnswer(u.Source, u.AsOf, u.Problem))],
            [.. digest.PutAside.Select(p => new RowsAsideAnswer(p.Source, p.Rows, p.Sentences))], digest.RowsAside, digest.MoreNotes, digest.MoreSources,
            [.. DigestNotes.Of(digest).Select(n => new NoteAnswer(n.Text, n.Address))], digest.IsTest));
    }

    private static DigestRunAnswer Run(DigestContent digest, DigestRun run) => new(
        run.Source, run.RootId, run.Worker, run.Failures, DigestText.Address(digest, run), [.. run.Groups.Select(group => Group(digest, run, group))],
        run.MoreGroups, run.MoreFailures);

    private static DigestGroupAnswer Group(DigestContent digest, DigestRun run, DigestGroup group) => new(
        group.Worker, group.Stage, group.Fingerprint, group.Error, group.Failures, group.FirstAt, group.LastAt, group.LastMessage,
        DigestText.Address(digest, run, group),
        [.. group.Jobs.Select(job => new DigestJobAnswer(
            job.Id, job.Worker, job.Target, job.Arguments, job.Attempt, job.MaxAttempts, job.FailedAt, job.Error, DigestText.Address(digest, run, job)))],
        group.MoreJobs);

    private static OverdueAnswer ToAnswer(DigestOverdue overdue) => new(overdue.Source, overdue.Pipeline, overdue.Within, overdue.LastAt);

    private static EndedMuteAnswer ToAnswer(DigestMuted muted) => new(muted.Mute, muted.Source, muted.Pipeline, muted.Failures, muted.Until, muted.Reason);
}
