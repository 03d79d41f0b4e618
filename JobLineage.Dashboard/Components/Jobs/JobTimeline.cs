using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>What a job has been through, as far as its row tells: queues keep the times of the last attempt and of failures.</summary>
/// <param name="Steps">What happened, in its order.</param>
/// <param name="From">The beginning of the drawing; null when nothing has a time.</param>
/// <param name="To">Its end.</param>
/// <param name="Spans">The stretches of it.</param>
public sealed record JobTimeline(IReadOnlyList<JobStep> Steps, DateTimeOffset? From, DateTimeOffset To, IReadOnlyList<JobSpan> Spans)
{
    /// <summary>Of a job, at a moment.</summary>
    public static JobTimeline Of(Job job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        var began = Known(job.AttemptedAt);
        var ended = job.State.IsFinished() ? Known(job.FinishedAt) : null;
        var steps = new List<JobStep>();
        Add("inserted", job.InsertedAt, null);
        if (Known(job.ScheduledAt) is { } due && due != Known(job.InsertedAt))
            steps.Add(new(due > now ? "due" : "was due", due, null, null, due > now ? JobState.Scheduled : null));
        foreach (var error in job.Errors.Where(error => !IsOfLast(error)))
            Failed(error, error.At, null);
        // Of what has one time the beginning comes first.
        Add(job.Attempt > 1 ? $"attempt {job.Attempt} began" : "began", began, null, job.AttemptedBy, JobState.Executing);
        foreach (var error in job.Errors.Where(IsOfLast))
        {
            // A queue that keeps no time of its failures: it is that of the end where the failure was the end, and not known otherwise.
            var at = Known(error.At) == began ? job.State == JobState.Discarded ? ended : null : error.At;
            Failed(error, at ?? error.At, at - began);
        }

        Add(job.State.Name(), ended, ended >= began ? ended - began : null, null, job.State);
        var ordered = steps.OrderBy(step => step.At).ToList();
        if (ordered.Count == 0)
            return new([], null, now, []);
        var from = ordered[0].At;
        var last = ordered[^1].At;
        var to = ended ?? (job.State == JobState.Executing || last > now ? Later(last, now) : last);
        return new(ordered, from, Later(to, last), SpansOf(job, from, began, ended, to));

        // A queue that puts no number on its failures keeps the last one alone.
        bool IsOfLast(JobError error) => began is not null && Known(error.At) >= began && (error.Attempt == 0 || error.Attempt == job.Attempt);

        void Failed(JobError error, DateTimeOffset? at, TimeSpan? took) =>
            Add(error.Attempt > 0 ? $"attempt {error.Attempt} failed" : "failed", at, took, error.FirstLine, JobState.Retryable);

        void Add(string name, DateTimeOffset? at, TimeSpan? took, string? note = null, JobState? state = null)
        {
            if (Known(at) is { } time)
                steps.Add(new(name, time, took < TimeSpan.Zero ? null : took, note, state));
        }
    }

    private static List<JobSpan> SpansOf(Job job, DateTimeOffset from, DateTimeOffset? began, DateTimeOffset? ended, DateTimeOffset to)
    {
        var spans = new List<JobSpan>();
        if (began is not { } start)
        {
            if (to > from)
                spans.Add(new(false, from, to));
            return spans;
        }

        // An attempt ends with the job, with its failure, or not yet.
        var failed = job.Errors.Where(error => error.At >= start).Select(error => error.At).Max();
        var end = ended >= start ? ended.Value : job.State == JobState.Executing ? to : failed ?? start;
        if (start > from)
            spans.Add(new(false, from, start));
        spans.Add(new(true, start, end));
        return spans;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // The ends of time stand for times that no calendar of ours has.
    private static DateTimeOffset? Known(DateTimeOffset? time) => time > DateTimeOffset.MinValue && time < DateTimeOffset.MaxValue ? time : null;
}

/// <summary>Something that happened to a job.</summary>
/// <param name="Name">What.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Took">How long the attempt had been going on that it ended; null where it ended none.</param>
/// <param name="Note">What is said of it besides: an error, a node.</param>
/// <param name="State">The state it looks like; null for none.</param>
public sealed record JobStep(string Name, DateTimeOffset At, TimeSpan? Took, string? Note, JobState? State);

/// <summary>A stretch of a job's time.</summary>
/// <param name="IsRunning">Whether the last attempt was going on; else it waited, or earlier attempts were made.</param>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
public sealed record JobSpan(bool IsRunning, DateTimeOffset From, DateTimeOffset To);
