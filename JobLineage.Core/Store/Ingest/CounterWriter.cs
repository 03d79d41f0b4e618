using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Adds a batch's differences to the counters: of stages, edges, errors, singles and runs.</summary>
internal static class CounterWriter
{
    private static readonly string[] CountColumns = [.. JobStates.All.Select(s => s.Name())];

    /// <summary>Adds the statements to <paramref name="batch"/>.</summary>
    public static void Add(NpgsqlBatch batch, short sourceId, Deltas deltas)
    {
        CountStages(batch, sourceId, deltas.Stages);
        CountEdges(batch, sourceId, deltas.Edges);
        CountErrors(batch, sourceId, deltas.Errors);
        CountSingles(batch, sourceId, deltas.Singles);
        CountRuns(batch, sourceId, deltas);
    }

    private static void CountStages(NpgsqlBatch batch, short sourceId, Dictionary<long, StageDelta> stages)
    {
        var touched = stages.Where(s => !s.Value.IsNothing || s.Value.Queues.Count > 0).ToList();
        if (touched.Count == 0)
            return;
        var queues = touched.SelectMany(s => s.Value.Queues.Select(q => (s.Key, q))).ToList();
        var command = batch.Add(
            $"""
            update job_lineage.stage s
            set rows = s.rows + d.rows, vanished = s.vanished + d.vanished, cycle_cuts = s.cycle_cuts + d.cuts,
                parents = s.parents + d.parents, ran = s.ran + d.ran, ran_ms = s.ran_ms + d.ran_ms, waited_ms = s.waited_ms + d.waited_ms,
                expected = s.expected + d.expected, short_children = s.short_children + d.short_children,
                short_parents = s.short_parents + d.short_parents, lost_children = s.lost_children + d.lost_children,
                {string.Join(", ", CountColumns.Select(c => $"{c} = s.{c} + d.{c}"))},
                first_inserted_at = least(s.first_inserted_at, d.inserted),
                first_attempted_at = least(s.first_attempted_at, d.began),
                last_attempted_at = greatest(s.last_attempted_at, d.attempted),
                last_finished_at = greatest(s.last_finished_at, d.finished)
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
                d (id, rows, vanished, cuts, parents, inserted, began, attempted, finished,
                    ran, ran_ms, waited_ms, expected, short_children, short_parents, lost_children, {string.Join(", ", CountColumns)})
            where s.source_id = $1 and s.id = d.id
            """,
            sourceId,
            Parameters.Longs(touched.Select(s => s.Key)),
            Parameters.Longs(touched.Select(s => s.Value.Rows)),
            Parameters.Longs(touched.Select(s => s.Value.Vanished)),
            Parameters.Longs(touched.Select(s => s.Value.CycleCuts)),
            Parameters.Longs(touched.Select(s => s.Value.Parents)),
            Parameters.Times(touched.Select(s => s.Value.FirstInsertedAt)),
            Parameters.Times(touched.Select(s => s.Value.FirstAttemptedAt)),
            Parameters.Times(touched.Select(s => s.Value.LastAttemptedAt)),
            Parameters.Times(touched.Select(s => s.Value.LastFinishedAt)),
            Parameters.Longs(touched.Select(s => s.Value.Ran)),
            Parameters.Longs(touched.Select(s => s.Value.RanMs)),
            Parameters.Longs(touched.Select(s => s.Value.WaitedMs)),
            Parameters.Longs(touched.Select(s => s.Value.Expected)),
            Parameters.Longs(touched.Select(s => s.Value.ShortChildren)),
            Parameters.Longs(touched.Select(s => s.Value.ShortParents)),
            Parameters.Longs(touched.Select(s => s.Value.LostChildren)));
        AddCounts(command, touched.Select(s => s.Value.Counts));
        if (queues.Count > 0)
        {
            batch.Add(
                """
                update job_lineage.stage s
                set queues = (select array_agg(a.queue) from (select distinct queue from unnest(s.queues || q.queues) queue limit 8) a)
                from (select stage, array_agg(queue) as queues from unnest($2, $3) q (stage, queue) group by stage) q
                where s.source_id = $1 and s.id = q.stage and not s.queues @> q.queues and cardinality(s.queues) < 8
                """,
                sourceId, Parameters.Longs(queues.Select(q => q.Key)), Parameters.Ints(queues.Select(q => q.q)));
        }
    }

