using JobLineage.Core.Store.History;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>What the tests of history do to a store.</summary>
internal static class HistoryFixture
{
    public static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>The tables in which a dropped run or single may leave something.</summary>
    private static readonly string[] Tables = ["job", "run", "stage", "stage_edge", "error_group", "single", "leftover"];

    /// <summary>Makes all jobs of an Oban table older.</summary>
    public static Task AgeAsync(this StoreFixture fixture, int days) => fixture.SqlAsync(
        $"""
        update oban_jobs set inserted_at = inserted_at - interval '{days} days', scheduled_at = scheduled_at - interval '{days} days',
            attempted_at = coalesce(attempted_at, inserted_at) - interval '{days} days',
            completed_at = case when state = 'completed' then inserted_at - interval '{days} days' end,
            discarded_at = case when state = 'discarded' then inserted_at - interval '{days} days' end
        """);

    /// <summary>Drops until nothing is left to drop.</summary>
    /// <returns>What was dropped in all.</returns>
    public static async Task<(int Runs, int Jobs)> DropAllAsync(this OldRuns old, TimeSpan keep, int rows = 1_000)
    {
        var (runs, jobs) = (0, 0);
        for (var step = await old.DropAsync(keep, rows, default); step.Outcome != DropOutcome.Nothing; step = await old.DropAsync(keep, rows, default))
            (runs, jobs) = (runs + step.Runs, jobs + step.Jobs);
        return (runs, jobs);
    }

    /// <summary>The tables that are not empty.</summary>
    public static async Task<IEnumerable<string>> NotEmptyAsync(this TestDatabase database)
    {
        var found = new List<string>();
        foreach (var table in Tables)
        {
            if (await database.ScalarAsync<bool>($"select exists (select from job_lineage.{table})"))
                found.Add(table);
        }

        return found;
    }

    /// <summary>Rows that hang on nothing.</summary>
    public static async Task<long> DanglingAsync(this TestDatabase database) => await database.ScalarAsync<long>(
        """
        select (select count(*) from job_lineage.job j where j.run_id is not null and not exists (select from job_lineage.run r where r.source_id = j.source_id and r.id = j.run_id))
            + (select count(*) from job_lineage.job j where j.stage_id is not null and not exists (select from job_lineage.stage s where s.source_id = j.source_id and s.id = j.stage_id))
            + (select count(*) from job_lineage.stage s where not exists (select from job_lineage.run r where r.source_id = s.source_id and r.id = s.run_id))
            + (select count(*) from job_lineage.stage_edge e where not exists (select from job_lineage.stage s where s.source_id = e.source_id and s.id = e.from_stage)
                or not exists (select from job_lineage.stage s where s.source_id = e.source_id and s.id = e.to_stage))
            + (select count(*) from job_lineage.error_group g where not exists (select from job_lineage.stage s where s.source_id = g.source_id and s.id = g.stage_id))
        """);
}
