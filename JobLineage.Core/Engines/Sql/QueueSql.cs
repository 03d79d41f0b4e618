using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>The statements that tell of a source's queues.</summary>
internal static class QueueSql
{
    /// <summary>The minutes over which starts and finishes are counted.</summary>
    public const int Minutes = 10;

    /// <summary>
    /// Of each queue with jobs that are not finished: its name, how many are ready, executing, scheduled, retryable and suspended, and since when the oldest ready one
    /// could have been begun. A queue is asked about now, so the clock says what is due: a job whose time has come is ready, whatever word the engine has for it until a
    /// worker takes it, and one whose time has not is not. It costs what a look costs: the rows that are not finished.
    /// </summary>
    public static string Waiting(ProbedSource source)
    {
        var m = source.Mapping;
        string Count(string condition) => $"count(*) filter (where {condition})";
        var due = $"greatest({RowSql.Time(m.ScheduledAt)}, {RowSql.Time(m.InsertedAt)})";
        var (isDue, isLater) = ($"coalesce({due}, now()) <= now()", $"{due} > now()");
        // Where no time is known for which jobs wait, the state alone says that they do.
        var ready = m.ScheduledAt is null ? In(m, JobState.Available) : $"{In(m, JobState.Available, JobState.Scheduled, JobState.Retryable)} and {isDue}";
        var (scheduled, retryable) = m.ScheduledAt is null
            ? (In(m, JobState.Scheduled), In(m, JobState.Retryable))
            : ($"{In(m, JobState.Available, JobState.Scheduled)} and {isLater}", $"{In(m, JobState.Retryable)} and {isLater}");
        return $"""
            select {RowSql.TextOrEmpty(m.Queue)}, {Count(ready)}, {Count(In(m, JobState.Executing))}, {Count(scheduled)}, {Count(retryable)},
                {Count(In(m, JobState.Suspended))}, min({due}) filter (where {ready})
            from {RowSql.From(m)}
            where {string.Join(" or ", ScanSql.Unfinished(source).Select(condition => $"({condition})").DefaultIfEmpty("true"))}
            group by 1
            """;
    }

    /// <summary>Of each queue: its name, attempts begun and jobs finished in the last <see cref="Minutes"/>, and when an attempt last began. Reads the whole table.</summary>
    public static string Pace(ProbedSource source)
    {
        var m = source.Mapping;
        var recent = $"> now() - interval '{Minutes} minutes'";
        return $"""
            select {RowSql.TextOrEmpty(m.Queue)}, count(*) filter (where {RowSql.Time(m.AttemptedAt)} {recent}), count(*) filter (where {RowSql.Time(m.FinishedAt)} {recent}),
                max({RowSql.Time(m.AttemptedAt)})
            from {RowSql.From(m)}
            group by 1
            """;
    }

    private static string In(SourceMapping mapping, params IEnumerable<JobState> states) =>
        mapping.States.Where(s => states.Contains(s.Value)).Select(s => SourceMapping.Literal(s.Key)).ToList() is { Count: > 0 } words
            ? $"({mapping.State})::text in ({string.Join(", ", words)})"
            : "false";
}
