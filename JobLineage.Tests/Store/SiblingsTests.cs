using JobLineage.Core.Model;

namespace JobLineage.Tests.Store;

public sealed class SiblingsTests
{
    [Fact]
    public async Task The_siblings_of_a_job_are_counted_and_the_nearest_are_told()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (9, "1", "App.Page", "completed"), (10, "1", "App.Page", "discarded"), (100, "1", "App.Other", "executing"),
            (99, "1", "App.Other", "executing"),
            (101, "10", "App.Page", "completed"));
        await fixture.FilledAsync();

        var middle = (await fixture.JobAsync(10)).Siblings!;
        Assert.Equal(new StateCounts(Completed: 1, Discarded: 1, Executing: 2), middle.Counts);
        // By number, and not by text.
        Assert.Equal(("9", "99"), (middle.Previous, middle.Next));
        Assert.Equal((null, "10"), ((await fixture.JobAsync(9)).Siblings!.Previous, (await fixture.JobAsync(9)).Siblings!.Next));
        Assert.Equal(new StateCounts(Completed: 1), (await fixture.JobAsync(101)).Siblings!.Counts);
        Assert.Null((await fixture.JobAsync(1)).Siblings);
    }

    [Fact]
    public async Task Siblings_without_end_are_counted_so_far_and_no_further()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, state, worker, meta, attempt, max_attempts)
            select n, 'completed', 'App.Page', case when n > 1 then '{"parent_job_id": 1}'::jsonb else '{}' end, 1, 1 from generate_series(1, 10020) n
            """);
        await fixture.FilledAsync();

        var siblings = (await fixture.JobAsync(5000)).Siblings!;

        Assert.True(siblings.IsTruncated);
        Assert.Equal((JobSiblings.Most + 1, null, null), (siblings.Counts.Total, siblings.Previous, siblings.Next));
    }
}
