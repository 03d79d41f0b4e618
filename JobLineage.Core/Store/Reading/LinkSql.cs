using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Between which stages of a run jobs have further parents. What it costs grows with those parents, up to <see cref="Most"/>; a run whose jobs
/// have none costs one step into an index that has nothing of it.
/// </summary>
internal static class LinkSql
{
    /// <summary>
    /// So many further parents of a run are looked up: those of the first jobs by id, so that it is the same ones each time. It is done with every
    /// snapshot of the run, at ten a second.
    /// </summary>
    public const int Most = 2_000;

    /// <summary>
    /// The table <c>further</c> for a statement that finds the run of the job $2 of the source $1: a row for each pair of stages, the first of a pair null
    /// for parents that are not in the run. And <c>linked</c>: a row for each stage that has any.
    /// </summary>
    public static readonly string Table =
        $"""
        further as materialized (
            select above.stage_id as from_stage, named.stage_id as to_stage, count(distinct named.id) as jobs, bool_or(named.is_cut) as is_cut
            from job_lineage.source one
            join job_lineage.job it on it.source_id = one.id and it.id = $2 and it.run_id is not null
            cross join lateral (
                select f.id, f.stage_id, f.parent, row_number() over () as number, count(*) over () > {Most} or max(f.nth) over () >= {FurtherParents.Most} as is_cut
                from (
                    select j.id, j.stage_id, u.parent, u.nth
                    from job_lineage.job j cross join lateral jsonb_array_elements_text({StoredParents.Json("j")}) with ordinality u (parent, nth)
                    where j.source_id = it.source_id and j.run_id = it.run_id and j.parents is not null and {JobIs.Counted()}
                    order by j.id limit {Most + 1}) f) named
            left join lateral (
                select p.stage_id from job_lineage.job p
                where p.source_id = it.source_id and p.id = named.parent and p.run_id = it.run_id and p.stage_id is not null offset 0) above on true
            where one.name = $1 and named.number <= {Most}
            group by 1, 2),
        linked as materialized (
            select f.to_stage, bool_or(f.is_cut) as is_cut,
                array_agg(f.from_stage order by f.from_stage) filter (where f.from_stage is not null) as stages,
                array_agg(f.jobs order by f.from_stage) filter (where f.from_stage is not null) as jobs
            from further f group by f.to_stage)
        """;

    /// <summary>From which stages, how many jobs, and whether there are more than are counted; needs <see cref="Join"/> in scope.</summary>
    public const string Columns = "beside.stages, beside.jobs, coalesce(beside.is_cut, false)";

    /// <summary>What <c>linked</c> has of the stage <c>s</c>.</summary>
    public const string Join = "left join linked beside on beside.to_stage = s.id";
}
