namespace JobLineage.Bench.Checking;

/// <summary>Counts the runs of a store that was filled by hand: the program's own statements count as they add.</summary>
public static class RunCounting
{
    /// <summary>The statements.</summary>
    public const string Sql =
        """
        delete from job_lineage.run_count;
        insert into job_lineage.run_count (source_id, worker, runs) select source_id, worker, count(*) from job_lineage.run group by source_id, worker;
        """;
}
