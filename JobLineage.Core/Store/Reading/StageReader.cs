using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what the jobs of a stage tell: from the newest of them where there are many.</summary>
internal sealed class StageReader(NpgsqlConnection connection, RunStages run, StoredStage stage, DateTimeOffset now)
{
    /// <summary>Jobs of either outcome whose arguments are compared.</summary>
    private const int Compared = 500;

    /// <summary>Jobs that are counted a state and a look: beyond that a pace is out of reach of anybody's eye.</summary>
    private const int Counted = 200_000;

    private const int ErrorsShown = 10;

    public async Task<StageEvidence> ReadAsync(JobsQuery first, CancellationToken cancellation)
    {
        var spans = (await SpanReader.ReadAsync(connection, run.SourceId, [stage.Id], SpanReader.Sampled, cancellation)).GetValueOrDefault(stage.Id);
        var perMinute = stage.Counts.Unfinished > 0 ? await PerMinuteAsync(cancellation) : [];
        var (errors, kinds, _) = await ErrorGroups.TopAsync(connection, run.SourceId, [stage], ErrorsShown, cancellation);
        var contrast = stage.Counts is { Discarded: >= ArgsContrast.LeastJobs, Completed: >= ArgsContrast.LeastJobs }
            ? ArgsContrast.Of(await ArgsAsync(JobState.Discarded, cancellation), await ArgsAsync(JobState.Completed, cancellation))
            : null;
        var jobs = await new JobsList(connection, run, first, now).ReadAsync(cancellation);
        return new(
            stage.Path, now, spans?.Waiting, spans?.Running, spans?.Sampled ?? 0, stage.Counts.Completed + stage.Counts.Discarded, perMinute,
            StagePace.Of(stage.Counts, perMinute), errors, kinds, contrast, jobs ?? JobsPage.Empty);
    }

    /// <summary>How many finished in each of the last minutes, the last minute first.</summary>
    private async Task<IReadOnlyList<long>> PerMinuteAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select least({StagePace.Minutes - 1}, floor(extract(epoch from $2 - n.finished_at) / 60))::integer, count(*)
            from (values {JobIs.Rows(JobStates.All.Where(s => s.IsFinished()))}) s (state)
            cross join lateral (
                select j.finished_at from job_lineage.job j
                where j.source_id = $3 and j.stage_id = $1 and j.state = s.state and {JobIs.Counted()} and j.finished_at is not null
                    and j.finished_at > $2 - interval '{StagePace.Minutes} minutes' and j.finished_at <= $2
                order by j.finished_at desc limit {Counted}) n
            group by 1
            """, stage.Id, now, run.SourceId);
        var minutes = new long[StagePace.Minutes];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            minutes[reader.GetInt32(0)] = reader.GetInt64(1);
        return minutes;
    }

    private async Task<List<string?>> ArgsAsync(JobState state, CancellationToken cancellation)
    {
        await using var command = Command(Newest(state, Compared, JobSql.Args()), stage.Id, run.SourceId);
        var args = new List<string?>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            args.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        return args;
    }

    private static string Newest(JobState state, int most, string columns) =>
        $"""
        select {columns} from job_lineage.job j
        where j.source_id = $2 and j.stage_id = $1 and {JobIs.Counted(state)} and j.finished_at is not null
        order by j.finished_at desc, length(j.id) desc, j.id desc limit {most}
        """;

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<SqlValue> parameters) =>
        new NpgsqlCommand(sql, connection) { CommandTimeout = ViewsReader.TimeoutSeconds }.With(parameters);
}
