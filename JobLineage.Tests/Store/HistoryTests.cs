using JobLineage.Bench.Checking;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Tests.Store;

/// <summary>What stays after the queue has pruned it, and what is dropped when it is old.</summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task A_run_that_the_queue_has_pruned_looks_as_before_and_says_so()
    {
        await using var fixture = await FailedRunAsync();
        var feed = await fixture.FilledAsync();
        IRunViews views = new ViewsReader(fixture.Store, TimeProvider.System);
        var (run, job) = (await fixture.RunAsync(1), await fixture.JobAsync(2));
        var jobs = await views.ListJobsAsync(new() { Source = "oban", RootId = "1" }, default);
        var errors = await views.FindErrorsAsync("oban", "1", default);
        Assert.Equal(0, run.Pruned);

        await fixture.SqlAsync("delete from oban_jobs");
        Assert.Equal(5, await feed.ReconcileAsync());

        var after = await fixture.RunAsync(1);
        Assert.Equal(4, after.Pruned);
        Assert.Equal((run.Counts, run.State, run.StartedAt, run.FinishedAt), (after.Counts, after.State, after.StartedAt, after.FinishedAt));
        Assert.Equal(run.Stages.Select(s => (s.Path, s.Counts, s.MeanRun)), after.Stages.Select(s => (s.Path, s.Counts, s.MeanRun)));
        Assert.Equal(run.Edges, after.Edges);
        Assert.Equal(
            jobs!.Jobs.Select(j => (j.Id, j.State, j.Error, true)),
            (await views.ListJobsAsync(new() { Source = "oban", RootId = "1" }, default))!.Jobs.Select(j => (j.Id, j.State, j.Error, j.IsGone)));
        Assert.Equal(errors!.Groups.Select(g => (g.Text, g.Final)), (await views.FindErrorsAsync("oban", "1", default))!.Groups.Select(g => (g.Text, g.Final)));
        var gone = await fixture.JobAsync(2);
        Assert.True(gone.Job.IsGone);
        Assert.Equal((job.Job.Args, job.Job.Errors.Count, job.Ancestors.Count), (gone.Job.Args, gone.Job.Errors.Count, gone.Ancestors.Count));
    }

    [Fact]
    public async Task An_old_run_leaves_a_summary_and_nothing_else_and_no_look_brings_it_back()
    {
        await using var fixture = await FailedRunAsync(days: 8);
        var feed = await fixture.FilledAsync();
        var run = await fixture.RunAsync(1);
        await fixture.SqlAsync("delete from oban_jobs");
        await feed.ReconcileAsync();

        var old = new OldRuns(fixture.Store, feed.Record);
        Assert.Equal((1, 5), await old.DropAllAsync(HistoryFixture.Week));

        Assert.Empty(await fixture.Database.NotEmptyAsync());
        Assert.Null(await fixture.Reader.FindRunAsync("oban", "1", default));
        var left = await fixture.Reader.FindDroppedAsync("oban", "1", default);
        Assert.NotNull(left);
        Assert.Equal((run.Worker, run.Counts, run.StartedAt, run.State), (left.Worker, left.Run.Counts, left.Run.StartedAt, left.Run.State));
        Assert.NotNull(left.Run.DroppedAt);
        Assert.Equal(
            run.Stages.Select(s => (s.Path, s.ParentPath, s.Worker, s.Depth, s.Counts, s.MeanRun, s.MeanWait, s.FirstInsertedAt, s.LastFinishedAt)),
            left.Stages.Select(s => (s.Path, s.ParentPath, s.Worker, s.Depth, s.Counts, s.MeanRun, s.MeanWait, s.FirstInsertedAt, s.LastFinishedAt)));
        Assert.Equal(["it broke"], left.Errors.Where(e => e.Failed == 1).Select(e => e.Text));
        Assert.Equal(["oban"], await fixture.Reader.FindSourcesOfAsync("1", default));
        Assert.Empty(await fixture.Reader.FindSourcesOfAsync("2", default));

        Assert.Equal(0, await feed.ReconcileAsync());
        Assert.Equal(0, await feed.TickAsync());
        Assert.Equal(0, (await feed.Feed.LookAgainAsync(["1", "2", "9"], default)).Changed);
        Assert.Empty(await fixture.Database.NotEmptyAsync());
    }

    [Fact]
    public async Task What_the_queue_still_has_is_not_dropped_however_old_nor_what_is_young()
    {
        await using var fixture = await FailedRunAsync(days: 8);
        var feed = await fixture.FilledAsync();
        var old = new OldRuns(fixture.Store, feed.Record);
        Assert.Equal((0, 0), await old.DropAllAsync(HistoryFixture.Week));

        await fixture.SqlAsync("delete from oban_jobs where id <> 3");
        await feed.ReconcileAsync();
        // The single alone: of the run one job is there.
        Assert.Equal((0, 1), await old.DropAllAsync(HistoryFixture.Week));
        await fixture.RunAsync(1);

        await fixture.SqlAsync("delete from oban_jobs");
        await feed.ReconcileAsync();
        Assert.Equal((0, 0), await old.DropAllAsync(TimeSpan.FromDays(9)));
        Assert.Equal((1, 4), await old.DropAllAsync(HistoryFixture.Week));
    }

    [Fact]
    public async Task An_abandoned_run_goes_when_its_rows_have_left_the_queue_and_its_summary_says_what_vanished()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "scheduled"), (4, "3", "App.Page", "completed"));
        await fixture.AgeAsync(8);
        var feed = await fixture.FilledAsync();
        var old = new OldRuns(fixture.Store, feed.Record);
        await fixture.SqlAsync("delete from oban_jobs");
        await feed.ReconcileAsync();

        // The tombstone 3 is in no queue; it goes with its run.
        Assert.Equal((2, 4), await old.DropAllAsync(HistoryFixture.Week));
        Assert.Empty(await fixture.Database.NotEmptyAsync());
        Assert.Equal(1, (await fixture.Reader.FindDroppedAsync("oban", "1", default))!.Run.Vanished);
        Assert.Equal("", (await fixture.Reader.FindDroppedAsync("oban", "3", default))!.Worker);
    }

    [Fact]
    public async Task A_large_run_is_gone_at_once_and_its_rows_bit_by_bit_whoever_leads()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync([(1, null, "App.Sync", "completed"), .. Enumerable.Range(2, 30).Select(n => ((long)n, (string?)"1", "App.Page", "completed"))]);
        await fixture.AgeAsync(8);
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("delete from oban_jobs");
        await feed.ReconcileAsync();

        var first = await new OldRuns(fixture.Store, feed.Record).DropAsync(HistoryFixture.Week, 10, default);
        Assert.Equal(new(DropOutcome.Dropped, 1, 0), first);
        Assert.Equal(31, await fixture.CountAsync("job"));
        foreach (var id in (string[])["1", "7"])
        {
            Assert.Null(await fixture.Reader.FindRunAsync("oban", id, default));
            Assert.Null(await fixture.Reader.FindJobAsync("oban", id, default));
            Assert.Null(await new ViewsReader(fixture.Store, TimeProvider.System).ListJobsAsync(new() { Source = "oban", RootId = id }, default));
            Assert.Empty(await fixture.Reader.VersionsAsync([new("oban", id)], default));
        }

        Assert.Empty(await fixture.Reader.FindSourcesOfAsync("7", default));
        Assert.Equal(0, await feed.ReconcileAsync());

        // Another leader begins; a child of a dropped job comes, one of them comes back, and another whose row is still there is named.
        feed = await fixture.FilledAsync();
        await fixture.ObanJobsAsync((100, "7", "App.Late", "available"), (8, null, "App.Page", "completed"));
        await feed.TickAsync();
        await feed.ReconcileAsync();
        Assert.Equal("7", (await fixture.RunAsync(100)).RootId);
        Assert.True((await fixture.RunAsync(100)).RootIsMissing);
        Assert.Equal(1, (await fixture.RunAsync(8)).Total);

        Assert.Equal((0, 29), await new OldRuns(fixture.Store, feed.Record).DropAllAsync(HistoryFixture.Week, 10));
        Assert.Equal(0, await fixture.CountAsync("leftover"));
        Assert.Equal(0, await fixture.Database.DanglingAsync());
        Assert.Empty(await new StoreAudit(fixture.Store, feed.Reader.Source, fixture.Source).FindAsync());
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Only_the_leader_drops_and_never_beside_a_batch()
    {
        await using var fixture = await FailedRunAsync(days: 8);
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("delete from oban_jobs");
        await feed.ReconcileAsync();
        var old = new OldRuns(fixture.Store, feed.Record);
        await using (var other = await fixture.Store.OpenConnectionAsync())
        {
            await using var batch = await other.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("select from job_lineage.source for update", other);
            await hold.ExecuteNonQueryAsync();
            Assert.Equal(DropOutcome.Busy, (await old.DropAsync(HistoryFixture.Week, 100, default)).Outcome);
            Assert.Equal(0, await old.ForgetNodesAsync(HistoryFixture.Week, default));
        }

        var next = await fixture.FeedAsync();
        await Assert.ThrowsAsync<LeadLostException>(() => old.DropAsync(HistoryFixture.Week, 100, default));
        await Assert.ThrowsAsync<LeadLostException>(() => old.ForgetNodesAsync(HistoryFixture.Week, default));
        await fixture.RunAsync(1);
        await fixture.SqlAsync("update job_lineage.source set backfilled = false");
        Assert.Equal((0, 0), await new OldRuns(fixture.Store, next.Record).DropAllAsync(HistoryFixture.Week));
        await fixture.RunAsync(1);
    }

    [Fact]
    public async Task Singles_go_with_their_counts_and_nodes_that_were_long_silent()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Mail", "completed"), (2, null, "App.Mail", "discarded"), (3, null, "App.Other", "completed"), (4, null, "App.Mail", "completed"),
            (10, null, "App.Sync", "completed"), (11, "10", "App.Page", "executing"));
        await fixture.AgeAsync(8);
        await fixture.SqlAsync("update oban_jobs set attempted_by = array['node-' || case when id in (10, 11) then 'busy' else 'gone' end, 'x']");
        var feed = await fixture.FilledAsync();
        var old = new OldRuns(fixture.Store, feed.Record);
        await fixture.SqlAsync("delete from oban_jobs where id in (1, 2, 3)");
        await feed.ReconcileAsync();

        Assert.Equal((0, 3), await old.DropAllAsync(HistoryFixture.Week, 2));

        var singles = Assert.Single((await fixture.Reader.ListRunsAsync(new(), default)).Singles);
        Assert.Equal(("App.Mail", new StateCounts(Completed: 1)), (singles.Worker, singles.Counts));
        Assert.Equal(1, await fixture.CountAsync("single"));
        Assert.Equal(1, await old.ForgetNodesAsync(HistoryFixture.Week, default));
        Assert.Equal(["node-busy"], await fixture.Database.TextsAsync("select name from job_lineage.node"));
    }

    /// <summary>A run of four, one of which has failed, and a single.</summary>
    private static async Task<StoreFixture> FailedRunAsync(int days = 0)
    {
        var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "1", "App.Page", "discarded"), (4, "2", "App.Detail", "cancelled"),
            (9, null, "App.Mail", "completed"));
        await fixture.SqlAsync(
            """
            update oban_jobs set attempted_at = inserted_at + interval '1 second', completed_at = case when state = 'completed' then inserted_at + interval '3 seconds' end,
                discarded_at = case when state = 'discarded' then inserted_at + interval '4 seconds' end, args = jsonb_build_object('n', id);
            update oban_jobs set attempt = 1, errors = array['{"at": "2026-01-01T00:00:00Z", "error": "it broke", "attempt": 1}'::jsonb] where id = 3;
            """);
        if (days > 0)
            await fixture.AgeAsync(days);
        return fixture;
    }
}
