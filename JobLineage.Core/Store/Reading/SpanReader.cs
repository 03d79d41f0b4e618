using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads how long the finished jobs of stages waited and ran: from the newest of each.</summary>
internal static class SpanReader
{
    /// <summary>Finished jobs of one stage that spans are taken from at most.</summary>
    public const int Sampled = 5_000;

    /// <summary>The spans by the number of the stage; a stage without finished jobs has none.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="stages">The numbers of the stages.</param>
    /// <param name="most">Finished jobs of each that are looked at.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<Dictionary<long, StageSpans>> ReadAsync(
        NpgsqlConnection connection, short source, IReadOnlyCollection<long> stages, int most, CancellationToken cancellation)
    {
        var spans = new Dictionary<long, StageSpans>(stages.Count);
        // Of the last attempt: only jobs that have not been due again since.
        await using var command = new NpgsqlCommand(
            $"""
            select p.stage, s.*
            from unnest($1) p (stage)
            cross join lateral (
                select count(*) as jobs, count(waited), percentile_cont(array[0.5, 0.95]) within group (order by waited),
                    count(ran), percentile_cont(array[0.5, 0.95]) within group (order by ran)
                from (
                    select case when attempted_at >= scheduled_at and isfinite(attempted_at) and isfinite(scheduled_at) then extract(epoch from attempted_at - scheduled_at)::float8 end as waited,
                        case when finished_at >= attempted_at and isfinite(finished_at) and isfinite(attempted_at) then extract(epoch from finished_at - attempted_at)::float8 end as ran
                    from (
                        ({Newest(JobState.Completed)})
                        union all
                        ({Newest(JobState.Discarded)})) n
                    order by finished_at desc limit {most}) spans) s
            where s.jobs > 0
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Longs(stages), source);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            spans[reader.GetInt64(0)] = new(Statistics(reader, 2), Statistics(reader, 4), reader.GetInt64(1));
        return spans;

        string Newest(JobState state) =>
            $"""
            select j.scheduled_at, j.attempted_at, j.finished_at from job_lineage.job j
            where j.source_id = $2 and j.stage_id = p.stage and {JobIs.Counted(state)} and j.finished_at is not null
            order by j.finished_at desc, length(j.id) desc, j.id desc limit {most}
            """;

        static SpanStatistics? Statistics(NpgsqlDataReader row, int at) => row.GetInt64(at) > 0 && row.GetFieldValue<double[]>(at + 1) is [var median, var p95]
            ? new(TimeSpan.FromSeconds(median), TimeSpan.FromSeconds(p95), row.GetInt64(at))
            : null;
    }
}