    private static void CountEdges(NpgsqlBatch batch, short sourceId, Dictionary<(long From, long To), long> edges)
    {
        if (edges.Count == 0)
            return;
        batch.Add(
            """
            insert into job_lineage.stage_edge as e (source_id, from_stage, to_stage, jobs)
            select $1, * from unnest($2, $3, $4)
            on conflict (source_id, from_stage, to_stage) do update set jobs = e.jobs + excluded.jobs
            """,
            sourceId, Parameters.Longs(edges.Select(e => e.Key.From)), Parameters.Longs(edges.Select(e => e.Key.To)),
            Parameters.Longs(edges.Values));
        var fewer = edges.Where(e => e.Value < 0).Select(e => e.Key).ToList();
        if (fewer.Count > 0)
        {
            batch.Add(
                """
                delete from job_lineage.stage_edge e using unnest($2, $3) d (f, t)
                where e.source_id = $1 and e.from_stage = d.f and e.to_stage = d.t and e.jobs = 0
                """,
                sourceId, Parameters.Longs(fewer.Select(e => e.From)), Parameters.Longs(fewer.Select(e => e.To)));
        }
    }

    private static void CountErrors(NpgsqlBatch batch, short sourceId, Dictionary<(long Stage, int Fingerprint), (long Final, long Retrying)> errors)
    {
        var changed = errors.Where(e => e.Value != default).ToList();
        if (changed.Count == 0)
            return;
        batch.Add(
            """
            insert into job_lineage.error_group as g (source_id, stage_id, fingerprint, final, retrying)
            select $1, * from unnest($2, $3, $4, $5)
            on conflict (source_id, stage_id, fingerprint) do update
            set final = g.final + excluded.final, retrying = g.retrying + excluded.retrying
            """,
            sourceId, Parameters.Longs(changed.Select(e => e.Key.Stage)), Parameters.Ints(changed.Select(e => e.Key.Fingerprint)),
            Parameters.Longs(changed.Select(e => e.Value.Final)), Parameters.Longs(changed.Select(e => e.Value.Retrying)));
        batch.Add(
            """
            delete from job_lineage.error_group g using unnest($2, $3) d (s, f)
            where g.source_id = $1 and g.stage_id = d.s and g.fingerprint = d.f and g.final = 0 and g.retrying = 0
            """,
            sourceId, Parameters.Longs(changed.Select(e => e.Key.Stage)), Parameters.Ints(changed.Select(e => e.Key.Fingerprint)));
    }

    private static void CountSingles(NpgsqlBatch batch, short sourceId, Dictionary<int, long[]> singles)
    {
        var changed = singles.Where(s => s.Value.Any(c => c != 0)).ToList();
        if (changed.Count == 0)
            return;
        var command = batch.Add(
            $"""
            insert into job_lineage.single as s (source_id, worker, {string.Join(", ", CountColumns)})
            select $1, * from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (source_id, worker) do update
            set {string.Join(", ", CountColumns.Select(c => $"{c} = s.{c} + excluded.{c}"))}
            """,
            sourceId, Parameters.Ints(changed.Select(s => s.Key)));
        AddCounts(command, changed.Select(s => s.Value));
    }

    private static void CountRuns(NpgsqlBatch batch, short sourceId, Deltas deltas)
    {
        if (deltas.Runs.Count == 0)
            return;
        var ids = deltas.Runs.ToArray();
        var byRun = deltas.Stages.Values.ToLookup(s => s.Run);
        var command = batch.Add(
            $"""
            update job_lineage.run r
            set version = v.version, rows = r.rows + d.rows, absent = r.absent + d.absent, vanished = r.vanished + d.vanished,
                {string.Join(", ", CountColumns.Select(c => $"{c} = r.{c} + d.{c}"))},
                started_at = coalesce(
                    (select root.inserted_at from job_lineage.job root where root.source_id = r.source_id and root.id = r.root_id),
                    least(r.started_at, d.started)),
                last_activity_at = greatest(r.last_activity_at, d.activity)
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                d (id, rows, absent, vanished, started, activity, {string.Join(", ", CountColumns)}),
                (select nextval('job_lineage.version') as version) v
            where r.source_id = $1 and r.id = d.id
            returning r.root_id
            """,
            sourceId,
            Parameters.Longs(ids),
            Parameters.Longs(ids.Select(id => byRun[id].Sum(s => s.Rows))),
            Parameters.Longs(ids.Select(id => byRun[id].Sum(s => s.Absent))),
            Parameters.Longs(ids.Select(id => byRun[id].Sum(s => s.Vanished))),
            Parameters.Times(ids.Select(id => byRun[id].Min(s => s.FirstInsertedAt))),
            Parameters.Times(ids.Select(id => byRun[id].Max(s => Latest(s)))));
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

    private static void AddCounts(NpgsqlBatchCommand command, IEnumerable<long[]> counts)
    {
        var rows = counts.ToList();
        for (var i = 0; i < CountColumns.Length; i++)
        {
            var column = i;
            command.With(Parameters.Longs(rows.Select(r => r[column])));
        }
    }
}
