using JobLineage.Core.Embedded;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;

namespace JobLineage.Tests.Feed;

/// <summary>A source that is read from a standby: what is shown is of the time that the standby has come to.</summary>
public sealed class StandbyTests
{
    [Fact]
    public async Task What_a_lagging_standby_shows_is_of_the_last_commit_that_it_has_replayed()
    {
        // Beside the server's programs is pg_basebackup where the server's package brought it.
        var programs = PostgresBinaries.Candidates(new FileProbe(), Environment.GetEnvironmentVariable("PATH")).First(folder => File.Exists(Path.Combine(folder, "pg_basebackup")));
        await using var pair = await StandbyPair.StartAsync(programs, """
            create table tasks (id bigserial primary key, kind text, status text, at timestamptz default clock_timestamp());
            insert into tasks (kind, status) values ('a', 'available')
            """);
        var mapping = TasksTable.Mapping with { InsertedAt = "at" };
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, pair.Standby);
        Assert.True(source is not null, problem?.Message);
        var scanner = new SourceScanner(new(source!, pair.Standby, new Redaction()), pair.Standby);
        async Task<SourceMoment> LookAsync() => (await scanner.ScanAsync("0", null, [], default)).Moment!;

        // Connected, and all replayed: as good as the primary.
        await pair.CaughtUpAsync();
        var level = await LookAsync();
        Assert.Equal((true, (DateTimeOffset?)level.Clock), (level.IsStandby, level.AsOf));

        // It receives and does not replay: the data stands where it was.
        await StandbyPair.ExecuteAsync(pair.Primary, "insert into tasks (kind, status) values ('b', 'available')");
        await pair.CaughtUpAsync();
        await StandbyPair.ExecuteAsync(pair.Standby, "select pg_wal_replay_pause()");
        await Soon.IsTrueAsync(() => StandbyPair.ScalarAsync<bool>(pair.Standby, "select pg_is_wal_replay_paused()"));
        var later = new DateTimeOffset(await StandbyPair.ScalarAsync<DateTime>(pair.Primary, "insert into tasks (kind, status) values ('c', 'available') returning at"), TimeSpan.Zero);
        await Soon.IsTrueAsync(() => StandbyPair.ScalarAsync<bool>(pair.Standby, "select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"));
        var behind = await LookAsync();
        Assert.True(behind.IsStandby);
        Assert.True(behind.AsOf < later, $"as of {behind.AsOf:O}, and a job of {later:O} is not there");
        Assert.True(behind.Clock > later);

        // The feed says so, and the store's time does not run ahead of the data.
        await using var feed = await FreshFeed.CreateAsync(pair.Standby);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(FeedState.Polling);
        await feed.UntilJobsAsync("1 available, 2 available");
        Assert.True(await feed.AsOfAsync() < later);
        await StandbyPair.ExecuteAsync(pair.Standby, "select pg_wal_replay_resume()");
        await feed.UntilJobsAsync("1 available, 2 available, 3 available");
        await feed.UntilAsync(async () => await feed.AsOfAsync() > later);

        // Cut off: what it has replayed last is all that is known.
        await StandbyPair.ExecuteAsync(pair.Standby, "alter system set primary_conninfo = ''");
        await StandbyPair.ExecuteAsync(pair.Standby, "select pg_reload_conf()");
        await Soon.IsTrueAsync(() => StandbyPair.ScalarAsync<bool>(pair.Standby, "select not exists (select from pg_stat_wal_receiver)"));
        var cut = await LookAsync();
        Assert.True(cut.AsOf < cut.Clock);
    }
}
