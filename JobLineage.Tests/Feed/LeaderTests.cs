using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>Replicas, and databases that go away and come back.</summary>
[Takes(33)]
public sealed class LeaderTests
{
    [Fact]
    public async Task When_the_leader_ends_another_replica_goes_on()
    {
        await using var fixture = await LeaderFixture.CreateAsync(isNew: true);
        await fixture.InsertAsync(1);
        var first = await fixture.StartAsync();
        await fixture.HasJobAsync(1);
        await fixture.StartAsync();
        var turn = await fixture.TurnAsync();
        await first.DisposeAsync();
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2);
        Assert.True(await fixture.TurnAsync() > turn);
    }

    [Fact]
    public async Task When_the_leaders_connection_is_cut_a_new_turn_begins_and_nothing_is_lost()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.StartAsync();
        await fixture.StartAsync();
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1);
        var turn = await fixture.TurnAsync();
        // The session by which it shows that it is alive.
        Assert.Equal(1, await fixture.Store.ScalarAsync<long>(
            "select count(pg_terminate_backend(m.pid)) from job_lineage.member m join job_lineage.lease l on l.holder = m.id"));
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2);
        await Soon.IsTrueAsync(async () => await fixture.TurnAsync() > turn);
        await fixture.InsertAsync(3);
        await fixture.HasJobAsync(3);
    }

    [Fact]
    public async Task Replicas_share_the_sources_and_one_that_is_left_has_all()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        SourceMapping[] sources = [.. Enumerable.Range(0, 6).Select(i => Presets.Oban($"s{i}"))];
        var first = await fixture.StartAsync(sources);
        await SharesAsync(fixture, "6");
        await fixture.StartAsync(sources);
        await SharesAsync(fixture, "3 3");
        await fixture.StartAsync(sources);
        await SharesAsync(fixture, "2 2 2");
        await fixture.InsertAsync(1);
        for (var i = 0; i < sources.Length; i++)
            await fixture.HasJobAsync(1, $"s{i}");
        await first.DisposeAsync();
        await SharesAsync(fixture, "3 3");
        await fixture.InsertAsync(2);
        for (var i = 0; i < sources.Length; i++)
            await fixture.HasJobAsync(2, $"s{i}");
    }

    [Fact]
    public async Task A_source_whose_turn_somebody_else_takes_costs_no_other()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.StartAsync(Presets.Oban("bad"), Presets.Oban("oban"));
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1, "bad");
        await fixture.HasJobAsync(1);
        var turn = await fixture.TurnAsync();
        await fixture.Store.ExecuteAsync("update job_lineage.source set epoch = epoch + 1 where name = 'bad'");
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2, "bad");
        await fixture.HasJobAsync(2);
        Assert.Equal(turn, await fixture.TurnAsync());
    }

    [Fact]
    public async Task A_store_that_is_missing_is_said_once_however_often_it_is_tried()
    {
        var (time, log) = (new TestClock(), new Bench.Faults.TrialLog());
        var settings = new NpgsqlConnectionStringBuilder(await PostgresFixture.ConnectionStringAsync()) { Database = "jl_no_such_store", Pooling = false };
        await using var store = Core.Store.StoreDatabase.Create(settings.ConnectionString);
        using var leader = new Core.Feed.Leader(store, [], new Nobody(), new(), time, log);
        await leader.StartAsync(default);
        foreach (var pause in (int[])[1, 2, 4, 8, 16, 30])
        {
            await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
            time.Advance(TimeSpan.FromSeconds(pause - 0.5));
            Assert.Equal(1, time.Armed);
            time.Advance(TimeSpan.FromSeconds(0.5));
        }

        await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
        await leader.StopAsync(default);
        Assert.Contains("The server has no such database", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_all_other_connections_to_the_store_are_in_use_a_lease_is_kept()
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var store = Core.Store.StoreDatabase.Create(database.ConnectionString + ";Maximum Pool Size=2;Timeout=2");
        var (time, log) = (new TestClock(), new Bench.Faults.TrialLog());
        using var leader = new Core.Feed.Leader(store, [], new Nobody(), new(), time, log);
        await leader.StartAsync(default);
        await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
        var member = await database.ScalarAsync<string>("select id::text from job_lineage.member");
        await using (var held = await store.OpenConnectionAsync())
        {
            // More than a few looks whether the store has been migrated.
            for (var beat = 0; beat < 20; beat++)
            {
                await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
                time.Advance(Core.Postgres.LeaseMember.Beat);
            }

            await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
        }

        Assert.Equal(member, await database.ScalarAsync<string>("select id::text from job_lineage.member"));
        Assert.DoesNotContain(log.Lines, line => line.Contains("can't be used", StringComparison.Ordinal));
        await leader.StopAsync(default);
    }

    [Fact]
    public async Task Of_many_feeds_eight_are_begun_at_a_time()
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var store = Core.Store.StoreDatabase.Create(database.ConnectionString);
        await using var member = await Core.Postgres.LeaseMember.OpenAsync(store, "test", default);
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        List<Core.Feed.WatchedSource> sources = [.. Enumerable.Range(0, 20).Select(i => new Core.Feed.WatchedSource(Presets.Oban($"s{i}"), nowhere, new Redaction()))];
        await using var feeds = new Core.Feed.LedFeeds(
            sources, (_, _, stop) => Task.Delay(Timeout.Infinite, stop), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var names = sources.ToDictionary(s => Core.Store.SourceLease.NameOf(s.Name), s => s.Name);
        foreach (var begun in (int[])[8, 16, 20, 20])
        {
            var view = await member.RenewAsync([.. names.Keys], [], default);
            await feeds.SettleAsync(view, names, member, default);
            Assert.Equal(begun, feeds.Count);
        }

        // The leases are taken at once: nobody else is to begin meanwhile.
        Assert.Equal(20, await database.ScalarAsync<long>("select count(*) from job_lineage.lease where holder is not null"));
    }

    [Fact]
    public async Task A_store_whose_host_is_not_known_yet_is_waited_for()
    {
        var (time, log) = (new TestClock(), new Bench.Faults.TrialLog());
        await using var store = Core.Store.StoreDatabase.Create("Host=no-such-host.invalid;Database=x;Username=x;Timeout=5");
        using var leader = new Core.Feed.Leader(store, [], new Nobody(), new(), time, log);
        await leader.StartAsync(default);
        await Soon.IsTrueAsync(() => Task.FromResult(time.Armed == 1));
        Assert.False(leader.ExecuteTask!.IsCompleted);
        Assert.Contains("can't be reached", Assert.Single(log.Lines), StringComparison.Ordinal);
        await leader.StopAsync(default);
    }

    private static Task SharesAsync(LeaderFixture fixture, string shares) => Soon.IsTrueAsync(async () => shares == await fixture.Store.ScalarAsync<string>(
        "select string_agg(count::text, ' ') from (select count(*) from job_lineage.lease l join job_lineage.member m on m.id = l.holder group by m.id) held"));

    private sealed class Nobody : Core.Runs.IAttention
    {
        public bool IsWatched(string source) => false;
    }

    [Fact]
    public async Task A_store_that_goes_away_and_comes_back_catches_up()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.StartAsync();
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1);
        await fixture.CutAsync(fixture.Store, close: true);
        await fixture.InsertAsync(2);
        await fixture.Queue.ExecuteAsync("update oban_jobs set state = 'completed' where id = 1");
        await fixture.OpenAsync(fixture.Store);
        await fixture.HasJobAsync(2);
        await Soon.IsTrueAsync(async () => (await fixture.Reader.FindJobAsync("oban", "1", default))!.Job.State == JobState.Completed);
    }

    [Fact]
    public async Task A_store_that_is_not_there_yet_is_waited_for()
    {
        await using var fixture = await LeaderFixture.CreateAsync(isNew: true);
        await fixture.InsertAsync(1);
        await fixture.CutAsync(fixture.Store, close: true);
        await fixture.StartAsync();
        await fixture.OpenAsync(fixture.Store);
        await fixture.HasJobAsync(1);
    }

    [Fact]
    public async Task A_source_that_is_down_at_the_start_is_said_to_be_and_then_read()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.InsertAsync(1);
        await fixture.CutAsync(fixture.Queue, close: true);
        await fixture.StartAsync();
        await fixture.SaysAsync(s => s.State == FeedState.Reconnecting && s.Message!.Contains("'oban'") && s.Message.EndsWith('.'));
        await fixture.OpenAsync(fixture.Queue);
        await fixture.HasJobAsync(1);
        await fixture.SaysAsync(s => s is { State: FeedState.Polling, Message: null, AsOf: not null });
    }

    [Fact]
    public async Task A_source_that_goes_away_while_it_is_followed_is_said_to_be_and_comes_back()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.StartAsync();
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1);
        await fixture.CutAsync(fixture.Queue, close: true);
        await fixture.SaysAsync(s => s.State == FeedState.Reconnecting);
        await fixture.OpenAsync(fixture.Queue);
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2);
        await fixture.SaysAsync(s => s.State == FeedState.Polling);
        // A short cut, without a pause in between.
        await fixture.CutAsync(fixture.Queue, close: false);
        await fixture.InsertAsync(3);
        await fixture.HasJobAsync(3);
    }

    [Fact]
    public async Task A_source_that_is_misconfigured_does_not_stop_another_and_is_read_once_it_is_mended()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.InsertAsync(1);
        await fixture.StartAsync(Presets.Oban("bad") with { Table = "later" }, Presets.Oban("oban"));
        await fixture.HasJobAsync(1);
        await fixture.SaysAsync(s => s.State == FeedState.Misconfigured && s.Message!.Contains("has no table 'later'"), "bad");
        await fixture.SaysAsync(s => s.State == FeedState.Polling);
        await fixture.Queue.ExecuteAsync("create table later (like oban_jobs including all); insert into later (id, worker) values (7, 'App.Later')");
        await fixture.HasJobAsync(7, "bad");
        await fixture.SaysAsync(s => s.State == FeedState.Polling, "bad");
    }

    [Fact]
    public async Task A_source_that_fails_as_nobody_expected_does_not_stop_another()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        var replica = await fixture.StartAsync(Presets.Oban("bad"), Presets.Oban("oban"));
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1);
        await fixture.HasJobAsync(1, "bad");
        await replica.Databases[0].DisposeAsync();
        await fixture.SaysAsync(s => s.State == FeedState.Reconnecting && s.Message!.Contains("'bad'"), "bad");
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2);
        Assert.False(replica.Leader.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task Rows_in_a_state_that_nobody_knows_are_passed_over_and_named()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.Queue.ExecuteAsync("alter type oban_job_state add value 'hibernating'");
        await fixture.Queue.ExecuteAsync("insert into oban_jobs (id, worker, state) values (1, 'App.Sync', 'hibernating'), (2, 'App.Sync', 'executing')");
        await fixture.StartAsync();
        await fixture.HasJobAsync(2);
        await fixture.SaysAsync(s => s.State == FeedState.Polling && s.Message == "Rows in a state that this version does not know are passed over: 'hibernating'.");
        Assert.Null(await fixture.Reader.FindJobAsync("oban", "1", default));
        await fixture.Queue.ExecuteAsync("update oban_jobs set state = 'available' where id = 1");
        await fixture.HasJobAsync(1);
    }

    [Fact]
    public async Task Nothing_is_left_when_a_replica_ends()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        var replica = await fixture.StartAsync();
        await fixture.InsertAsync(1);
        await fixture.HasJobAsync(1);
        await replica.Leader.StopAsync(default);
        // At once, although the pool still has the connection: another replica is not to wait for it.
        Assert.Equal(0, await fixture.Store.ScalarAsync<long>("select count(*) from job_lineage.member"));
        Assert.Equal(0, await fixture.Store.ScalarAsync<long>("select count(*) from job_lineage.lease where holder is not null"));
        await replica.DisposeAsync();
        await LeaderFixture.ForgetAsync(fixture.Queue);
        await using var server = new NpgsqlConnection(await PostgresFixture.ConnectionStringAsync());
        await server.OpenAsync();
        await Soon.IsTrueAsync(async () =>
        {
            await using var count = new NpgsqlCommand(
                $"select count(*) from pg_stat_activity where datname = '{fixture.Queue.Name}'", server);
            return (long)(await count.ExecuteScalarAsync())! == 0;
        });
    }
}
