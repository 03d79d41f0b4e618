using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what the jobs of a stage tell: from the newest of them where there are many.</summary>
internal sealed class StageReader(NpgsqlConnection connection, RunStages run, StoredStage stage, DateTimeOffset now)
{
    /// <summary>Finished jobs that spans are taken from.</summary>
    public const int Sampled = 5_000;

    /// <summary>Jobs of either outcome whose arguments are compared.</summary>
    private const int Compared = 500;

    /// <summary>Jobs that are counted a state and a look: beyond that a pace is out of reach of anybody's eye.</summary>
    private const int Counted = 200_000;

    private const int ErrorsShown = 10;

    public async Task<StageEvidence> ReadAsync(JobsQuery first, CancellationToken cancellation)
    {
        var (waiting, running, sampled) = await SpansAsync(cancellation);
        var perMinute = stage.Counts.Unfinished > 0 ? await PerMinuteAsync(cancellation) : [];
        var (errors, kinds, _) = await ErrorGroups.TopAsync(connection, [stage], ErrorsShown, cancellation);
        var contrast = stage.Counts is { Discarded: >= ArgsContrast.LeastJobs, Completed: >= ArgsContrast.LeastJobs }
            ? ArgsContrast.Of(await ArgsAsync(JobState.Discarded, cancellation), await ArgsAsync(JobState.Completed, cancellation))
            : null;
        var jobs = await new JobsList(connection, run, first).ReadAsync(cancellation);
        return new(
            stage.Path, now, waiting, running, sampled, stage.Counts.Completed + stage.Counts.Discarded, perMinute,
            StagePace.Of(stage.Counts, perMinute), errors, kinds, contrast, jobs ?? JobsPage.Empty);
    }

    private async Task<(SpanStatistics? Waiting, SpanStatistics? Running, long Sampled)> SpansAsync(CancellationToken cancellation)
    {
        // Of the last attempt: only jobs that have not been due again since.
        await using var command = Command(
            $"""
            with newest as (
                select scheduled_at, attempted_at, finished_at from (
                    ({Newest(5, Sampled)})
                    union all
                    ({Newest(6, Sampled)})) n
                order by finished_at desc limit {Sampled}),
            spans as (
                select case when attempted_at >= scheduled_at then extract(epoch from attempted_at - scheduled_at)::float8 end as waited,
                    case when finished_at >= attempted_at then extract(epoch from finished_at - attempted_at)::float8 end as ran
                from newest)
            select count(*), count(waited), percentile_cont(array[0.5, 0.95]) within group (order by waited),
                count(ran), percentile_cont(array[0.5, 0.95]) within group (order by ran)
            from spans
            """, stage.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (Statistics(reader, 1), Statistics(reader, 3), reader.GetInt64(0));

        static SpanStatistics? Statistics(NpgsqlDataReader row, int at) => row.GetInt64(at) > 0 && row.GetFieldValue<double[]>(at + 1) is [var median, var p95]
            ? new(TimeSpan.FromSeconds(median), TimeSpan.FromSeconds(p95), row.GetInt64(at))
            : null;
    }

    /// <summary>How many finished in each of the last minutes, the last minute first.</summary>
    private async Task<IReadOnlyList<long>> PerMinuteAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select least({StagePace.Minutes - 1}, floor(extract(epoch from $2 - n.finished_at) / 60))::integer, count(*)
            from (values (5), (6), (7)) s (state)
            cross join lateral (
                select j.finished_at from job_lineage.job j
                where j.stage_id = $1 and j.state = s.state and j.flags & 5 = 0 and j.finished_at is not null
                    and j.finished_at > $2 - interval '{StagePace.Minutes} minutes' and j.finished_at <= $2
                order by j.finished_at desc limit {Counted}) n
            group by 1
            """, stage.Id, now.UtcDateTime);
        var minutes = new long[StagePace.Minutes];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            minutes[reader.GetInt32(0)] = reader.GetInt64(1);
        return minutes;
    }

    private async Task<List<string?>> ArgsAsync(JobState state, CancellationToken cancellation)
    {
        await using var command = Command(Newest((int)state, Compared, "j.args"), stage.Id);
        var args = new List<string?>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            args.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        return args;
    }

    private static string Newest(int state, int most, string columns = "j.scheduled_at, j.attempted_at, j.finished_at") =>
        $"""
        select {columns} from job_lineage.job j
        where j.stage_id = $1 and j.state = {state} and j.flags & 5 = 0 and j.finished_at is not null
        order by j.finished_at desc, length(j.id) desc, j.id desc limit {most}
        """;

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = ViewsReader.TimeoutSeconds };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
