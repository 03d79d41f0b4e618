namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Between which stages of a run jobs have further parents. What it costs grows with those parents, up to <see cref="Most"/>; a run whose jobs
/// have none costs one step into an index that has nothing of it.
/// </summary>
internal static class LinkSql
{
    /// <summary>So many further parents of a run are looked up: those of the first jobs by id, so that it is the same ones each time.</summary>
    public const int Most = 20_000;

    /// <summary>The table <c>further</c> for a statement that finds the run of the job $2 of the source $1: a row for each pair of stages.</summary>
    public static readonly string Table =
        $"""
        further as materialized (
            select above.stage_id as from_stage, named.stage_id as to_stage, count(distinct named.id) as jobs, max(named.found) as found
            from job_lineage.source one
            join job_lineage.job it on it.source_id = one.id and it.id = $2 and it.run_id is not null
            cross join lateral (
                select f.id, f.stage_id, f.parent, count(*) over () as found, row_number() over () as number
                from (
                    select j.id, j.stage_id, u.parent
                    from job_lineage.job j cross join lateral jsonb_array_elements_text(j.parents::jsonb) u (parent)
                    where j.source_id = it.source_id and j.run_id = it.run_id and j.parents is not null and {JobIs.Counted()}
                    order by j.id limit {Most + 1}) f) named
            cross join lateral (
                select p.stage_id from job_lineage.job p
                where p.source_id = it.source_id and p.id = named.parent and p.run_id = it.run_id and p.stage_id is not null offset 0) above
            where one.name = $1 and named.number <= {Most}
            group by 1, 2)
        """;

    /// <summary>From which stages, how many jobs, and whether there were more than were looked up; needs <see cref="Join"/> in scope.</summary>
    public static readonly string Columns = $"beside.stages, beside.jobs, coalesce(beside.found > {Most}, false)";

    /// <summary>What <c>further</c> has of the stage <c>s</c>.</summary>
    public const string Join =
        """
        left join lateral (
            select array_agg(f.from_stage order by f.from_stage) as stages, array_agg(f.jobs order by f.from_stage) as jobs, max(f.found) as found
            from further f where f.to_stage = s.id) beside on true
        """;
}
