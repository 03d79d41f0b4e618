using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>Whether a job that is in memory meets a filter: what every statement made from one must find. Pure.</summary>
public static class JobFilterMatch
{
    /// <summary>Whether a job meets all of a filter that needs neither its arguments nor its errors.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="job">The job; arguments, meta and errors need not be read.</param>
    /// <param name="stage">The path of its stage.</param>
    /// <param name="now">The moment from which spans are counted.</param>
    /// <param name="isBelow">Whether the job is below the one with this id.</param>
    public static bool IsNear(JobFilter filter, Job job, string stage, DateTimeOffset now, Func<string, bool> isBelow) =>
        (filter.States.Count == 0 || filter.States.Contains(job.State))
        && (filter.Stage is null || filter.Stage == stage)
        && (filter.Worker is null || Workers.IsNamed(job.Worker, filter.Worker))
        && (filter.Queue is null || filter.Queue == job.Queue)
        && (filter.Ids.Count == 0 || filter.Ids.Contains(job.Id, StringComparer.Ordinal))
        && (filter.Older is null || LatestAt(job, now) <= now - filter.Older)
        && (filter.Newer is null || LatestAt(job, now) > now - filter.Newer)
        && (filter.Below is null || isBelow(filter.Below));

    /// <summary>Whether a job that is read whole meets the rest of it.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="job">The job with its arguments and errors.</param>
    /// <param name="errorId">The number of its error's fingerprint, where anything counts them.</param>
    public static bool IsWhole(JobFilter filter, Job job, int? errorId) =>
        filter.Texts.All(text => job.Args is { } args && args.ToLowerInvariant().Contains(text.ToLowerInvariant(), StringComparison.Ordinal))
        && JobArgument.AreIn(filter.Args, job.Args)
        && (filter.Error is null || filter.Error == errorId)
        && (filter.ErrorTexts.Count == 0
            || Fingerprint.Of(job) is { } print && filter.ErrorTexts.All(text => ErrorText.Of(text).IsIn(print)));

    /// <summary>
    /// When something last happened to a job: the latest of the times at which it was inserted, due, begun and finished, of those that have
    /// passed. Null when none is known.
    /// </summary>
    public static DateTimeOffset? LatestAt(Job job, DateTimeOffset now) =>
        new[] { job.InsertedAt, job.ScheduledAt, job.AttemptedAt, job.FinishedAt }.Where(time => time <= now).Max();
}
