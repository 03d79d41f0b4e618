using JobLineage.Core.Model;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>Following a real table by polling it.</summary>
[Takes(28)]
public sealed class PollFeedTests
{
    [Fact]
    public async Task A_row_that_commits_after_higher_ids_were_read_is_found()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var clock = new TestClock();
        var feed = await fixture.FeedAsync(time: clock);
        await feed.FillAsync();
        await using var slow = await fixture.Database.OpenAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await ExecuteAsync(slow, "insert into oban_jobs (id, worker, state) values (100, 'App.Slow', 'completed')");
        // So many that its id lies further back than what is always looked at.
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) select i, 'App.Quick', 'completed' from generate_series(101, 3000) i");
        for (var look = 0; look < 4; look++)
        {
            await feed.TickAsync();
            clock.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Null(await fixture.Reader.FindRunAsync("oban", "100", default));
        await transaction.CommitAsync();
        Assert.Equal(1, await feed.TickAsync());
        Assert.Equal("App.Slow", (await fixture.RunAsync(100)).Worker);
    }

    [Fact]
    public async Task A_look_that_finds_nothing_writes_nothing()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "executing"), (2, "1", "App.Page", "available"));
        var feed = await fixture.FilledAsync();
        await feed.TickAsync();
        var before = await fixture.Database.ScalarAsync<string>("select string_agg(xmin::text || id, ',' order by id) from job_lineage.job");
        var version = (await fixture.RunAsync(1)).Version;
        for (var look = 0; look < 3; look++)
            Assert.Equal(0, await feed.TickAsync());
        Assert.Equal(before, await fixture.Database.ScalarAsync<string>("select string_agg(xmin::text || id, ',' order by id) from job_lineage.job"));
        Assert.Equal(version, (await fixture.RunAsync(1)).Version);
    }

    [Fact]
    public async Task A_finished_job_that_starts_again_is_seen()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "discarded"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'available' where id = 2");
        Assert.Equal(1, await feed.TickAsync());
        Assert.Equal(["Sync: completed 1", "Sync/Page: available 1"], await fixture.StagesAsync(1));
        await fixture.SqlAsync("update oban_jobs set state = 'completed' where id = 2");
        await feed.TickAsync();
        Assert.Equal(["Sync: completed 1", "Sync/Page: completed 1"], await fixture.StagesAsync(1));
    }

    [Fact]
    public async Task A_job_that_is_deleted_unfinished_is_no_longer_counted_and_one_that_is_pruned_stays()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "executing"), (2, "1", "App.Page", "available"), (3, "1", "App.Page", "completed"), (4, null, "App.Mail", "available"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("delete from oban_jobs where id > 1");
        await feed.TickAsync();
        await feed.ReconcileAsync();
        var run = await fixture.RunAsync(1);
        Assert.Equal(["Sync: executing 1", "Sync/Page: completed 1"], await fixture.StagesAsync(1));
        Assert.Equal(1, run.Stages[1].Vanished);
        Assert.Contains(run.Findings, f => f.Kind == FindingKind.Missing && f.Stage == "Sync/Page");
        Assert.True((await fixture.JobAsync(2)).Job is { IsGone: true, IsVanished: true });
        Assert.True((await fixture.JobAsync(3)).Job is { IsGone: true, IsVanished: false });
        Assert.Null(await fixture.Reader.FindJobAsync("oban", "4", default));
        Assert.Empty((await fixture.Reader.ListRunsAsync(new(), default)).Singles);
    }

    [Fact]
    public async Task A_job_that_comes_back_is_counted_again()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "executing"), (2, "1", "App.Page", "available"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("create table kept as select * from oban_jobs where id = 2; delete from oban_jobs where id = 2");
        await feed.TickAsync();
        await fixture.SqlAsync("insert into oban_jobs select * from kept");
        await feed.TickAsync();
        Assert.Equal(["Sync: executing 1", "Sync/Page: available 1"], await fixture.StagesAsync(1));
        Assert.Equal(0, (await fixture.RunAsync(1)).Stages[1].Vanished);
    }

    [Fact]
    public async Task A_job_that_moves_to_another_parent_takes_its_subtree_along()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"), (3, "2", "App.Detail", "completed"), (4, "\"3\"", "App.Geo", "discarded"),
            (10, null, "App.Other", "completed"), (11, "10", "App.Page", "completed"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("""update oban_jobs set meta = '{"parent_job_id": 10}' where id = 2""");
        await feed.TickAsync();
        Assert.Equal(
            ["Other: completed 1", "Other/Page: available 1, completed 1", "Other/Page/Detail: completed 1", "Other/Page/Detail/Geo: discarded 1"],
            await fixture.StagesAsync(4));
        Assert.Equal(["Sync: completed 1"], await fixture.StagesAsync(1));
        Assert.Equal(["10"], (await fixture.Reader.ListRunsAsync(new(), default)).Runs.Select(r => r.RootId));
    }

    [Fact]
    public async Task A_child_seen_before_its_parent_joins_the_parents_run()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var feed = await fixture.FilledAsync();
        await fixture.ObanJobsAsync((20, "10", "App.Page", "available"));
        await feed.TickAsync();
        Assert.True((await fixture.RunAsync(20)).RootIsMissing);
        Assert.Contains((await fixture.RunAsync(20)).Findings, f => f.Kind == FindingKind.Orphaned);
        await fixture.ObanJobsAsync((10, "1", "App.Index", "completed"), (1, null, "App.Sync", "completed"));
        await feed.TickAsync();
        Assert.Equal(["Sync: completed 1", "Sync/Index: completed 1", "Sync/Index/Page: available 1"], await fixture.StagesAsync(20));
        Assert.Equal(1, await fixture.CountAsync("run"));
    }

    [Fact]
    public async Task A_parent_that_finished_long_ago_is_fetched_for_its_new_child()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) select i, 'App.Mail', 'completed' from generate_series(1, 10) i");
        var feed = await fixture.FeedAsync();
        // Following begins before the history is read.
        await feed.Feed.StartAsync(default);
        await fixture.ObanJobsAsync((9000, "3", "App.Page", "executing"));
        await feed.TickAsync();
        Assert.Equal(["Mail: completed 1", "Mail/Page: executing 1"], await fixture.StagesAsync(9000));
    }

    [Fact]
    public async Task A_parent_that_is_pruned_stays_the_parent()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await feed.ReconcileAsync();
        await fixture.ObanJobsAsync((3, "1", "App.Page", "available"));
        await feed.TickAsync();
        Assert.Equal(["Sync: completed 1", "Sync/Page: available 2"], await fixture.StagesAsync(3));
        Assert.True((await fixture.JobAsync(1)).Job.IsGone);
        Assert.False((await fixture.RunAsync(1)).RootIsMissing);
    }

    [Fact]
    public async Task A_circle_is_cut_at_its_lowest_id_and_flagged()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (9, "100", "A", "completed"), (20, "9", "B", "completed"), (100, "20", "C", "completed"), (101, "100", "D", "completed"), (50, "50", "S", "completed"));
        var feed = await fixture.FilledAsync();
        Assert.Equal(["A: completed 1", "A/B: completed 1", "A/B/C: completed 1", "A/B/C/D: completed 1"], await fixture.StagesAsync(100));
        Assert.Contains((await fixture.RunAsync(9)).Findings, f => f.Kind == FindingKind.Cycle);
        Assert.True((await fixture.JobAsync(50)).Job.IsCycleCut);
        Assert.Empty((await fixture.JobAsync(9)).Ancestors);
        // The circle opens again: the cut link is followed.
        await fixture.SqlAsync("update oban_jobs set meta = '{}', state = 'available' where id = 20");
        await feed.TickAsync();
        Assert.Equal(["B: available 1", "B/C: completed 1", "B/C/A: completed 1", "B/C/D: completed 1"], await fixture.StagesAsync(9));
        Assert.False((await fixture.JobAsync(9)).Job.IsCycleCut);
    }

    [Theory]
    [InlineData(1500, 1500)]
    [InlineData(1500, 100)]
    [InlineData(250, 1)]
    public async Task A_deep_chain_is_one_run_whether_it_comes_at_once_or_in_pieces_from_its_end(int length, int piece)
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var feed = await fixture.FilledAsync();
        var chain = Enumerable.Range(1, length)
            .Select(i => new Job { Source = "oban", Id = i.ToString(), Worker = "App.Page", State = JobState.Completed, ParentId = i > 1 ? (i - 1).ToString() : null })
            .Reverse();
        foreach (var jobs in chain.Chunk(piece))
            await feed.Ingester.ApplyAsync(jobs, [], null, default);
        var run = await fixture.RunAsync(length - 1);
        Assert.Equal("1", run.RootId);
        Assert.Equal(length, Assert.Single(run.Stages).Total);
        Assert.Equal([new StageEdge("Page", "Page", length - 1)], run.Edges);
        var job = await fixture.JobAsync(length);
        Assert.Equal((Core.Model.JobView.FirstAncestors + Core.Model.JobView.NearAncestors, length - 1), (job.Ancestors.Count, job.Ancestors.Count + job.AncestorsOmitted));
        Assert.Equal(1, await fixture.CountAsync("run"));
    }

    [Fact]
    public async Task A_single_is_one_row_and_no_run()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, worker, state) select i, case when i % 4 = 0 then 'App.Hook' else 'App.Mail' end, 'completed' from generate_series(1, 20000) i;
            insert into oban_jobs (id, worker, state) select 100000 + i, 'App.Sync', 'completed' from generate_series(1, 10) i;
            insert into oban_jobs (id, worker, state, meta) select 200000 + i, 'App.Page', 'completed', jsonb_build_object('parent_job_id', 100000 + i % 10 + 1) from generate_series(1, 50) i;
            """);
        await fixture.FilledAsync();
        Assert.Equal(20_060, await fixture.CountAsync("job"));
        Assert.Equal(10, await fixture.CountAsync("run"));
        Assert.Equal(20, await fixture.CountAsync("stage"));
        Assert.Equal(2, await fixture.CountAsync("single"));
        var page = await fixture.Reader.ListRunsAsync(new(), default);
        Assert.Equal(10, page.Total);
        Assert.Equal(10, page.Runs.Count);
        Assert.Equal([("App.Hook", new StateCounts(Completed: 5_000)), ("App.Mail", new StateCounts(Completed: 15_000))], page.Singles.Select(s => (s.Worker, s.Counts)));
        Assert.Equal(["Mail: completed 1"], await fixture.StagesAsync(7));
    }

    [Fact]
    public async Task Reconciliation_repairs_what_is_wrong_in_the_store()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "discarded"), (3, "1", "App.Page", "completed"), (4, null, "App.Mail", "completed"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("update job_lineage.job set attempt = 77, hash = 0 where id = '2'; delete from job_lineage.job where id = '4'; update job_lineage.job set flags = 2 where id = '3'");
        Assert.Equal(3, await feed.ReconcileAsync());
        Assert.Equal(0, (await fixture.JobAsync(2)).Job.Attempt);
        Assert.False((await fixture.JobAsync(3)).Job.IsGone);
        Assert.Equal("App.Mail", (await fixture.JobAsync(4)).Job.Worker);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Changes_that_no_look_shows_are_found_by_reconciliation()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, null, "App.Other", "completed"));
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) values (9000, 'App.Late', 'completed')");
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync(
            """
            update oban_jobs set meta = '{"parent_job_id": 3}' where id = 2;
            update oban_jobs set state = 'discarded' where id = 1;
            insert into oban_jobs (id, worker, state) values (5, 'App.Restored', 'completed');
            """);
        Assert.Equal(0, await feed.TickAsync());
        Assert.Equal(3, await feed.ReconcileAsync());
        Assert.Equal(["Other: completed 1", "Other/Page: completed 1"], await fixture.StagesAsync(2));
        Assert.Equal(["Sync: discarded 1"], await fixture.StagesAsync(1));
        Assert.Equal(["Restored: completed 1"], await fixture.StagesAsync(5));
    }

    [Fact]
    public async Task An_earlier_leader_writes_nothing_any_more()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "executing"));
        var old = await fixture.FilledAsync();
        var young = await fixture.FeedAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'completed' where id = 1");
        await fixture.ObanJobsAsync((2, "1", "App.Page", "available"));
        var refused = await Assert.ThrowsAsync<LeadLostException>(() => old.TickAsync());
        Assert.Contains("'oban'", refused.Message);
        Assert.Equal(["Sync: executing 1"], await fixture.StagesAsync(1));
        Assert.Equal(1, await fixture.CountAsync("job"));
        await young.FillAsync();
        await young.TickAsync();
        Assert.Equal(["Sync: completed 1", "Sync/Page: available 1"], await fixture.StagesAsync(1));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
