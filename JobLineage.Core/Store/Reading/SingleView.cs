using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The views of a single: a run of one.</summary>
internal static class SingleView
{
    public static async Task<RunErrors> ErrorsAsync(NpgsqlConnection connection, RunStages run, CancellationToken cancellation)
    {
        if (await LineAsync(connection, run, cancellation) is not { Fingerprint: { } fingerprint } job)
            return new([], 0, 0, []);
        var text = await ErrorGroups.TextAsync(connection, fingerprint, cancellation) ?? "";
        var isFinal = job.State == JobState.Discarded;
        var at = job.FinishedAt ?? job.AttemptedAt ?? job.ScheduledAt;
        return new([new(fingerprint, text, isFinal ? 1 : 0, isFinal ? 0 : 1, at, at, job.Id, [new(job.Stage, 1)])], 1, 1, []);
    }

    public static async Task<StageEvidence?> StageAsync(
        NpgsqlConnection connection, RunStages run, JobsQuery first, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await LineAsync(connection, run, cancellation) is not { } job || job.Stage != first.Filter.Stage)
            return null;
        var errors = await ErrorsAsync(connection, run, cancellation);
        var finished = job.State is JobState.Completed or JobState.Discarded ? 1 : 0;
        return new(
            job.Stage, now, Span(finished > 0 ? job.Waited : null), Span(job.Ran), finished, finished, [], null, errors.Groups, errors.Total, null,
            new([job], 1, null, null, null, false, false));
    }

    public static async Task<RunTimeline?> TimelineAsync(
        NpgsqlConnection connection, RunStages run, DateTimeOffset now, CancellationToken cancellation) =>
        await LineAsync(connection, run, cancellation) is { } job
            ? new(
                now, job.ScheduledAt ?? job.AttemptedAt, job.State.IsFinished() ? job.FinishedAt : now,
                [new(job.Stage, default(StateCounts).Add(job.State), job.ScheduledAt, job.AttemptedAt, job.FinishedAt)], null,
                job.FinishedAt is null ? null : new([job], 0, true))
            : null;

    private static SpanStatistics? Span(TimeSpan? span) => span is { } took ? new(took, took, 1) : null;

    private static async Task<JobLine?> LineAsync(NpgsqlConnection connection, RunStages run, CancellationToken cancellation) =>
        (await JobLines.ReadAsync(connection, run, [run.RootId], cancellation)).Values.SingleOrDefault();
}
