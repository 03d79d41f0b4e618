using JobLineage.Bench.Faults;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>The whole way: a producer's commit, the trigger, the feed, the store.</summary>
[Takes(44)]
public sealed class FollowByTriggerTests
{
    private static readonly FeedOptions Fast = new()
    {
        MinimumPause = TimeSpan.FromMilliseconds(50),
        MisconfiguredPause = TimeSpan.FromMilliseconds(100),
        SafetyInterval = TimeSpan.FromMilliseconds(300),
        WatchedInterval = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task What_is_committed_arrives_by_trigger_and_the_log_is_left_empty()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var feed = await Following.StartAsync(fixture, Fast);
        await feed.UntilAsync(FeedState.Live);

        await fixture.ExecuteAsync("""
            insert into oban_jobs (worker) values ('App.SyncJob');
            insert into oban_jobs (worker, meta) select 'App.PageJob', '{"parent_job_id": 1}' from generate_series(1, 40);
            update oban_jobs set state = 'completed' where id = 1;
            delete from oban_jobs where id = 41;
            """);

        await feed.UntilEqualAsync();
        await feed.UntilAsync(async () => await fixture.LoggedAsync() == 0);
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task A_log_that_is_emptied_behind_our_back_is_healed_by_reconciliation()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var feed = await Following.StartAsync(fixture, Fast with { ReconcileInterval = TimeSpan.FromMilliseconds(500) });
        await feed.UntilAsync(FeedState.Live);

        // As one transaction: nobody can read the log before it is empty.
        await fixture.ExecuteAsync($"begin; insert into oban_jobs (worker) select 'App.A' from generate_series(1, 20); delete from {fixture.Sql.Names.Change}; commit");

        await feed.UntilEqualAsync();
    }

    [Fact]
    public async Task A_truncated_table_is_compared_at_once()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(20);
        await using var feed = await Following.StartAsync(fixture, Fast);
        await feed.UntilAsync(FeedState.Live);
        await feed.UntilEqualAsync();

        await fixture.ExecuteAsync("truncate oban_jobs");

