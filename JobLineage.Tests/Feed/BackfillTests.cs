using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Feed;

public sealed class BackfillTests
{
    private static readonly FeedOptions Chunks = new() { BackfillChunk = 100 };

    [Fact]
    public async Task One_that_was_stopped_goes_on_where_it_was()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync(
            "insert into oban_jobs (id, worker, state, meta) select i, 'App.Page', 'completed', case when i % 50 > 0 then jsonb_build_object('parent_job_id', i / 50 * 50) else '{}' end from generate_series(50, 1049) i");
        var first = await fixture.FeedAsync(options: Chunks);
        await first.Feed.StartAsync(default);
        using var stop = new CancellationTokenSource();
        var chunks = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Backfill(first.Reader, first.Ingester, first.Record, Chunks).RunAsync(
            _ =>
            {
                if (++chunks == 3)
                    stop.Cancel();
                return Task.CompletedTask;
            },
            stop.Token));
        var position = await first.Record.PositionAsync(default);
        Assert.Equal((false, "349", 300L), (position.IsBackfilled, position.BackfillAfter, position.RowsDone));
        Assert.Equal(300, await fixture.CountAsync("job"));

        // What was read is not read again: it would be seen to have changed.
        await fixture.SqlAsync("update oban_jobs set worker = 'App.Changed' where id = 100");
        var second = await fixture.FeedAsync(options: Chunks);
        await second.FillAsync();
        position = await second.Record.PositionAsync(default);
        Assert.Equal((true, "1049", 1000L), (position.IsBackfilled, position.BackfillAfter, position.RowsDone));
        Assert.Equal("App.Page", (await fixture.JobAsync(100)).Job.Worker);
        Assert.Equal(20, await fixture.CountAsync("run"));
        Assert.Equal(50, (await fixture.RunAsync(349)).Total);
    }

    [Fact]
    public async Task What_happens_while_it_runs_is_not_lost()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) select i, 'App.Mail', 'completed' from generate_series(1, 500) i");
        var feed = await fixture.FeedAsync(options: Chunks);
        await feed.Feed.StartAsync(default);
        var between = 0;
        await new Backfill(feed.Reader, feed.Ingester, feed.Record, Chunks).RunAsync(
            async token =>
            {
                if (between++ == 1)
                    await fixture.SqlAsync("""insert into oban_jobs (id, worker, state, meta) values (5000, 'App.Page', 'executing', '{"parent_job_id": 450}'); update oban_jobs set state = 'retryable' where id = 3""");
                await feed.Feed.TickAsync(token);
            },
            default);
        Assert.Equal(["Mail: completed 1", "Mail/Page: executing 1"], await fixture.StagesAsync(450));
        Assert.Equal(JobState.Retryable, (await fixture.JobAsync(3)).Job.State);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task One_that_is_done_is_not_done_again()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"));
        await fixture.FilledAsync();
        await fixture.SqlAsync("update oban_jobs set worker = 'App.Changed' where id = 1");
        await fixture.FilledAsync();
        Assert.Equal("App.Sync", (await fixture.JobAsync(1)).Job.Worker);
    }
}
