using Dapper;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Feed;

/// <summary>Feeds that share few connections with others.</summary>
public sealed class SourceTurnsTests
{
    [Fact]
    public async Task A_database_that_is_away_is_said_to_be_although_the_feed_gets_no_turn()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await using var pools = Pools(fixture.Queue);
        var pool = pools[fixture.Queue.ConnectionString, "turns"];
        var time = new TestClock();
        using var held = await pool.ShortAsync(default);
        await fixture.CutAsync(fixture.Queue, close: true);
        await WhileFedAsync(fixture, pool, Presets.Oban("oban"), new(), time, () => Soon.IsTrueAsync(async () =>
        {
            time.Advance(SourcePulse.Interval);
            return (FeedState)(await fixture.Store.ScalarAsync<short?>("select state from job_lineage.source where name = 'oban'") ?? 0) == FeedState.Reconnecting;
        }));
    }

    [Fact]
    public async Task A_first_reading_comes_to_its_end_while_others_hold_all_turns_for_looks()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await using var pools = Pools(fixture.Queue);
        var pool = pools[fixture.Queue.ConnectionString, "turns"];
        await fixture.Queue.ExecuteAsync("insert into oban_jobs (worker, state) select 'App.Mail', 'completed' from generate_series(1, 2000)");
        // Beyond a row that no look reads the first reading does not come before the test has the turn.
        await using var gate = await fixture.Queue.OpenAsync();
        await gate.ExecuteAsync("select pg_advisory_lock(7)");
        var gated = Presets.Oban("oban") with { Queue = "queue || case when id = 500 then pg_advisory_xact_lock_shared(7)::text else '' end" };
        // A look is due after each chunk.
        var options = new FeedOptions { BackfillChunk = 10, IdleInterval = TimeSpan.Zero, RestFactor = 0 };
        await WhileFedAsync(fixture, pool, gated, options, TimeProvider.System, async () =>
        {
            await Soon.IsTrueAsync(async () => await fixture.Store.ScalarAsync<long?>("select rows_done from job_lineage.source") > 0);
            using var turn = await pool.ShortAsync(default);
            Assert.False(await fixture.Store.ScalarAsync<bool>("select backfilled from job_lineage.source"));
            await gate.ExecuteAsync("select pg_advisory_unlock(7)");
            await Soon.IsTrueAsync(async () => await fixture.Store.ScalarAsync<bool>("select backfilled from job_lineage.source"));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Much_that_is_read_at_once_lets_others_have_their_turns_in_between(bool isRepair)
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var feed = await fixture.FilledAsync(options: new FeedOptions { Batch = 50 });
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) select i, 'App.Mail', 'completed' from generate_series(1, 500) i");
        await using var pools = Pools(fixture.Database);
        var pool = pools[fixture.Database.ConnectionString, "turns"];
        using var turn = await pool.ShortAsync(default);
        var waiting = pool.ShortAsync(default);
        Task<Refreshed> reading = isRepair
            ? feed.Feed.LookAgainAsync([.. Enumerable.Range(1, 500).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))], turn, default)
            : LookAsync();
        Assert.Same(waiting, await Task.WhenAny(waiting, reading));
        var other = await waiting;
        Assert.False(reading.IsCompleted);
        other.Dispose();
        Assert.Equal(500, (await reading).Changed);

        async Task<Refreshed> LookAsync() => (await feed.Feed.LookAsync(turn, default)).Refreshed;
    }

    [Fact]
    public async Task What_was_read_ahead_is_waited_for_when_the_batch_before_it_can_not_be_written()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.SqlAsync("insert into oban_jobs (id, worker, state) select i, 'App.Mail', 'completed' from generate_series(1, 20) i");
        var slow = Presets.Oban("oban") with { Queue = "queue || case when id > 10 then pg_sleep(0.1)::text else '' end" };
        var feed = await fixture.FeedAsync(slow, new FeedOptions { Batch = 10 });
        await fixture.SqlAsync("update job_lineage.source set epoch = epoch + 1");
        await Assert.ThrowsAsync<LeadLostException>(() => feed.Feed.LookAgainAsync(
            [.. Enumerable.Range(1, 20).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))], default));
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()"));
    }

    private static DatabasePools Pools(TestDatabase queue) => DatabasePools.Create([(queue.ConnectionString, 3)], "turns", TimeProvider.System);

    /// <summary>Does something while a feed reads the queue.</summary>
    private static async Task WhileFedAsync(
        LeaderFixture fixture, DatabasePool pool, SourceMapping mapping, FeedOptions options, TimeProvider time, Func<Task> something)
    {
        await using var store = Core.Store.StoreDatabase.Create(fixture.Store.ConnectionString);
        var watched = new WatchedSource(mapping, pool.Connections, new Redaction(), FeedKind.Poll) { Pool = pool };
        using var stop = new CancellationTokenSource();
        var running = new SourceFeed(watched, store, new Nobody(), options, time, NullLogger.Instance).RunAsync(stop.Token);
        try
        {
            await something();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(running);
        }
    }

    private sealed class Nobody : IAttention
    {
        public bool IsWatched(string source) => false;
    }
}
