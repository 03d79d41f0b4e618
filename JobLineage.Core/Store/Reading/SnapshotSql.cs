using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// The one statement that draws runs. What it costs grows with the stages: each stage's oldest jobs are index probes,
/// and only where the counters say that there are any.
/// </summary>
internal static class SnapshotSql
{
    private static readonly string Counts = string.Join(", ", JobStates.All.Select(s => "s." + s.Name()));

    /// <summary>Begins where the columns of <see cref="RunAssembler"/> begin; needs <c>r</c> (run) and <c>src</c> (source) in scope.</summary>
    public static readonly string Columns =
        $"""
        src.name, src.as_of, r.id, r.root_id, r.run_key, rw.text, r.version, coalesce(root.inserted_at, r.started_at), r.last_activity_at,
        root.args, root.flags, s.id, s.parent_id, sw.text, st.text, s.depth, {Counts}, s.vanished, s.cycle_cuts, s.parents, s.rows,
        s.first_inserted_at, s.last_attempted_at, s.last_finished_at,
        (select array_agg(l.text order by l.text) from job_lineage.label l where l.id = any(s.queues)),
        case when s.available > 0 then (
            select min(j.scheduled_at) from job_lineage.job j
            where j.stage_id = s.id and j.state = 0 and j.flags & 5 = 0) end,
        case when s.executing > 0 then (
            select min(j.attempted_at) from job_lineage.job j
            where j.stage_id = s.id and j.state = 3 and j.flags & 5 = 0) end,
        least(
            case when s.scheduled > 0 then (
                select min(j.scheduled_at) from job_lineage.job j
                where j.stage_id = s.id and j.state = 1 and j.flags & 5 = 0) end,
            case when s.retryable > 0 then (
                select min(j.scheduled_at) from job_lineage.job j
                where j.stage_id = s.id and j.state = 4 and j.flags & 5 = 0) end),
        (select array_agg(e.to_stage order by e.to_stage) from job_lineage.stage_edge e where e.from_stage = s.id),
        (select array_agg(e.jobs order by e.to_stage) from job_lineage.stage_edge e where e.from_stage = s.id)
        """;

    /// <summary>What hangs on <c>r</c>.</summary>
    public const string Joins =
        """
        join job_lineage.label rw on rw.id = r.worker
        join job_lineage.stage s on s.run_id = r.id
        join job_lineage.label sw on sw.id = s.worker
        left join job_lineage.label st on st.id = s.step
        left join job_lineage.job root on root.source_id = r.source_id and root.id = r.root_id
        """;
}
