using Npgsql;

namespace JobLineage.Bench.Checking;

/// <summary>
/// Counts anew, from the job rows, all that the store keeps by adding differences: runs, stages, edges, error groups,
/// singles and children. Plain SQL of its own, sharing nothing with what wrote the counters.
/// </summary>
public static class CounterAudit
{
    private static readonly string[] States =
        ["available", "scheduled", "suspended", "executing", "retryable", "completed", "discarded", "cancelled"];

    /// <summary>Flags of rows that are not counted: never seen (1), vanished before they finished (4).</summary>
    private const string Counted = "j.flags & 5 = 0";

    private static string CountStates =>
        string.Join(", ", States.Select((s, i) => $"'{s}', count(*) filter (where j.state = {i} and {Counted})"));

    private static string HasStates(string row) => string.Join(", ", States.Select(s => $"'{s}', {row}.{s}"));

    // Each arm: what it is, what the store has, what its jobs say; null where one side knows nothing of it.
    private static string Sql => $"""
        with audit (what, has, say) as (
            select 'stage ' || coalesce(s.id, j.stage_id), s.counts, j.counts
            from (select s.id, jsonb_build_object('source', s.source_id, 'run', s.run_id, 'rows', s.rows, 'vanished', s.vanished, 'cut', s.cycle_cuts, 'parents', s.parents, {HasStates("s")}) as counts
                from job_lineage.stage s) s
            full join (select j.stage_id, jsonb_build_object('source', min(j.source_id), 'run', min(j.run_id), 'rows', count(*),
                    'vanished', count(*) filter (where j.flags & 4 <> 0), 'cut', count(*) filter (where j.flags & 8 <> 0),
                    'parents', count(*) filter (where j.state = 5 and j.children > 0 and {Counted}), {CountStates}) as counts
                from job_lineage.job j where j.stage_id is not null group by j.stage_id) j on j.stage_id = s.id
            union all
            select 'run ' || coalesce(r.id, j.run_id), r.counts, j.counts
            from (select r.id, jsonb_build_object('source', r.source_id, 'rows', r.rows, 'absent', r.absent, 'vanished', r.vanished, {HasStates("r")}) as counts from job_lineage.run r) r
            full join (select j.run_id, jsonb_build_object('source', min(j.source_id), 'rows', count(*), 'absent', count(*) filter (where j.flags & 2 <> 0 or j.flags & 33 = 1), 'vanished', count(*) filter (where j.flags & 4 <> 0), {CountStates}) as counts
                from job_lineage.job j where j.run_id is not null group by j.run_id) j on j.run_id = r.id
            union all
            select 'runs of worker ' || coalesce(c.worker, r.worker), to_jsonb(c.runs), to_jsonb(r.runs)
            from (select source_id, worker, runs from job_lineage.run_count where runs <> 0) c
            full join (select source_id, worker, count(*) as runs from job_lineage.run group by 1, 2) r on r.source_id = c.source_id and r.worker = c.worker
            union all
            select 'edge from stage ' || coalesce(e.from_stage, j.from_stage) || ' to ' || coalesce(e.to_stage, j.to_stage), to_jsonb(e.jobs), to_jsonb(j.jobs)
            from job_lineage.stage_edge e
            full join (select j.source_id, p.stage_id as from_stage, j.stage_id as to_stage, count(*) as jobs
                from job_lineage.job j join job_lineage.job p on p.source_id = j.source_id and p.id = j.parent_id
                where j.flags & 8 = 0 group by 1, 2, 3) j using (source_id, from_stage, to_stage)
            union all
            select 'error group ' || coalesce(g.fingerprint, j.fingerprint) || ' of stage ' || coalesce(g.stage_id, j.stage_id), g.counts, j.counts
            from (select source_id, stage_id, fingerprint, jsonb_build_object('final', final, 'retrying', retrying) as counts from job_lineage.error_group) g
            full join (select j.source_id, j.stage_id, j.fingerprint, jsonb_build_object('final', count(*) filter (where j.state = 6), 'retrying', count(*) filter (where j.state <> 6)) as counts
                from job_lineage.job j where j.stage_id is not null and j.fingerprint is not null and {Counted} group by 1, 2, 3) j using (source_id, stage_id, fingerprint)
            union all
            select 'singles of worker ' || coalesce((select quote_literal(l.text) from job_lineage.label l where l.id = coalesce(s.worker, j.worker)), 'without a name'), s.counts, coalesce(j.counts, s.nothing)
            from (select source_id, worker, jsonb_build_object({HasStates("s")}) as counts,
                    jsonb_build_object({string.Join(", ", States.Select(s => $"'{s}', 0"))}) as nothing from job_lineage.single s) s
            full join (select j.source_id, j.worker, jsonb_build_object({CountStates}) as counts
                from job_lineage.job j where j.stage_id is null and {Counted} group by 1, 2) j using (source_id, worker)
            union all
            select 'children of job ' || p.id, to_jsonb(p.children), to_jsonb(coalesce(j.children, 0))
            from job_lineage.job p
            left join (select j.source_id, j.parent_id, count(*) as children
                from job_lineage.job j where j.parent_id is not null and j.flags & 8 = 0 group by 1, 2) j on j.source_id = p.source_id and j.parent_id = p.id
            union all
            select 'times and announced children of stage ' || s.id, s.sums, j.sums
            from (select s.id, jsonb_build_object('ran', s.ran, 'ran_ms', s.ran_ms, 'waited_ms', s.waited_ms, 'expected', s.expected,
                    'short_children', s.short_children, 'short_parents', s.short_parents, 'lost_children', s.lost_children) as sums
                from job_lineage.stage s) s
            left join lateral (
                select jsonb_build_object('ran', count(t.ran), 'ran_ms', coalesce(sum(t.ran), 0)::bigint,
                    'waited_ms', coalesce(sum(t.waited) filter (where t.ran is not null), 0)::bigint,
                    'expected', coalesce(sum(t.expected) filter (where t.state = 5), 0),
                    'short_children', coalesce(sum(t.gap) filter (where t.state = 5), 0),
                    'short_parents', count(*) filter (where t.state = 5 and t.gap > 0),
                    'lost_children', coalesce(sum(t.gap) filter (where t.state in (6, 7)), 0)) as sums
                from (
                    select j.state, j.expected, greatest(j.expected - j.children, 0) as gap,
                        case when j.state = 5 and isfinite(j.attempted_at) and isfinite(j.finished_at)
                            then least(greatest(floor(extract(epoch from j.finished_at - j.attempted_at) * 1000), 0), 31536000000) end as ran,
                        case when isfinite(j.scheduled_at) and isfinite(j.attempted_at)
                            then least(greatest(floor(extract(epoch from j.attempted_at - j.scheduled_at) * 1000), 0), 31536000000) end as waited
                    from job_lineage.job j where j.stage_id = s.id and {Counted}) t) j on true
            union all
            select 'queue ' || coalesce(q.queue, j.queue), jsonb_build_object('available', coalesce(q.available, 0), 'executing', coalesce(q.executing, 0)),
                jsonb_build_object('available', coalesce(j.available, 0), 'executing', coalesce(j.executing, 0))
            from job_lineage.queue q
            full join (
                select j.source_id, j.queue, count(*) filter (where j.state = 0) as available, count(*) filter (where j.state = 3) as executing
                from job_lineage.job j where {Counted} group by 1, 2) j using (source_id, queue)
            union all
            -- What was last seen of a queue may be later than any job that is left, and never earlier.
            select 'last life of queue ' || j.queue, jsonb_build_object('attempted', q.last_attempted_at, 'finished', q.last_finished_at),
                jsonb_build_object('attempted', j.attempted, 'finished', j.finished)
            from (
                select j.source_id, j.queue, max(j.attempted_at) as attempted, max(j.finished_at) filter (where j.state in (5, 6)) as finished
                from job_lineage.job j where {Counted} group by 1, 2) j
            left join job_lineage.queue q using (source_id, queue)
            where j.attempted > coalesce(q.last_attempted_at, '-infinity') or j.finished > coalesce(q.last_finished_at, '-infinity')
            union all
            select 'last life of node ' || j.attempted_by, to_jsonb(n.last_seen_at), to_jsonb(max(j.attempted_at))
            from job_lineage.job j
            left join job_lineage.node n on n.source_id = j.source_id and n.name = j.attempted_by
            where j.attempted_by is not null and j.attempted_at is not null and j.flags & 1 = 0
            group by j.attempted_by, n.last_seen_at
            having max(j.attempted_at) > coalesce(n.last_seen_at, '-infinity')
            union all
            select 'the run of stage ' || s.id, to_jsonb(s.run_id), null
            from job_lineage.stage s where not exists (select from job_lineage.run r where r.source_id = s.source_id and r.id = s.run_id)
        )
        select what, coalesce(has::text, 'nothing'), coalesce(say::text, 'nothing') from audit where has is distinct from say order by what limit $1
        """;

    /// <summary>Sentences about what does not agree; none when all does.</summary>
    /// <param name="store">The store.</param>
    /// <param name="limit">Sentences at most.</param>
    /// <param name="cancellation">Stops the counting.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(NpgsqlDataSource store, int limit, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(Sql);
        command.CommandTimeout = 120;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var found = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add($"{reader.GetString(0)}: the store has {reader.GetString(1)}, its jobs say {reader.GetString(2)}");
        return found;
    }
}
