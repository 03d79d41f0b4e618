using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>The statements that tell of a source's queues.</summary>
internal static class QueueSql
{
    /// <summary>The minutes over which starts and finishes are counted.</summary>
    public const int Minutes = 10;

    /// <summary>
    /// Of each queue with jobs that are not finished: its name, how many are ready, executing, scheduled, retryable and suspended, and since when the oldest ready one
    /// could have been begun. It costs what a look costs: the rows that are not finished.
    /// </summary>
    public static string Waiting(ProbedSource source)
    {
        var m = source.Mapping;
        string Count(JobState state) => $"count(*) filter (where {In(m, state)})";
        var due = $"greatest({RowSql.Time(m.ScheduledAt)}, {RowSql.Time(m.InsertedAt)})";
        return $"""
            select {RowSql.TextOrEmpty(m.Queue)}, {Count(JobState.Available)}, {Count(JobState.Executing)}, {Count(JobState.Scheduled)}, {Count(JobState.Retryable)},
                {Count(JobState.Suspended)}, min({due}) filter (where {In(m, JobState.Available)})
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

    private static string In(SourceMapping mapping, JobState state) => mapping.States.Where(s => s.Value == state).Select(s => SourceMapping.Literal(s.Key)).ToList() is { Count: > 0 } words
        ? $"({mapping.State})::text in ({string.Join(", ", words)})"
        : "false";
}
