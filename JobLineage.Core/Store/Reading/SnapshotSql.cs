using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// The one statement that draws runs. What it costs grows with the stages: each stage's jobs are index probes, and only
/// where the counters say that there are any.
/// </summary>
internal static class SnapshotSql
{
    /// <summary>Jobs that a finding names; the counts say how many there are.</summary>
    private const int Sample = 5;

    /// <summary>Errors that are told apart; the others are counted.</summary>
    private const int Errors = 3;

    /// <summary>A run's number and one of its stages; needs <c>r</c> (run) and <see cref="Joins"/> in scope.</summary>
    public static readonly string Stage =
        $"""
        r.id, s.id, s.parent_id, sw.text, st.text, s.depth, {StateColumns.Of("s")}, s.vanished, s.cycle_cuts, s.parents, s.rows,
        s.first_inserted_at, s.last_attempted_at, s.last_finished_at,
        (select array_agg(l.text order by l.text) from job_lineage.label l where l.id = any(s.queues)),
        ready.scheduled_at, running.since[1], due.scheduled_at,
        (select array_agg(e.to_stage order by e.to_stage) from job_lineage.stage_edge e where e.source_id = s.source_id and e.from_stage = s.id),
        (select array_agg(e.jobs order by e.to_stage) from job_lineage.stage_edge e where e.source_id = s.source_id and e.from_stage = s.id),
        s.ran, s.ran_ms, s.waited_ms, s.expected, s.short_children, s.short_parents, s.lost_children,
        {QueueOf("ready")}, {QueueOf("due")},
        running.ids, running.since, running.nodes, running.seen
        """;

    /// <summary>The run itself, behind <see cref="Stage"/> and <see cref="Details"/>; needs <c>src</c> (source) in scope as well.</summary>
    public static readonly string Run =
        $"""
        src.name, src.as_of, r.root_id, r.run_key, rw.text, r.version, coalesce(root.inserted_at, r.started_at),
        {JobSql.Args("root")}, root.flags, src.backfilled, r.source_id, r.worker, r.absent, r.moves::text
        """;

    /// <summary>
    /// Which jobs are meant, with which errors, and what further parents there are: what the page of a run shows and the list of runs does not. Needs
    /// <see cref="LinkSql.Table"/> in the statement.
    /// </summary>
    public static readonly string Details = $"{DetailsAlone}, {LinkSql.Columns}";

    /// <summary>The same without further parents, for lists; behind it none are said to be there.</summary>
    public static readonly string DetailsWithoutLinks = $"{DetailsAlone}, null::bigint[], null::bigint[], false";

    private static string DetailsAlone =>
        $"""
        case when s.available > 0 then array(
            select j.id from job_lineage.job j
            where j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Available)} order by j.scheduled_at limit {Sample}) end,
        case when s.scheduled + s.retryable > 0 then array(
            select d.id from (
                (select j.id, j.scheduled_at from job_lineage.job j
                 where s.scheduled > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Scheduled)} order by j.scheduled_at limit {Sample})
                union all
                (select j.id, j.scheduled_at from job_lineage.job j
                 where s.retryable > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Retryable)} order by j.scheduled_at limit {Sample})) d
            order by d.scheduled_at limit {Sample}) end,
        failed.ids, failed.at, errors.texts, errors.counts,
        case when s.discarded > 0 then (
            select count(*) from job_lineage.error_group g where g.source_id = s.source_id and g.stage_id = s.id and g.final > 0) end,
        case when s.parents > 0 and s.completed > s.parents and s.step is null then array(
            select j.id from job_lineage.job j
            where j.source_id = s.source_id and j.stage_id = s.id and {JobIs.In(JobState.Completed)} and j.children = 0 and j.run_key is null and {JobIs.Counted()} limit {Sample}) end,
        case when s.short_parents > 0 then array(
            select j.id from job_lineage.job j
            where j.source_id = s.source_id and j.stage_id = s.id and {JobIs.In(JobState.Completed)} and j.expected > j.children and {JobIs.Counted()} limit {Sample}) end
        """;

    /// <summary>What hangs on <c>r</c>.</summary>
    public static readonly string Joins =
        $"""
        join job_lineage.label rw on rw.id = r.worker
        join job_lineage.stage s on s.source_id = r.source_id and s.run_id = r.id
        join job_lineage.label sw on sw.id = s.worker
        left join job_lineage.label st on st.id = s.step
        left join job_lineage.job root on root.source_id = r.source_id and root.id = r.root_id
        left join lateral (
            select j.scheduled_at, j.queue from job_lineage.job j
            where s.available > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Available)}
            order by j.scheduled_at limit 1) ready on true
        left join job_lineage.queue readyq on readyq.source_id = r.source_id and readyq.queue = ready.queue
        left join lateral (
            select d.scheduled_at, d.queue from (
                (select j.scheduled_at, j.queue from job_lineage.job j
                 where s.scheduled > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Scheduled)}
                 order by j.scheduled_at limit 1)
                union all
                (select j.scheduled_at, j.queue from job_lineage.job j
                 where s.retryable > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Retryable)}
                 order by j.scheduled_at limit 1)) d
            order by d.scheduled_at limit 1) due on true
        left join job_lineage.queue dueq on dueq.source_id = r.source_id and dueq.queue = due.queue
        left join lateral (
            select array_agg(x.id order by x.attempted_at) as ids, array_agg(x.attempted_at order by x.attempted_at) as since,
                array_agg(x.attempted_by order by x.attempted_at) as nodes, array_agg(n.last_seen_at order by x.attempted_at) as seen
            from (
                select j.id, j.attempted_at, j.attempted_by from job_lineage.job j
                where s.executing > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Executing)}
                order by j.attempted_at limit {StageFacts.AttemptsLimit}) x
            left join job_lineage.node n on n.source_id = r.source_id and n.name = left(x.attempted_by, {Ingest.QueueDeltas.NodeLimit})) running on true
        """;

    /// <summary>What hangs on <see cref="Joins"/> for <see cref="Details"/>.</summary>
    public static readonly string DetailJoins = $"{DetailJoinsWithoutLinks}\n{LinkSql.Join}";

    /// <summary>What hangs on <see cref="Joins"/> for <see cref="DetailsWithoutLinks"/>.</summary>
    public static string DetailJoinsWithoutLinks =>
        $"""
        left join lateral (
            select array_agg(f.id order by f.finished_at) as ids, array_agg(f.finished_at order by f.finished_at) as at
            from (
                select j.id, j.finished_at from job_lineage.job j
                where s.discarded > 0 and j.source_id = s.source_id and j.stage_id = s.id and {JobIs.Counted(JobState.Discarded)}
                order by j.finished_at limit {Sample}) f) failed on true
        left join lateral (
            select array_agg(f.text order by g.final desc, f.id) as texts, array_agg(g.final order by g.final desc, f.id) as counts
            from (
                select g.fingerprint, g.final from job_lineage.error_group g
                where s.discarded > 0 and g.source_id = s.source_id and g.stage_id = s.id and g.final > 0
                order by g.final desc limit {Errors}) g
            join job_lineage.fingerprint f on f.id = g.fingerprint) errors on true
        """;

    private static string QueueOf(string job) =>
        $"(select l.text from job_lineage.label l where l.id = {job}.queue), {job}q.available, {job}q.executing, {job}q.last_attempted_at, {job}q.starts, {job}q.starts_at";
}
