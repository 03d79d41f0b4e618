namespace JobLineage.Core.Alerts.Channels;

/// <summary>
/// What a receiver of one's own gets: the digest as it is, and where each run, group, job and note leads. Names stay what they are: what
/// is new is added. Pure.
/// </summary>
internal static class WebhookBody
{
    /// <summary>The body's content.</summary>
    public static object Of(DigestMessage message)
    {
        var digest = message.Content;
        return new
        {
            version = 1,
            subject = message.Subject,
            possibleDuplicate = message.IsPossibleDuplicate,
            digest = new
            {
                key = digest.Key,
                digest.MadeAt,
                digest.BaseUrl,
                digest.Failures,
                digest.RunCount,
                digest.Singles,
                digest.ToldBefore,
                digest.FirstAt,
                digest.LastAt,
                runs = digest.Runs.Select(run => Run(digest, run)),
                digest.MoreRuns,
                digest.MoreFailures,
                digest.Overdue,
                digest.Muted,
                digest.Older,
                digest.Unread,
                digest.PutAside,
                digest.RowsAside,
                digest.MoreNotes,
                digest.MoreSources,
                notes = DigestNotes.Of(digest).Select(n => new { n.Text, url = n.Address }),
                digest.IsTest,
            },
        };
    }

    private static object Run(DigestContent digest, DigestRun run) => new
    {
        run.Source,
        run.RootId,
        run.Worker,
        run.Failures,
        url = DigestText.Address(digest, run),
        groups = run.Groups.Select(group => Group(digest, run, group)),
        run.MoreGroups,
        run.MoreFailures,
    };

    private static object Group(DigestContent digest, DigestRun run, DigestGroup group) => new
    {
        group.Worker,
        group.Stage,
        group.Fingerprint,
        group.Error,
        group.Failures,
        group.FirstAt,
        group.LastAt,
        group.LastMessage,
        url = DigestText.Address(digest, run, group),
        jobs = group.Jobs.Select(job => new
        {
            job.Id,
            job.Worker,
            job.Target,
            job.Arguments,
            job.Attempt,
            job.MaxAttempts,
            job.FailedAt,
            job.Error,
            url = DigestText.Address(digest, run, job),
        }),
        group.MoreJobs,
    };
}
