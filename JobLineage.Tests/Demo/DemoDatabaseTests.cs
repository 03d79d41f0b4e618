using Dapper;
using JobLineage.Dashboard.Demo;
using JobLineage.Dashboard.Demo.Research;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Demo;

public class DemoDatabaseTests
{
    [Theory]
    [InlineData("oban_jobs", "oban/run1_end.csv")]
    [InlineData("research_jobs", "research_jobs/rows_mid.csv")]
    public async Task The_columns_are_those_of_the_recorded_queue_in_their_order(string table, string recorded)
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);

        var columns = await database.ScalarAsync<string>(
            "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = @table::regclass and attnum > 0 and not attisdropped",
            new { table });

        var header = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", recorded)).First();
        Assert.Equal(header, columns);
    }

    [Fact]
    public async Task Creating_twice_leaves_the_first_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync();

        await Task.WhenAll(
            DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None),
            DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None));
        var jobs = await database.ScalarAsync<long>("select count(*) from oban_jobs");
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);

        Assert.True(jobs > 0);
        Assert.Equal(jobs, await database.ScalarAsync<long>("select count(*) from oban_jobs"));
    }

    [Fact]
    public async Task The_past_has_finished_runs_of_two_pipelines_and_ids_that_rise_with_time()
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);
        await using var connection = await database.OpenAsync();

        var roots = (await connection.QueryAsync<string>("select worker from oban_jobs where worker like '%.SyncJob'")).ToList();
        Assert.InRange(roots.Count, 6, 8);
        Assert.Equal(2, roots.Distinct().Count());
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from oban_jobs where state not in ('completed', 'discarded', 'cancelled')"));
        Assert.Equal(0, await database.ScalarAsync<long>(
            "select count(*) from (select inserted_at < lag(inserted_at) over (order by id) as back from oban_jobs) as rows where back"));
        Assert.Equal(0, await database.ScalarAsync<long>(
            """
            select count(*) from oban_jobs as child
            where meta ? 'parent_job_id' and not exists (select from oban_jobs where id = (child.meta->>'parent_job_id')::bigint)
            """));
        Assert.True(await database.ScalarAsync<long>("select nextval('oban_jobs_id_seq')") > await database.ScalarAsync<long>("select max(id) from oban_jobs"));
    }

    [Fact]
    public async Task A_historic_step_names_the_row_that_followed_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await DemoDatabase.CreateAsync(database.ConnectionString, CancellationToken.None);

        var broken = await database.ScalarAsync<long>(
            """
            select count(*) from research_jobs as step
            left join research_jobs as next on next.id = (step.result->>'next_job_id')::bigint
                and next.payload->>'chain_started_at' = step.payload->>'chain_started_at'
            where step.result ? 'next_job_id' and next.id is null
            """);

        Assert.Equal(0, broken);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from research_jobs where status = 'dead' and source = 'apple'"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_chains_key_carries_its_fate(int fate)
    {
        var key = AppleChain.Key(new DateTimeOffset(2026, 11, 22, 5, 40, 28, TimeSpan.Zero).AddTicks(9_158_704), (ChainFate)fate);

        Assert.Matches(@"^2026-11-22T05:40:28\.91587\d\+00:00$", key);
        Assert.Equal((ChainFate)fate, AppleChain.Fate(key));
    }
}
