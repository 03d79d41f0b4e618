using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>Removes one run, a single, or what is left of a run that was dropped.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="source">The source's name.</param>
internal sealed class ForgottenRun(NpgsqlDataSource store, string source)
{
    private const int Batch = 5_000;

    private const string OfRun = "select s.id from job_lineage.stage s where s.source_id = $1 and s.run_id = $2";

    /// <summary>What would be removed; null when there is no such run.</summary>
    public static async Task<Forgettable?> PreviewAsync(NpgsqlConnection connection, string source, string run, CancellationToken cancellation)
    {
        var key = await JobAddress.ResolveAsync(connection, source, run, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            with chosen as (
                select s.id as source_id, s.name, j.id as job, j.run_id, r.root_id, r.rows, r.absent, j.flags
                from job_lineage.source s
                join job_lineage.job j on j.source_id = s.id and j.id = $2
                left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
                where s.name = $1 and s.forgotten_at is null and {JobSql.IsThere})
            select coalesce(c.root_id, c.job), coalesce(c.rows, 1), case when c.run_id is null then ({JobIs.Present("c")})::int::bigint else c.rows - c.absent end,
                (c.run_id is not null)::int::bigint, 0::bigint, f.failures, f.untold, {SourceLease.ReaderOf("c.name")}
            from chosen c
            cross join lateral (
                select count(*) as failures, count(*) filter (where f.digest_id is null) as untold
                from job_lineage.job j join job_lineage.failure f on f.source_id = j.source_id and f.job_id = j.id
                where j.source_id = c.source_id and case when c.run_id is null then j.id = c.job
                    else j.stage_id in (select s.id from job_lineage.stage s where s.source_id = c.source_id and s.run_id = c.run_id) end) f
            union all
            select p.root_id, 0, 0, 0, 1, 0, 0, {SourceLease.ReaderOf("s.name")}
            from job_lineage.source s join job_lineage.past_run p on p.source_id = s.id and p.root_id = $3
            where s.name = $1 and s.forgotten_at is null and not exists (select from chosen)
            limit 1
            """, connection)
        { CommandTimeout = 120 }.With(source, key, run);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        return await row.NextAsync(cancellation)
            ? new(source, row.Text(), row.Long(), row.Long(), row.Long(), row.Long(), row.Long(), row.Long(), row.TextOrNull())
            : null;
    }

    /// <summary>Removes it.</summary>
    /// <returns>Rows removed; null when there is no such run.</returns>
    public async Task<long?> ForgetAsync(string run, Action<long>? removed, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var key = await JobAddress.ResolveAsync(connection, source, run, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The lock that every writer of the source takes: a batch that is under way goes first.
        if (await LockAsync(connection, cancellation) is not { } sourceId)
            return null;
        var sum = await PastAsync(connection, sourceId, run, cancellation);
        long? runId = null;
        var isThere = false;
        await using (var find = new NpgsqlCommand(
            $"""
            select j.run_id from job_lineage.job j left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            where j.source_id = $1 and j.id = $2 and {JobSql.IsThere}
            """, connection))
        {
            find.With(sourceId, key);
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            if (isThere = await reader.ReadAsync(cancellation))
                runId = reader.IsDBNull(0) ? null : reader.GetInt64(0);
        }

        if (!isThere)
        {
            await transaction.CommitAsync(cancellation);
            return sum > 0 ? sum : null;
        }

        await RunSignal.AnnounceAsync(connection, source, [key, run], cancellation);
        if (runId is null)
        {
            sum += await SingleAsync(connection, sourceId, key, cancellation);
            await transaction.CommitAsync(cancellation);
            return sum;
        }

        var stages = await RunAsync(connection, sourceId, runId.Value, cancellation);
        await transaction.CommitAsync(cancellation);
        for (var rows = Batch; rows == Batch;)
        {
            rows = await JobDeletion.OfStagesAsync(connection, sourceId, stages, Batch, cancellation);
            sum += rows;
            removed?.Invoke(sum);
        }

        await using var done = new NpgsqlCommand("delete from job_lineage.leftover where source_id = $1 and run_id = $2", connection).With(sourceId, runId.Value);
        await done.ExecuteNonQueryAsync(cancellation);
        return sum;
    }

    private async Task<short?> LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id from job_lineage.source where name = $1 and forgotten_at is null for update", connection).With(source);
        return (short?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<int> PastAsync(NpgsqlConnection connection, short sourceId, string root, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from job_lineage.past_run where source_id = $1 and root_id = $2", connection).With(sourceId, root);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int> SingleAsync(NpgsqlConnection connection, short sourceId, string key, CancellationToken cancellation)
    {
        var counts = string.Join(", ", JobStates.All.Select(s => $"{s.Name()} = g.{s.Name()} - ({JobIs.In(s, "d")})::int"));
        await using var command = new NpgsqlCommand(
            $"""
            with gone as (delete from job_lineage.job where source_id = $1 and id = $2 returning worker, queue, state, flags),
            beside as (delete from job_lineage.payload where source_id = $1 and id = $2),
            counted as (
                update job_lineage.single g set {counts} from gone d
                where g.source_id = $1 and g.worker = d.worker and {JobIs.Counted("d")}),
            queued as (
                update job_lineage.queue q set available = q.available - ({JobIs.In(JobState.Available, "d")})::int, executing = q.executing - ({JobIs.In(JobState.Executing, "d")})::int
                from gone d where q.source_id = $1 and q.queue = d.queue and {JobIs.Counted("d")}),
            told as (
                update job_lineage.failure set swept = true, message = null, target = null, digest_id = coalesce(digest_id, 0)
                where source_id = $1 and job_id = $2)
            select count(*)::int from gone
            """, connection).With(sourceId, key);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Removes a run but for its jobs, which are to nobody there from then on.</summary>
    /// <returns>The stages that it had.</returns>
    private static async Task<long[]> RunAsync(NpgsqlConnection connection, short sourceId, long run, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = 120 };
        batch.Add(
            $"""
            update job_lineage.queue q set available = q.available - d.available, executing = q.executing - d.executing
            from (
                select j.queue, count(*) filter (where {JobIs.In(JobState.Available)}) as available, count(*) filter (where {JobIs.In(JobState.Executing)}) as executing
                from job_lineage.stage s
                join job_lineage.job j on j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted()} and {JobIs.In([JobState.Available, JobState.Executing])}
                where s.source_id = $1 and s.run_id = $2 and s.available + s.executing > 0 group by j.queue) d
            where q.source_id = $1 and q.queue = d.queue
            """, sourceId, run);
        // That it was told stays, or a job that the queue still has would be told again; what was told goes.
        batch.Add(
            $"""
            update job_lineage.failure f set swept = true, message = null, target = null, digest_id = coalesce(f.digest_id, 0)
            from job_lineage.stage s join job_lineage.job j on j.source_id = s.source_id and j.stage_id = s.id and {JobIs.In(JobState.Discarded)}
            where s.source_id = $1 and s.run_id = $2 and f.source_id = $1 and f.job_id = j.id
            """, sourceId, run);
        batch.Add(
            $"""
            insert into job_lineage.leftover (run_id, source_id, stages)
            select $2, $1, array({OfRun})
            returning stages
            """, sourceId, run);
        batch.Add($"delete from job_lineage.stage_edge where source_id = $1 and from_stage in ({OfRun})", sourceId, run);
        batch.Add($"delete from job_lineage.error_group where source_id = $1 and stage_id in ({OfRun})", sourceId, run);
        batch.Add("delete from job_lineage.stage where source_id = $1 and run_id = $2", sourceId, run);
        batch.Add(RunCounts.Remove("delete from job_lineage.run where source_id = $1 and id = $2"), sourceId, run);
        return (long[])(await batch.ExecuteScalarAsync(cancellation))!;
    }
}
