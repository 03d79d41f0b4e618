using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>A program that does not stay has the store up to date before it looks at it, or says why not.</summary>
public sealed class SourceCatchUpTests
{
    [Fact]
    public async Task Where_nobody_leads_it_reads_everything_itself_however_long_ago_somebody_did()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (5000, null, "App.Sync", "executing"));
        var first = await CatchUp(fixture).RunAsync(Source(fixture), default);
        Assert.Equal(("oban", null), (first.Source, first.Problem));
        Assert.NotNull(first.AsOf);
        // Finished, and finished otherwise; far below the highest id; gone.
        await fixture.SqlAsync("update oban_jobs set state = 'discarded', attempt = 2, discarded_at = now() where id = 2; delete from oban_jobs where id = 1");
        await fixture.ObanJobsAsync((7, null, "App.Late", "discarded"), (5001, null, "App.New", "discarded"));
        var second = await CatchUp(fixture).RunAsync(Source(fixture), default);
        Assert.Null(second.Problem);
        Assert.True(second.AsOf >= first.AsOf);
        Assert.Equal(["2", "5001", "7"], await fixture.Database.TextsAsync("select job_id from job_lineage.failure order by job_id"));
        Assert.Equal(1, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.job where flags & 2 <> 0"));
    }

    [Fact]
    public async Task Nothing_is_left_of_it_in_the_way_of_a_leader()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await CatchUp(fixture).RunAsync(Source(fixture), default);
        await using var turn = await LeaseAsync(fixture);
        Assert.NotNull(turn);
        Assert.Null(await LeaseAsync(fixture));
    }

    [Fact]
    public async Task Where_somebody_leads_it_waits_until_that_one_has_seen_what_was_there_before()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        using var leader = new Leader(
            fixture.Store, [Source(fixture)], new Watched(), new() { WatchedInterval = TimeSpan.FromMilliseconds(50), RestFactor = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
        await leader.StartAsync(default);
        try
        {
            while (await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.source where backfilled") == 0)
                await Task.Delay(20);
            for (var id = 1; id <= 5; id++)
            {
                await fixture.ObanJobsAsync((id, null, "App.Sync", "discarded"));
                Assert.Null((await CatchUp(fixture).RunAsync(Source(fixture), default)).Problem);
                Assert.Equal(id, await fixture.CountAsync("failure"));
            }

            Assert.Equal(1, await fixture.Database.ScalarAsync<long>("select epoch from job_lineage.source"));
        }
        finally
        {
            await leader.StopAsync(default);
        }
    }

    [Fact]
    public async Task When_whoever_leads_ends_it_reads_itself()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "discarded"));
        var turn = await LeaseAsync(fixture);
        var asked = 0;
        var reading = await CatchUp(fixture, before: () =>
        {
            if (++asked == 3)
                turn!.DisposeAsync().AsTask().Wait();
        }).RunAsync(Source(fixture), default);
        Assert.Equal((3, null), (asked, reading.Problem));
        Assert.Equal(1, await fixture.CountAsync("failure"));
    }

    [Fact]
    public async Task Whoever_leads_and_brings_nothing_forward_is_not_waited_for_for_ever()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await CatchUp(fixture).RunAsync(Source(fixture), default);
        await using var turn = await LeaseAsync(fixture);
        var reading = await CatchUp(fixture, TimeSpan.FromMilliseconds(400)).RunAsync(Source(fixture), default);
        Assert.NotNull(reading.AsOf);
        Assert.StartsWith("Source 'oban' was last read at 20", reading.Sentence);
        Assert.Contains("what failed there since is not reported. Another replica leads, and has brought nothing forward for ", reading.Sentence);
    }

    [Fact]
    public async Task Where_how_old_the_data_is_can_t_be_known_the_second_look_of_whoever_leads_is_waited_for()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await CatchUp(fixture).RunAsync(Source(fixture), default);
        await fixture.SqlAsync("update job_lineage.source set as_of = null");
        await using var turn = await LeaseAsync(fixture);
        var record = await SourceRecord.OpenAsync(fixture.Store, "oban", turn!.Holder, TimeProvider.System, default);
        var asked = 0;
        var reading = await CatchUp(fixture, before: () =>
        {
            // What else it says is no look.
            if (++asked is 2 or 3 or 5)
                record.SayAsync(asked == 3 ? FeedState.Reconnecting : FeedState.Live, "It can't be known.", null, default).Wait();
        }).RunAsync(Source(fixture), default);
        Assert.Equal((5, null, null), (asked, reading.AsOf, reading.Problem));
    }

    [Fact]
    public async Task A_source_that_can_not_be_read_is_named_with_the_reason()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        var mapping = Presets.Oban("oban") with { Table = "nothing_here" };
        var reading = await CatchUp(fixture).RunAsync(new(mapping, fixture.Source, new()), default);
        Assert.StartsWith("Source 'oban' was never read; what failed there is not reported. ", reading.Sentence);
        Assert.Contains("nothing_here", reading.Sentence);
        await using var closed = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=5");
        reading = await CatchUp(fixture).RunAsync(new(Presets.Oban("oban"), closed, new()), default);
        Assert.StartsWith("Source 'oban' was never read; what failed there is not reported. ", reading.Sentence);
        await using var turn = await LeaseAsync(fixture);
        Assert.NotNull(turn);
    }

    private static WatchedSource Source(StoreFixture fixture) => new(Presets.Oban("oban"), fixture.Source, new());

    private static Task<SourceLease?> LeaseAsync(StoreFixture fixture) => SourceLease.TryTakeAsync(fixture.Store, "oban", "serve", TimeProvider.System, default);

    private static SourceCatchUp CatchUp(StoreFixture fixture, TimeSpan? patience = null, Action? before = null) =>
        new(fixture.Store, StoreFixture.Options, TimeProvider.System, NullLoggerFactory.Instance) { Patience = patience ?? TimeSpan.FromMinutes(5), Before = before ?? (() => { }) };

    private sealed class Watched : IAttention
    {
        public bool IsWatched(string source) => true;
    }
}
