namespace JobLineage.Tests.Store;

/// <summary>Jobs that go from one run to another: both say so, and they wait since they came.</summary>
public sealed class RunMovesTests
{
    [Fact]
    public async Task Jobs_that_moved_are_told_in_both_runs_and_wait_since_they_joined()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Geo", "available"), (3, "1", "App.Geo", "available"), (4, "1", "App.Page", "completed"),
            (11, null, "App.Sync", "completed"), (12, "11", "App.Page", "completed"));
        await fixture.SqlAsync(
            """
            update oban_jobs set inserted_at = now() at time zone 'UTC' - interval '9 hours', scheduled_at = now() at time zone 'UTC' - interval '9 hours' where id < 10;
            update oban_jobs set inserted_at = now() at time zone 'UTC' - interval '2 hours' where id > 10;
            """);
        var feed = await fixture.FilledAsync();
        Assert.Empty((await fixture.RunAsync(1)).Moves);

        await fixture.SqlAsync("update oban_jobs set meta = '{\"parent_job_id\": 11}' where id = 2");
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set meta = '{\"parent_job_id\": 11}' where id = 3");
        await feed.TickAsync();

        var (from, to) = (await fixture.RunAsync(1), await fixture.RunAsync(11));
        Assert.Equal([("11", 2L, false)], from.Moves.Select(move => (move.RootId, move.Jobs, move.IsIn)));
        Assert.Equal([("1", 2L, true)], to.Moves.Select(move => (move.RootId, move.Jobs, move.IsIn)));
        // Due for nine hours, and here for a moment: in this run they wait for nothing yet.
        Assert.DoesNotContain(to.Findings, finding => finding.Kind == Core.Model.FindingKind.Stuck);
    }

    [Fact]
    public async Task A_run_that_merges_into_another_is_none_that_jobs_came_from()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (11, null, "App.Root", "completed"), (12, "11", "App.Mail", "completed"));
        var feed = await fixture.FilledAsync();

        await fixture.SqlAsync("update oban_jobs set meta = '{\"parent_job_id\": 12}' where id = 1");
        await feed.TickAsync();

        Assert.Empty((await fixture.RunAsync(11)).Moves);
    }
}