        await feed.UntilEqualAsync();
        await feed.UntilAsync(FeedState.Live);
    }

    [Fact]
    public async Task When_the_trigger_is_taken_away_the_source_is_followed_by_asking_and_says_so_until_it_is_back()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var feed = await Following.StartAsync(fixture, Fast);
        await feed.UntilAsync(FeedState.Live);

        await fixture.Installer.UninstallAsync();
        await feed.UntilAsync(FeedState.Polling);
        Assert.Contains("was taken away", await feed.MessageAsync());
        await fixture.InsertAsync(5);
        await feed.UntilEqualAsync();

        await fixture.Installer.InstallAsync();
        await feed.UntilAsync(FeedState.Live);
        await fixture.InsertAsync(5);
        await feed.UntilEqualAsync();
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task What_the_page_says_of_a_trigger_changes_with_the_trigger()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("alter table oban_jobs disable trigger job_lineage_update");
        await using var feed = await Following.StartAsync(fixture, Fast with { TriggerLookInterval = TimeSpan.FromMilliseconds(100) });
        await feed.UntilAsync(async () => (await feed.MessageAsync())?.Contains("not whole") == true);

        await fixture.Installer.UninstallAsync();
        await feed.UntilAsync(async () => await feed.MessageAsync() is null);

        await fixture.Installer.InstallAsync();
        await feed.UntilAsync(FeedState.Live);
        await fixture.Installer.UninstallAsync();
        await feed.UntilAsync(async () => (await feed.MessageAsync())?.Contains("was taken away") == true);

        // Installed, and read by somebody else from the same moment on.
        await fixture.ExecuteAsync(fixture.Sql.Install().Replace(
            "commit;", $"update job_lineage.feed set reader = '{Guid.NewGuid()}', reader_until = now() + interval '1 hour'; commit;", StringComparison.Ordinal));
        await feed.UntilAsync(async () => (await feed.MessageAsync())?.Contains("Another Job Lineage reads") == true);
        await fixture.ExecuteAsync("update job_lineage.feed set reader_until = now() - interval '1 second'");

        await feed.UntilAsync(FeedState.Live);
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task A_trigger_that_was_away_for_a_moment_is_noticed_and_everything_compared()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(20);
        await using var feed = await Following.StartAsync(fixture, Fast);
        await feed.UntilAsync(FeedState.Live);
        await feed.UntilEqualAsync();

        // In one transaction each: nobody ever sees it away.
        await fixture.ExecuteAsync("""
            begin;
            alter table oban_jobs disable trigger user;
            update oban_jobs set state = 'completed' where id <= 10;
            alter table oban_jobs enable trigger user;
            commit
            """);
        await feed.UntilEqualAsync();
        await feed.UntilAsync(FeedState.Live);

        await fixture.ExecuteAsync(fixture.Sql.Uninstall.Replace("commit;", "delete from public.oban_jobs where id <= 5;") + fixture.Sql.Install().Replace("begin;", ""));
        await feed.UntilEqualAsync();
        await feed.UntilAsync(FeedState.Live);
    }

    [Fact]
    public async Task What_is_written_past_the_trigger_is_found_by_asking_and_then_everything_is_compared()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(20);
        await fixture.ExecuteAsync("update oban_jobs set state = 'completed' where id <= 10");
        await using var feed = await Following.StartAsync(fixture, Fast with { SweepInterval = TimeSpan.FromMilliseconds(200) });
        await feed.UntilAsync(FeedState.Live);
        await feed.UntilEqualAsync();

        // The deletion of finished jobs is what no look by polling finds; that others began tells that there may be more.
        await fixture.ExecuteAsync("""
            set session_replication_role = replica;
            update oban_jobs set state = 'executing' where id > 15;
            delete from oban_jobs where id <= 5
            """);

        await feed.UntilEqualAsync();
    }

    [Theory]
    [InlineData(FeedKind.Auto)]
    [InlineData(FeedKind.Poll)]
    public async Task A_programs_clock_that_is_off_stops_nothing_is_said_and_the_time_shown_is_the_sources(FeedKind kind)
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        var clock = new MovableClock { Offset = TimeSpan.FromHours(5) };
        await using var feed = await Following.StartAsync(fixture, Fast, kind, clock);
        await fixture.InsertAsync(3);
        await feed.UntilEqualAsync();
        await feed.UntilAsync(async () => await feed.MessageAsync() is { } message && message.Contains("behind this program's", StringComparison.Ordinal));
        Assert.True(await feed.AsOfAsync() <= TimeProvider.System.GetUtcNow().UtcDateTime);

        clock.Offset = TimeSpan.FromHours(-5);
        await fixture.InsertAsync(3);

        await feed.UntilEqualAsync();
        await feed.UntilAsync(async () => await feed.MessageAsync() is { } message && message.Contains("ahead of this program's", StringComparison.Ordinal));
        var told = await feed.AsOfAsync();
        await feed.UntilAsync(async () => await feed.AsOfAsync() > told);
    }

    [Fact]
    public async Task When_the_listening_session_ends_nothing_is_missed()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var feed = await Following.StartAsync(fixture, Fast);
        await feed.UntilAsync(FeedState.Live);

        await fixture.ExecuteAsync($"""
            insert into oban_jobs (worker) select 'App.A' from generate_series(1, 20);
            select pg_terminate_backend(pid) from pg_stat_activity where query like '%{fixture.Sql.Names.Channel}%' and pid <> pg_backend_pid();
            truncate {fixture.Sql.Names.Change};
            """);

        await feed.UntilEqualAsync();
        await feed.UntilAsync(FeedState.Live);
    }

    [Fact]
    public async Task A_log_that_was_closed_for_want_of_readers_is_opened_and_everything_compared()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("update job_lineage.feed set consumed_at = now() - interval '2 days'");
        await fixture.InsertAsync(3);
        await fixture.InsertAsync(30);
        Assert.True(await fixture.Consumer.IsAsleepAsync(default));

        await using var feed = await Following.StartAsync(fixture, Fast);

        await feed.UntilAsync(FeedState.Live);
        await feed.UntilEqualAsync();
        Assert.False(await fixture.Consumer.IsAsleepAsync(default));
    }

    [Fact]
    public async Task A_trigger_that_is_required_and_missing_is_a_misconfiguration_with_a_next_step()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await using var feed = await Following.StartAsync(fixture, Fast, FeedKind.Trigger);

        await feed.UntilAsync(FeedState.Misconfigured);
        Assert.Equal("Source 'oban' has no trigger: run `joblineage install --source oban`.", await feed.MessageAsync());

        await fixture.Installer.InstallAsync();
        await feed.UntilAsync(FeedState.Live);
    }

    [Fact]
    public async Task Where_asking_is_configured_the_trigger_is_left_alone()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var feed = await Following.StartAsync(fixture, Fast, FeedKind.Poll);
        await fixture.InsertAsync(3);
        await feed.UntilEqualAsync();
        Assert.Equal(3, await fixture.LoggedAsync());
    }

    [Fact]
    public async Task A_second_program_does_not_take_changes_out_of_the_log()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await using var other = await fixture.Consumer.ListenAsync(TimeProvider.System, default);
        await using var feed = await Following.StartAsync(fixture, Fast);

        await feed.UntilAsync(FeedState.Polling);
        await fixture.InsertAsync(4);
        await feed.UntilEqualAsync();

        Assert.Contains("Another Job Lineage reads", await feed.MessageAsync());
        Assert.Equal(4, await fixture.LoggedAsync());
    }
}
