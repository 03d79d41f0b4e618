using JobLineage.Bench.Checking;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>Ids come back: tables are truncated with their sequences, dumps restored, ids used again. Then it is another job.</summary>
public sealed class ReturnedIdsTests
{
    private const string January = "2026-01-05 10:00:00.123456";
    private const string February = "2026-02-05 10:00:00.5";

    private static readonly string First = "1~20260105T100000.123456Z";

    [Fact]
    public async Task An_id_with_another_insertion_time_is_another_job_and_the_old_one_is_history()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        await RestartAsync(fixture);
        await feed.TickAsync();

        Assert.Equal(["Fetch: available 1", "Fetch/Part: available 1"], await fixture.StagesAsync(1));
        Assert.Equal(["SyncJob: completed 1", "SyncJob/Page: completed 1, discarded 1"], await fixture.StagesAsync(First));
        var now = await fixture.JobAsync(1);
        Assert.False(now.Job.IsGone || now.Job.IsEarlier);
        Assert.Equal([First], now.Others.Select(o => o.Id));
        Assert.Equal("1", Assert.Single(now.Children).Sample[0].ParentId);
        var old = await fixture.JobAsync(First);
        Assert.Equal(("1", "App.SyncJob", true, true, false), (old.Job.NativeId, old.Job.Worker, old.Job.IsGone, old.Job.IsEarlier, old.Job.IsVanished));
        Assert.Equal(["1"], old.Others.Select(o => o.Id));
        Assert.Equal(["2~20260105T100000.123456Z", "3"], Assert.Single(old.Children).Sample.Select(j => j.Id).Order(StringComparer.Ordinal));
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task The_address_of_a_job_with_its_time_is_good_before_and_after_its_id_comes_back()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        Assert.Equal("1", (await fixture.JobAsync(First)).Job.Id);
        Assert.Equal("1", (await fixture.RunAsync(First)).RootId);
        await RestartAsync(fixture);
        await feed.TickAsync();
        Assert.Equal("App.SyncJob", (await fixture.JobAsync(First)).Job.Worker);
        Assert.Equal(First, (await fixture.RunAsync(First)).RootId);
        Assert.Equal("App.Fetch", (await fixture.JobAsync("1~20260205T100000.500000Z")).Job.Worker);
        Assert.Null(await fixture.Reader.FindJobAsync("oban", "1~20260205T100000.500001Z", default));
        Assert.Equal(["oban"], await fixture.Reader.FindSourcesOfAsync(First, default));
    }

    [Fact]
    public async Task Children_belong_to_the_job_that_was_there_when_they_were_inserted()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        // The id alone is used again: the old children are still in the table, and new ones come first, and last.
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await InsertAsync(fixture, February, (7, "1", "App.Part", "available"));
        await feed.Feed.LookAgainAsync(["7"], default);
        Assert.Equal(4, (await fixture.RunAsync(7)).Total);
        await InsertAsync(fixture, "2026-02-05 09:00", (1, null, "App.Fetch", "executing"));
        await feed.TickAsync();
        await InsertAsync(fixture, "2026-02-06", (8, "1", "App.Part", "available"));
        await feed.TickAsync();
        await fixture.SqlAsync("update oban_jobs set tags = '{x}', attempt = 2 where id in (3, 8)");
        await feed.Feed.LookAgainAsync(["3", "8"], default);

        Assert.Equal(["2", "3"], Assert.Single((await fixture.JobAsync(First)).Children).Sample.Select(j => j.Id));
        Assert.Equal(["7", "8"], Assert.Single((await fixture.JobAsync(1)).Children).Sample.Select(j => j.Id));
        Assert.Equal([First], (await fixture.JobAsync(3)).Ancestors.Select(j => j.Id));
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task A_job_of_a_restored_dump_is_the_one_it_was()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("create table dump as select * from oban_jobs");
        await RestartAsync(fixture);
        await feed.TickAsync();
        await fixture.SqlAsync("truncate oban_jobs; insert into oban_jobs select * from dump");
        await feed.ReconcileAsync();

        Assert.Equal("App.SyncJob", (await fixture.JobAsync(1)).Job.Worker);
        Assert.False((await fixture.JobAsync(1)).Job.IsGone);
        Assert.Equal(["1~20260205T100000.500000Z"], (await fixture.JobAsync(1)).Others.Select(o => o.Id));
        Assert.Equal(3, (await fixture.RunAsync(1)).Total);
        Assert.Equal(1, await fixture.CountAsync("failure"));
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task A_new_jobs_failure_is_entered_and_the_old_ones_is_not_entered_again()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("truncate oban_jobs");
        // The same in all that was told, but for the time at which it was inserted.
        await InsertAsync(fixture, February, (2, null, "App.Page", "discarded"));
        await feed.ReconcileAsync();
        await fixture.SqlAsync("update oban_jobs set attempted_at = null, discarded_at = null, tags = '{x}'");
        await feed.Feed.LookAgainAsync(["2"], default);
        Assert.Equal(
            ["2 2026-02-05", "2~20260105T100000.123456Z 2026-01-05"],
            await fixture.Database.TextsAsync("select job_id || ' ' || (inserted_at at time zone 'UTC')::date from job_lineage.failure order by 1"));
    }

    [Fact]
    public async Task What_is_told_of_a_job_that_is_no_longer_stored_is_not_told_again()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("create table dump as select * from oban_jobs");
        await RestartAsync(fixture);
        await feed.ReconcileAsync();
        await new OldRuns(fixture.Store, feed.Record).DropAllAsync(TimeSpan.FromDays(1));
        await fixture.SqlAsync("truncate oban_jobs; insert into oban_jobs select * from dump");
        await feed.ReconcileAsync();
        Assert.Equal(1, await fixture.CountAsync("failure"));
    }

    [Fact]
    public async Task A_dropped_run_keeps_an_address_when_its_root_s_id_comes_back()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("truncate oban_jobs");
        await feed.ReconcileAsync();
        await new OldRuns(fixture.Store, feed.Record).DropAllAsync(TimeSpan.FromDays(1));
        Assert.NotNull(await fixture.Reader.FindDroppedAsync("oban", "1", default));
        Assert.NotNull(await fixture.Reader.FindDroppedAsync("oban", First, default));
        await InsertAsync(fixture, February, (1, null, "App.Fetch", "available"));
        await feed.TickAsync();
        Assert.Equal("App.Fetch", (await fixture.RunAsync(1)).Worker);
        Assert.Null(await fixture.Reader.FindDroppedAsync("oban", "1", default));
        Assert.Equal("App.SyncJob", (await fixture.Reader.FindDroppedAsync("oban", First, default))!.Worker);
    }

    [Fact]
    public async Task An_unfinished_single_is_kept_too()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await InsertAsync(fixture, January, (1, null, "App.Mail", "available"));
        var feed = await fixture.FilledAsync();
        await RestartAsync(fixture);
        await feed.TickAsync();
        var old = await fixture.JobAsync(First);
        Assert.True(old.Job is { IsGone: true, IsVanished: true, Worker: "App.Mail" });
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task Where_no_insertion_time_is_known_the_id_decides()
    {
        await using var fixture = await OldRunAsync();
        var feed = await fixture.FilledAsync(Presets.Oban("oban") with { InsertedAt = null });
        await RestartAsync(fixture);
        await feed.TickAsync();
        await feed.ReconcileAsync();
        var job = await fixture.JobAsync(1);
        Assert.Equal("App.Fetch", job.Job.Worker);
        Assert.Empty(job.Others);
    }

    [Fact]
    public async Task A_corrected_insertion_time_makes_no_other_jobs_and_tells_nothing_again()
    {
        await using var fixture = await OldRunAsync();
        await fixture.FilledAsync();
        // As it was once read: two hours off.
        var feed = await fixture.FeedAsync(Presets.Oban("oban") with { InsertedAt = "inserted_at at time zone 'Europe/Berlin' + interval '7 minutes'" });
        await feed.Record.RereadAsync(default);
        // Looks and comparisons during the reading anew are part of it.
        await feed.ReconcileAsync();
        await feed.FillAsync();
        Assert.Equal(3, await fixture.CountAsync("job"));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 9, 7, 0, 123, 456, TimeSpan.Zero), (await fixture.JobAsync(1)).Job.InsertedAt);
        Assert.Equal(1, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.failure f join job_lineage.job j on j.id = f.job_id and j.inserted_at = f.inserted_at"));
        Assert.Equal(1, await fixture.CountAsync("failure"));
        // And when it is done, another time is another job again.
        await RestartAsync(fixture);
        await feed.TickAsync();
        Assert.Single((await fixture.JobAsync(1)).Others);
        await EqualAsync(fixture, feed, feed.Reader.Source.Mapping);
    }

    [Fact]
    public async Task Runs_that_share_a_key_keep_the_jobs_whose_ids_came_back()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        var run = await fixture.Database.ScalarAsync<string>("select root_id from job_lineage.run order by rows desc, id limit 1");
        var before = (await fixture.StagesAsync(run!, "research")).ToList();
        var inserted = (await fixture.JobAsync(run!, "research")).Job.InsertedAt!.Value;
        await fixture.SqlAsync($"update research_jobs set created_at = created_at + interval '3 days', payload = jsonb_set(payload, '{{chain_started_at}}', '\"later\"') where id = {run}");
        await feed.ReconcileAsync();
        Assert.Equal(before, await fixture.StagesAsync(JobKeys.Earlier(run!, inserted), "research"));
        Assert.Equal(1, (await fixture.RunAsync(run!, "research")).Total);
        await EqualAsync(fixture, feed, feed.Reader.Source.Mapping);
    }

    [Fact]
    public async Task The_poll_feed_notices_that_the_ids_began_anew_and_asks_for_a_comparison()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await InsertAsync(fixture, January, [.. Enumerable.Range(1, 5_000).Select(i => ((long)i, (string?)null, "App.Mail", "completed"))]);
        var feed = await fixture.FilledAsync();
        var asked = 0;
        feed.Feed.IdsReturned += () => asked++;
        // The newest rows are deleted: nothing began anew.
        await fixture.SqlAsync("delete from oban_jobs where id > 3000");
        await feed.TickAsync();
        await InsertAsync(fixture, January, (5_001, null, "App.Mail", "completed"));
        await feed.TickAsync();
        Assert.Equal((0, "5001"), (asked, await HighAsync(fixture)));

        // Finished between two looks, so that no state gives them away, and below all that a look goes over.
        await fixture.SqlAsync("truncate oban_jobs");
        await InsertAsync(fixture, February, [.. Enumerable.Range(1, 50).Select(i => ((long)i, (string?)null, "App.Fetch", "completed"))]);
        await feed.TickAsync();
        Assert.Equal((1, "50"), (asked, await HighAsync(fixture)));
        await feed.ReconcileAsync();
        Assert.Equal("App.Fetch", (await fixture.JobAsync(7)).Job.Worker);
        // From there on new rows are found as ever.
        await InsertAsync(fixture, February, (51, null, "App.Fetch", "completed"));
        await feed.TickAsync();
        Assert.Equal("App.Fetch", (await fixture.JobAsync(51)).Job.Worker);
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task Further_parents_name_the_jobs_that_were_there()
    {
        await using var fixture = await OldRunAsync();
        await InsertAsync(fixture, January, (4, "1", "App.Report", "completed"));
        await fixture.SqlAsync("update oban_jobs set meta = meta || '{\"also\": [2, 3]}' where id = 4; create table dump as select * from oban_jobs");
        var mapping = Presets.Oban("oban") with { Parents = "meta->'also'" };
        var feed = await fixture.FilledAsync(mapping);
        await fixture.SqlAsync("delete from oban_jobs where id = 2");
        await InsertAsync(fixture, February, (2, null, "App.Fetch", "available"), (5, "1", "App.Report", "available"));
        await fixture.SqlAsync("update oban_jobs set meta = meta || '{\"also\": [2, 3]}' where id = 5");
        await feed.TickAsync();

        const string earlier = "2~20260105T100000.123456Z";
        Assert.Equal([earlier, "3"], (await fixture.JobAsync(4)).Job.Parents);
        Assert.Equal(["2", "3"], (await fixture.JobAsync(5)).Job.Parents);
        Assert.Equal([new("SyncJob/Page", "SyncJob/Report", 2)], (await fixture.RunAsync(1)).Links);
        // Read again it means the same job, and so does what is new and older.
        await fixture.SqlAsync("update oban_jobs set attempt = 2 where id = 4");
        await InsertAsync(fixture, "2026-01-06", (6, "1", "App.Report", "available"));
        await fixture.SqlAsync("update oban_jobs set meta = meta || '{\"also\": [2, 3]}' where id = 6");
        await feed.TickAsync();
        await feed.ReconcileAsync();
        Assert.Equal([earlier, "3"], (await fixture.JobAsync(4)).Job.Parents);
        Assert.Equal([earlier, "3"], (await fixture.JobAsync(6)).Job.Parents);
        await EqualAsync(fixture, feed, feed.Reader.Source.Mapping);

        // The other one comes back as well, later than a job that waits for it and was read first.
        await fixture.SqlAsync("delete from oban_jobs where id = 3");
        await InsertAsync(fixture, February, (3, "1", "App.Page", "available"), (7, "1", "App.Report", "available"));
        await fixture.SqlAsync("update oban_jobs set meta = meta || '{\"also\": [2, 3]}' where id = 7");
        await feed.Feed.LookAgainAsync(["7"], default);
        await feed.Feed.LookAgainAsync(["3"], default);
        const string third = "3~20260105T100000.123456Z";
        Assert.Equal([earlier, third], (await fixture.JobAsync(6)).Job.Parents);
        Assert.Equal(["2", "3"], (await fixture.JobAsync(7)).Job.Parents);
        Assert.Equal(["2", "3"], (await fixture.JobAsync(5)).Job.Parents);
        await EqualAsync(fixture, feed, feed.Reader.Source.Mapping);
        await fixture.SqlAsync("delete from oban_jobs where id = 3; insert into oban_jobs select * from dump where id = 3");
        await feed.ReconcileAsync();

        // The very job comes back.
        await fixture.SqlAsync("delete from oban_jobs where id = 2; insert into oban_jobs select * from dump where id = 2");
        await feed.ReconcileAsync();
        Assert.Equal(["2", "3"], (await fixture.JobAsync(4)).Job.Parents);
        Assert.Equal(["2~20260205T100000.500000Z", "3~20260205T100000.500000Z"], (await fixture.JobAsync(5)).Job.Parents);
    }

    private static async Task<StoreFixture> OldRunAsync()
    {
        var fixture = await StoreFixture.ObanAsync();
        await InsertAsync(fixture, January, (1, null, "App.SyncJob", "completed"), (2, "1", "App.Page", "discarded"), (3, "1", "App.Page", "completed"));
        return fixture;
    }

    private static async Task RestartAsync(StoreFixture fixture)
    {
        await fixture.SqlAsync("truncate oban_jobs restart identity");
        await InsertAsync(fixture, February, (1, null, "App.Fetch", "available"), (2, "1", "App.Part", "available"));
    }

    private static async Task InsertAsync(StoreFixture fixture, string at, params (long Id, string? Parent, string Worker, string State)[] rows)
    {
        await fixture.ObanJobsAsync(rows);
        await fixture.SqlAsync($"update oban_jobs set inserted_at = '{at}', scheduled_at = '{at}' where id = any(@ids)", new { ids = rows.Select(r => r.Id).ToArray() });
    }

    private static async Task<string?> HighAsync(StoreFixture fixture) => await fixture.Database.ScalarAsync<string>("select high_id from job_lineage.source");

    private static async Task EqualAsync(StoreFixture fixture, HandFeed feed, SourceMapping? mapping = null)
    {
        await feed.ReconcileAsync();
        Assert.Equal(0, await feed.ReconcileAsync());
        var source = (await SourceProbe.ProbeAsync(mapping ?? Presets.Oban("oban"), fixture.Source)).Source!;
        Assert.Empty(await new StoreAudit(fixture.Store, source, fixture.Source).FindAsync());
        Assert.Equal(0, await fixture.Database.DanglingAsync());
    }
}
