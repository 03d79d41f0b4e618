namespace JobLineage.Core.Model;

/// <summary>How long a job waited and ran, from the times that queues keep: those of its last attempt.</summary>
public static class JobSpans
{
    /// <summary>From due to begun; null where unknown or not begun since it was last due.</summary>
    public static TimeSpan? Waited(DateTimeOffset? scheduledAt, DateTimeOffset? attemptedAt) =>
        attemptedAt >= scheduledAt ? attemptedAt - scheduledAt : null;

    /// <summary>From begun to finished; null where unknown or not finished.</summary>
    public static TimeSpan? Ran(JobState state, DateTimeOffset? attemptedAt, DateTimeOffset? finishedAt) =>
        state is JobState.Completed or JobState.Discarded && finishedAt >= attemptedAt ? finishedAt - attemptedAt : null;
}
