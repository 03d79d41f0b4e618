using JobLineage.Core.Model;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>
/// Drops old runs and singles, in transactions of a few milliseconds that never wait for a batch of the ingester. Of a run a
/// summary is left. Only what its queue no longer has is dropped: what it has would be read again as new.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="record">The source, and the turn of the leader who drops.</param>
public sealed class OldRuns(NpgsqlDataSource store, SourceRecord record)
{
    /// <summary>Runs that are looked at at a time.</summary>
    private const int MostRuns = 200;

    /// <summary>Fingerprints of a run that its summary keeps.</summary>
    private const int MostErrors = 200;

    private static readonly string Counts = StateColumns.Of();

    // What is zero or unknown is left out: most of a stage is.
    private static readonly string Summarize =
        $"""
        insert into job_lineage.past_run (id, source_id, root_id, run_key, worker, {Counts}, vanished, started_at, last_activity_at, stages, errors)
        select r.id, r.source_id, r.root_id, r.run_key, r.worker, {StateColumns.Of("r")}, r.vanished,
            r.started_at, r.last_activity_at,
            coalesce((
                select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'id', s.id, 'parent', s.parent_id, 'worker', w.text, 'step', st.text, 'depth', s.depth,
                    {StateColumns.Each(name => $"'{name}', nullif(s.{name}, 0)")},
                    'vanished', nullif(s.vanished, 0), 'parents', nullif(s.parents, 0), 'ran', nullif(s.ran, 0), 'ran_ms', nullif(s.ran_ms, 0),
                    'waited_ms', nullif(s.waited_ms, 0), 'first_inserted_at', s.first_inserted_at, 'first_attempted_at', s.first_attempted_at,
                    'last_finished_at', s.last_finished_at)) order by s.depth, s.id)
                from job_lineage.stage s
                join job_lineage.label w on w.id = s.worker
                left join job_lineage.label st on st.id = s.step
                where s.source_id = r.source_id and s.run_id = r.id), '[]'),
            coalesce((
                select jsonb_agg(jsonb_build_object('fingerprint', g.fingerprint, 'final', g.final) order by g.final desc, g.fingerprint)
                from (
                    select g.fingerprint, sum(g.final)::bigint as final
                    from job_lineage.stage s join job_lineage.error_group g on g.source_id = s.source_id and g.stage_id = s.id
                    where s.source_id = r.source_id and s.run_id = r.id
                    group by g.fingerprint order by 2 desc, 1 limit {MostErrors}) g), '[]')
        from job_lineage.run r
        where r.source_id = $1 and r.id = any($2)
        """;

    private static readonly string DropSingles =
        $"""
        with dropped as (
            delete from job_lineage.job where source_id = $1 and ctid = any(array(
                select j.ctid from job_lineage.job j
                where j.source_id = $1 and j.stage_id is null and {JobIs.Gone()}
                    and greatest(j.inserted_at, j.attempted_at, j.finished_at) < now() - $2
                order by greatest(j.inserted_at, j.attempted_at, j.finished_at)
                limit $3))
            returning id, worker, state, flags),
        beside as (delete from job_lineage.payload p using dropped d where p.source_id = $1 and p.id = d.id),
        counted as (
            update job_lineage.single s
            set {StateColumns.Each(name => $"{name} = s.{name} - d.{name}")}
            from (
                select worker, {string.Join(", ", JobStates.All.Select(s => $"count(*) filter (where {JobIs.In(s, "")}) as {s.Name()}"))}
                from dropped where {JobIs.Counted("")} group by worker) d
            where s.source_id = $1 and s.worker = d.worker)
        select count(*) from dropped
        """;

