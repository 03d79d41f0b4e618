using System.Text.Json;
using JobLineage.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Writes a batch: a fixed number of set-based statements whatever its size, all in the caller's transaction.
/// </summary>
internal sealed class BatchWriter(NpgsqlConnection connection, short sourceId, string sourceName)
{
    /// <summary>NOTIFY fails its transaction at 8,000 bytes; beyond this many runs a reader looks at everything anyway.</summary>
    private const int NotifyRuns = 200;

    private static readonly string[] CountColumns = [.. JobStates.All.Select(s => s.Name())];

    public async Task WriteAsync(
        IReadOnlyCollection<Node> nodes, IReadOnlyCollection<RunNode> runs, Deltas deltas, CancellationToken cancellation)
    {
        var added = nodes.Where(n => n is { Exists: false, IsDropped: false }).ToList();
        if (added.Count > 0)
            await JobRows.CopyAsync(connection, "job_lineage.job", sourceId, added, cancellation);
        var changed = nodes.Where(n => n is { Exists: true, IsDropped: false, Incoming: not null }).ToList();
        if (changed.Count > 0)
            await UpdateAsync(changed, cancellation);

        await using var batch = new NpgsqlBatch(connection) { Timeout = 600 };
        Place(batch, [.. nodes.Where(n => n is { Exists: true, IsDropped: false, Incoming: null } && IsMoved(n))]);
        Drop(batch, [.. nodes.Where(n => n is { Exists: true, IsDropped: true })]);
        AddRuns(batch, [.. runs.Where(r => r.IsNew)]);
        AddStages(batch, [.. runs.SelectMany(r => r.Stages).Where(s => s.IsNew)]);
        CountStages(batch, deltas.Stages);
        CountEdges(batch, deltas.Edges);
        CountErrors(batch, deltas.Errors);
        CountSingles(batch, deltas.Singles);
        CountRuns(batch, deltas);
        MoveHeads(batch, runs);
        Sweep(batch, deltas);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellation);
        await NotifyAsync(deltas.Runs, cancellation);
    }

    private static bool IsMoved(Node n) =>
        n.Old.RunId != n.New.RunId || n.Old.StageId != n.New.StageId || n.Old.Flags != n.New.Flags || n.Old.Children != n.New.Children;

    private async Task UpdateAsync(List<Node> changed, CancellationToken cancellation)
    {
        await using (var create = new NpgsqlCommand(
            "create temp table if not exists incoming (like job_lineage.job) on commit delete rows", connection))
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await JobRows.CopyAsync(connection, "pg_temp.incoming", sourceId, changed, cancellation);
        var columns = JobRows.Columns.Where(c => c is not ("source_id" or "id")).ToArray();
        await using var update = new NpgsqlCommand(
            $"""
            update job_lineage.job j
            set ({string.Join(", ", columns)}) = ({string.Join(", ", columns.Select(c => "i." + c))})
            from pg_temp.incoming i
            where j.source_id = i.source_id and j.id = i.id
            """, connection)
        {
            CommandTimeout = 600,
        };
        await update.ExecuteNonQueryAsync(cancellation);
    }

    private void Place(NpgsqlBatch batch, List<Node> moved)
    {
        if (moved.Count == 0)
            return;
        Add(batch,
            """
            update job_lineage.job j
            set run_id = m.run_id, stage_id = m.stage_id, flags = m.flags, children = m.children
            from unnest($2, $3, $4, $5, $6) m (id, run_id, stage_id, flags, children)
            where j.source_id = $1 and j.id = m.id
            """,
            new NpgsqlParameter<short> { TypedValue = sourceId },
            BatchLoader.Texts(moved.Select(n => n.Id)),
            NullableLongs(moved.Select(n => n.New.RunId)),
            NullableLongs(moved.Select(n => n.New.StageId)),
            new NpgsqlParameter<short[]> { TypedValue = [.. moved.Select(n => (short)n.New.Flags)] },
            Ints(moved.Select(n => n.New.Children)));
    }

    private void Drop(NpgsqlBatch batch, List<Node> dropped)
    {
        if (dropped.Count > 0)
        {
            Add(batch, "delete from job_lineage.job where source_id = $1 and id = any($2)",
                new NpgsqlParameter<short> { TypedValue = sourceId }, BatchLoader.Texts(dropped.Select(n => n.Id)));
        }
    }

    private void AddRuns(NpgsqlBatch batch, List<RunNode> runs)
    {
        if (runs.Count == 0)
            return;
        Add(batch,
            """
            insert into job_lineage.run (id, source_id, root_id, run_key, worker, version)
            select id, $1, root_id, run_key, worker, 0 from unnest($2, $3, $4, $5) r (id, root_id, run_key, worker)
            """,
            new NpgsqlParameter<short> { TypedValue = sourceId },
            BatchLoader.Longs(runs.Select(r => r.Id)),
            BatchLoader.Texts(runs.Select(r => r.RootId)),
            BatchLoader.Texts(runs.Select(r => r.Key)),
            Ints(runs.Select(r => r.Worker)));
    }

    private static void AddStages(NpgsqlBatch batch, List<StageNode> stages)
    {
        if (stages.Count == 0)
            return;
        Add(batch,
            """
            insert into job_lineage.stage (id, run_id, parent_id, worker, step, depth, first_id)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            """,
            BatchLoader.Longs(stages.Select(s => s.Id)),
            BatchLoader.Longs(stages.Select(s => s.Run.Id)),
            NullableLongs(stages.Select(s => s.Parent?.Id)),
            Ints(stages.Select(s => s.Worker)),
            new NpgsqlParameter<int?[]> { TypedValue = [.. stages.Select(s => s.Step)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            Ints(stages.Select(s => s.Depth)),
            BatchLoader.Texts(stages.Select(s => s.FirstId)));
    }

    private static void CountStages(NpgsqlBatch batch, Dictionary<long, StageDelta> stages)
    {
        var touched = stages.Where(s => !s.Value.IsNothing || s.Value.Queues.Count > 0).ToList();
        if (touched.Count == 0)
            return;
        var queues = touched.SelectMany(s => s.Value.Queues.Select(q => (s.Key, q))).ToList();
        var command = Add(batch,
            $"""
            update job_lineage.stage s
            set rows = s.rows + d.rows, vanished = s.vanished + d.vanished, cycle_cuts = s.cycle_cuts + d.cuts,
                parents = s.parents + d.parents,
                {string.Join(", ", CountColumns.Select(c => $"{c} = s.{c} + d.{c}"))},
                first_inserted_at = least(s.first_inserted_at, d.inserted),
                last_attempted_at = greatest(s.last_attempted_at, d.attempted),
                last_finished_at = greatest(s.last_finished_at, d.finished)
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                d (id, rows, vanished, cuts, parents, inserted, attempted, finished, {string.Join(", ", CountColumns)})
            where s.id = d.id
            """,
            BatchLoader.Longs(touched.Select(s => s.Key)),
            BatchLoader.Longs(touched.Select(s => s.Value.Rows)),
            BatchLoader.Longs(touched.Select(s => s.Value.Vanished)),
            BatchLoader.Longs(touched.Select(s => s.Value.CycleCuts)),
            BatchLoader.Longs(touched.Select(s => s.Value.Parents)),
            Times(touched.Select(s => s.Value.FirstInsertedAt)),
            Times(touched.Select(s => s.Value.LastAttemptedAt)),
            Times(touched.Select(s => s.Value.LastFinishedAt)));
        AddCounts(command, touched.Select(s => s.Value.Counts));
        if (queues.Count > 0)
        {
            Add(batch,
                """
                update job_lineage.stage s
                set queues = s.queues || q.queue
                from (select * from unnest($1, $2) q (stage, queue)) q
                where s.id = q.stage and not s.queues @> array[q.queue] and cardinality(s.queues) < 8
                """,
                BatchLoader.Longs(queues.Select(q => q.Key)), Ints(queues.Select(q => q.q)));
        }
    }

    private static void CountEdges(NpgsqlBatch batch, Dictionary<(long From, long To), long> edges)
    {
        if (edges.Count == 0)
            return;
        Add(batch,
            """
            insert into job_lineage.stage_edge as e (from_stage, to_stage, jobs)
            select * from unnest($1, $2, $3)
            on conflict (from_stage, to_stage) do update set jobs = e.jobs + excluded.jobs
            """,
            BatchLoader.Longs(edges.Select(e => e.Key.From)), BatchLoader.Longs(edges.Select(e => e.Key.To)),
            BatchLoader.Longs(edges.Values));
        var fewer = edges.Where(e => e.Value < 0).Select(e => e.Key).ToList();
        if (fewer.Count > 0)
        {
            Add(batch,
                "delete from job_lineage.stage_edge e using unnest($1, $2) d (f, t) where e.from_stage = d.f and e.to_stage = d.t and e.jobs = 0",
                BatchLoader.Longs(fewer.Select(e => e.From)), BatchLoader.Longs(fewer.Select(e => e.To)));
        }
    }

    private static void CountErrors(NpgsqlBatch batch, Dictionary<(long Stage, int Fingerprint), (long Final, long Retrying)> errors)
    {
        var changed = errors.Where(e => e.Value != default).ToList();
        if (changed.Count == 0)
            return;
        Add(batch,
            """
            insert into job_lineage.error_group as g (stage_id, fingerprint, final, retrying)
            select * from unnest($1, $2, $3, $4)
            on conflict (stage_id, fingerprint) do update
            set final = g.final + excluded.final, retrying = g.retrying + excluded.retrying
            """,
            BatchLoader.Longs(changed.Select(e => e.Key.Stage)), Ints(changed.Select(e => e.Key.Fingerprint)),
            BatchLoader.Longs(changed.Select(e => e.Value.Final)), BatchLoader.Longs(changed.Select(e => e.Value.Retrying)));
        Add(batch,
            """
            delete from job_lineage.error_group g using unnest($1, $2) d (s, f)
            where g.stage_id = d.s and g.fingerprint = d.f and g.final = 0 and g.retrying = 0
            """,
            BatchLoader.Longs(changed.Select(e => e.Key.Stage)), Ints(changed.Select(e => e.Key.Fingerprint)));
    }

    private void CountSingles(NpgsqlBatch batch, Dictionary<int, long[]> singles)
    {
        var changed = singles.Where(s => s.Value.Any(c => c != 0)).ToList();
        if (changed.Count == 0)
            return;
        var command = Add(batch,
            $"""
            insert into job_lineage.single as s (source_id, worker, {string.Join(", ", CountColumns)})
            select $1, * from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (source_id, worker) do update
            set {string.Join(", ", CountColumns.Select(c => $"{c} = s.{c} + excluded.{c}"))}
            """,
            new NpgsqlParameter<short> { TypedValue = sourceId }, Ints(changed.Select(s => s.Key)));
        AddCounts(command, changed.Select(s => s.Value));
    }

    private static void CountRuns(NpgsqlBatch batch, Deltas deltas)
    {
        if (deltas.Runs.Count == 0)
            return;
        var ids = deltas.Runs.ToArray();
        var byRun = deltas.Stages.Values.ToLookup(s => s.Run);
        var command = Add(batch,
            $"""
            update job_lineage.run r
            set version = v.version, rows = r.rows + d.rows, vanished = r.vanished + d.vanished,
                {string.Join(", ", CountColumns.Select(c => $"{c} = r.{c} + d.{c}"))},
                started_at = least(r.started_at, d.started),
                last_activity_at = greatest(r.last_activity_at, d.activity)
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                d (id, rows, vanished, started, activity, {string.Join(", ", CountColumns)}),
                (select nextval('job_lineage.version') as version) v
            where r.id = d.id
            """,
            BatchLoader.Longs(ids),
            BatchLoader.Longs(ids.Select(id => byRun[id].Sum(s => s.Rows))),
            BatchLoader.Longs(ids.Select(id => byRun[id].Sum(s => s.Vanished))),
            Times(ids.Select(id => byRun[id].Min(s => s.FirstInsertedAt))),
            Times(ids.Select(id => byRun[id].Max(s => Latest(s)))));
        AddCounts(command, ids.Select(id => Sum(byRun[id])));
    }

    private static DateTimeOffset? Latest(StageDelta stage) =>
        new[] { stage.FirstInsertedAt, stage.LastAttemptedAt, stage.LastFinishedAt }.Max();

    private static long[] Sum(IEnumerable<StageDelta> stages)
    {
        var sum = new long[CountColumns.Length];
        foreach (var stage in stages)
        {
            for (var i = 0; i < sum.Length; i++)
                sum[i] += stage.Counts[i];
        }

        return sum;
    }

    private static void MoveHeads(NpgsqlBatch batch, IReadOnlyCollection<RunNode> runs)
    {
        var stages = runs.SelectMany(r => r.Stages).Where(s => s is { HeadChanged: true, IsNew: false }).ToList();
        if (stages.Count > 0)
        {
            Add(batch,
                """
                update job_lineage.stage s
                set parent_id = d.parent_id, worker = d.worker, depth = d.depth, first_id = d.first_id
                from unnest($1, $2, $3, $4, $5) d (id, parent_id, worker, depth, first_id)
                where s.id = d.id
                """,
                BatchLoader.Longs(stages.Select(s => s.Id)), NullableLongs(stages.Select(s => s.Parent?.Id)),
                Ints(stages.Select(s => s.Worker)), Ints(stages.Select(s => s.Depth)), BatchLoader.Texts(stages.Select(s => s.FirstId)));
        }

        var heads = runs.Where(r => r is { HeadChanged: true, IsNew: false }).ToList();
        if (heads.Count > 0)
        {
            Add(batch,
                "update job_lineage.run r set root_id = d.root_id, worker = d.worker from unnest($1, $2, $3) d (id, root_id, worker) where r.id = d.id",
                BatchLoader.Longs(heads.Select(r => r.Id)), BatchLoader.Texts(heads.Select(r => r.RootId)), Ints(heads.Select(r => r.Worker)));
        }
    }

    /// <summary>Stages and runs that no job is in any more.</summary>
    private static void Sweep(NpgsqlBatch batch, Deltas deltas)
    {
        var fewer = deltas.Stages.Where(s => s.Value.Rows < 0).ToList();
        if (fewer.Count == 0)
            return;
        Add(batch, "delete from job_lineage.stage where id = any($1) and rows = 0", BatchLoader.Longs(fewer.Select(s => s.Key)));
        Add(batch, "delete from job_lineage.run where id = any($1) and rows = 0", BatchLoader.Longs(fewer.Select(s => s.Value.Run).Distinct()));
    }

    private async Task NotifyAsync(HashSet<long> runs, CancellationToken cancellation)
    {
        if (runs.Count == 0)
            return;
        // An empty list says "look at everything": a run that was swept has no row to name it.
        var payload = "[]";
        if (runs.Count <= NotifyRuns)
        {
            var roots = new List<string[]>();
            await using var command = new NpgsqlCommand("select root_id from job_lineage.run where id = any($1)", connection);
            command.Parameters.Add(BatchLoader.Longs(runs));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                roots.Add([sourceName, reader.GetString(0)]);
            var text = JsonSerializer.Serialize(roots);
            if (roots.Count == runs.Count && text.Length < 7_500)
                payload = text;
        }

        await using var notify = new NpgsqlCommand($"select pg_notify('{RunSignal.Channel}', $1)", connection);
        notify.Parameters.Add(new NpgsqlParameter<string> { TypedValue = payload });
        await notify.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void AddCounts(NpgsqlBatchCommand command, IEnumerable<long[]> counts)
    {
        var rows = counts.ToList();
        for (var i = 0; i < CountColumns.Length; i++)
        {
            var column = i;
            command.Parameters.Add(BatchLoader.Longs(rows.Select(r => r[column])));
        }
    }

    private static NpgsqlParameter Ints(IEnumerable<int> values) =>
        new NpgsqlParameter<int[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    private static NpgsqlParameter NullableLongs(IEnumerable<long?> values) =>
        new NpgsqlParameter<long?[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> values) =>
        new NpgsqlParameter<DateTime?[]>
        {
            TypedValue = [.. values.Select(v => v?.UtcDateTime)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        };
}
