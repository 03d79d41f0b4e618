namespace JobLineage.Core.Store;

/// <summary>
/// How many runs each pipeline has, exactly: a list is read many times a second, and counting a million runs takes a tenth of one. Each statement that adds, removes or
/// renames runs counts them itself, so that none can be forgotten and no trigger is needed. Whoever calls these holds the source's row: two that count in different
/// orders would wait for each other. A pipeline whose last run has gone stays with a zero.
/// </summary>
internal static class RunCounts
{
    /// <summary>Runs are named anew: $1 is the source, $2 their numbers, $3 their roots and $4 the labels of their root workers.</summary>
    public const string Rename =
        """
        with named as (
            select d.id, d.root_id, d.worker, r.worker as before
            from unnest($2, $3, $4) d (id, root_id, worker) join job_lineage.run r on r.source_id = $1 and r.id = d.id),
        changed as (
            update job_lineage.run r set root_id = n.root_id, worker = n.worker
            from named n where r.source_id = $1 and r.id = n.id
            returning n.before, r.worker)
        insert into job_lineage.run_count as c (source_id, worker, runs)
        select $1, m.worker, sum(m.runs)
        from changed cross join lateral (values (before, -1), (changed.worker, 1)) m (worker, runs)
        group by m.worker having sum(m.runs) <> 0 order by m.worker
        on conflict (source_id, worker) do update set runs = c.runs + excluded.runs
        """;

    /// <summary>This insertion of runs, counted.</summary>
    /// <param name="insert">An insert into <c>job_lineage.run</c> without a returning clause and a semicolon.</param>
    public static string Add(string insert) => Count(insert, "count(*)");

    /// <summary>This deletion of runs, counted.</summary>
    /// <param name="delete">A delete from <c>job_lineage.run</c> without a returning clause and a semicolon.</param>
    public static string Remove(string delete) => Count(delete, "-count(*)");

    private static string Count(string change, string runs) =>
        $"""
        with changed as (
            {change}
            returning source_id, worker)
        insert into job_lineage.run_count as c (source_id, worker, runs)
        select source_id, worker, {runs} from changed group by source_id, worker order by source_id, worker
        on conflict (source_id, worker) do update set runs = c.runs + excluded.runs
        """;
}