    /// <summary>Drops some of what is old, in one transaction.</summary>
    /// <param name="keep">How long what has come to rest is kept, by the store's clock.</param>
    /// <param name="rows">Job rows that are deleted at most.</param>
    /// <param name="cancellation">Rolls back.</param>
    /// <exception cref="LeadLostException">Another replica has taken over; nothing was dropped.</exception>
    public async Task<Dropped> DropAsync(TimeSpan keep, int rows, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await BeginAsync(connection, cancellation) is not { } isBackfilled)
            return new(DropOutcome.Busy, 0, 0);
        // While the table is first read a chunk that was read earlier may be written later: nothing is known to be gone.
        if (!isBackfilled)
            return new(DropOutcome.Nothing, 0, 0);
        var runs = 0;
        var jobs = await SweepLeftoverAsync(connection, rows, cancellation);
        if (jobs == 0)
            (runs, jobs) = await DropRunsAsync(connection, keep, rows, cancellation);
        if (runs == 0 && jobs == 0)
            jobs = await DropSinglesAsync(connection, keep, rows, cancellation);
        if (runs == 0 && jobs == 0)
            return new(DropOutcome.Nothing, 0, 0);
        await transaction.CommitAsync(cancellation);
        return new(DropOutcome.Dropped, runs, jobs);
    }

    /// <summary>Forgets nodes that have shown no sign of life for this long, but for those that still have a job of a run in hand.</summary>
    /// <returns>How many; none while the ingester is writing.</returns>
    public async Task<int> ForgetNodesAsync(TimeSpan keep, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await BeginAsync(connection, cancellation) is null)
            return 0;
        // The names of nodes that have singles in hand stand in no index: then it is left for another time.
        await using var forget = new NpgsqlCommand(
            $"""
            delete from job_lineage.node n
            where n.source_id = $1 and n.last_seen_at < now() - $2
                and not exists (select from job_lineage.single g where g.source_id = $1 and g.executing > 0)
                and n.name not in (
                    select left(j.attempted_by, {QueueDeltas.NodeLimit})
                    from job_lineage.stage s
                    join job_lineage.job j on j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Executing)}
                    where s.source_id = $1 and s.executing > 0 and j.attempted_by is not null)
            """, connection).With(record.Id, keep);
        var forgotten = await forget.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return forgotten;
    }

    /// <summary>Goes on with sources whose forgetting was stopped: they are to nobody there, and their rows still are.</summary>
    public Task<long> GoOnForgettingAsync(CancellationToken cancellation) => new Forgetting(store).SweepAsync(null, cancellation);

    /// <summary>Takes the lock that every writer takes; null when another writes: it goes first.</summary>
    private async Task<bool?> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        // What a crash of the server takes back is dropped again.
        batch.BatchCommands.Add(new("set local synchronous_commit = off"));
        batch.Add(
            "select epoch, backfilled from job_lineage.source where id = $1 for update skip locked",
            record.Id);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        return reader.GetInt64(0) == record.Epoch
            ? reader.GetBoolean(1)
            : throw new LeadLostException($"Another replica reads source '{record.Name}' now.");
    }

    private async Task<(int Runs, int Jobs)> DropRunsAsync(NpgsqlConnection connection, TimeSpan keep, int rows, CancellationToken cancellation)
    {
        var old = await OldAsync(connection, keep, rows, cancellation);
        if (old.Count == 0)
            return (0, 0);
        var ids = old.Select(r => r.Id).ToArray();
        var jobs = old.Sum(r => r.Rows);
        await using (var summarize = new NpgsqlCommand(Summarize, connection))
        {
            summarize.With(record.Id, Parameters.Longs(ids));
            await summarize.ExecuteNonQueryAsync(cancellation);
        }

        var stages = await DropStagesAsync(connection, ids, cancellation);
        if (jobs > rows)
        {
            // One run, and too large for one transaction: it is gone now, and its rows go bit by bit.
            await using var leave = new NpgsqlCommand(
                "insert into job_lineage.leftover (run_id, source_id, stages) values ($1, $2, $3)", connection).With(ids[0], record.Id, Parameters.Longs(stages));
            await leave.ExecuteNonQueryAsync(cancellation);
            jobs = 0;
        }
        else
        {
            await JobDeletion.OfStagesAsync(connection, record.Id, stages, rows, cancellation);
        }

        await RunSignal.AnnounceAsync(connection, record.Name, [.. old.Select(r => r.RootId)], cancellation);
        return (old.Count, (int)jobs);
    }

    /// <summary>The oldest runs, as many as have no more rows than that together; at least one.</summary>
    private async Task<List<(long Id, string RootId, long Rows)>> OldAsync(NpgsqlConnection connection, TimeSpan keep, int rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select id, root_id, rows from job_lineage.run
            where source_id = $1 and absent = rows and last_activity_at < now() - $2
            order by last_activity_at, id
            limit {MostRuns}
            """, connection).With(record.Id, keep);
        var old = new List<(long Id, string RootId, long Rows)>();
        long sum = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            sum += reader.GetInt64(2);
            if (sum > rows && old.Count > 0)
                break;
            old.Add((reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return old;
    }

    /// <summary>Deletes these runs but for their jobs.</summary>
    /// <returns>The stages that they had.</returns>
    private async Task<List<long>> DropStagesAsync(NpgsqlConnection connection, long[] runs, CancellationToken cancellation)
    {
        var stages = new List<long>();
        await using (var command = new NpgsqlCommand("delete from job_lineage.stage where source_id = $1 and run_id = any($2) returning id", connection))
        {
            command.With(record.Id, Parameters.Longs(runs));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                stages.Add(reader.GetInt64(0));
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add("delete from job_lineage.stage_edge where source_id = $1 and from_stage = any($2)", record.Id, Parameters.Longs(stages));
        batch.Add("delete from job_lineage.error_group where source_id = $1 and stage_id = any($2)", record.Id, Parameters.Longs(stages));
        batch.Add(RunCounts.Remove("delete from job_lineage.run where source_id = $1 and id = any($2)"), record.Id, Parameters.Longs(runs));
        await batch.ExecuteNonQueryAsync(cancellation);
        return stages;
    }

    private async Task<int> SweepLeftoverAsync(NpgsqlConnection connection, int rows, CancellationToken cancellation)
    {
        await using var find = new NpgsqlCommand("select run_id, stages from job_lineage.leftover where source_id = $1 limit 1", connection).With(record.Id);
        long run;
        long[] stages;
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
                return 0;
            (run, stages) = (reader.GetInt64(0), reader.GetFieldValue<long[]>(1));
        }

        var deleted = await JobDeletion.OfStagesAsync(connection, record.Id, stages, rows, cancellation);
        if (deleted == rows)
            return deleted;
        await using var done = new NpgsqlCommand("delete from job_lineage.leftover where source_id = $1 and run_id = $2", connection).With(record.Id, run);
        await done.ExecuteNonQueryAsync(cancellation);
        // The ingester may have taken the last of them out of its way: even then something was done.
        return Math.Max(deleted, 1);
    }

    private async Task<int> DropSinglesAsync(NpgsqlConnection connection, TimeSpan keep, int rows, CancellationToken cancellation)
    {
        await using var drop = new NpgsqlCommand(DropSingles, connection).With(record.Id, keep, rows);
        var dropped = (int)(long)(await drop.ExecuteScalarAsync(cancellation))!;
        if (dropped == 0)
            return 0;
        await using var empty = new NpgsqlCommand(
            $"delete from job_lineage.single where source_id = $1 and {StateColumns.Sum(JobStates.All)} = 0", connection).With(record.Id);
        await empty.ExecuteNonQueryAsync(cancellation);
        return dropped;
    }
}

/// <summary>What a step of dropping came to.</summary>
public enum DropOutcome
{
    /// <summary>Nothing is old.</summary>
    Nothing,

    /// <summary>Something was dropped; there may be more.</summary>
    Dropped,

    /// <summary>The ingester is writing and goes first.</summary>
    Busy,
}

/// <summary>What one transaction has dropped.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Runs">Runs that a summary is left of.</param>
/// <param name="Jobs">Job rows that were deleted.</param>
public readonly record struct Dropped(DropOutcome Outcome, int Runs, int Jobs);
