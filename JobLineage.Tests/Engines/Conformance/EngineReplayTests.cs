using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>The statements by which an engine inserts, claims, retries, fails, finishes, cancels and prunes, one after the other: whoever follows them ends with what is true.</summary>
[Takes(40)]
public sealed class EngineReplayTests
{
    /// <summary>Engines that keep what is over; of the one that deletes it a fresh reading knows nothing.</summary>
    public static TheoryData<string> Keeping => ["river", "good_job", "solid_queue", "oban: workflows of Pro"];

    [Theory]
    [MemberData(nameof(Keeping))]
    public async Task Looks_at_every_statement_end_with_what_a_fresh_reading_finds(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(engine.Schema);
        var feed = await fixture.FilledAsync(engine.Mapping);
        foreach (var step in engine.Replay)
        {
            await fixture.SqlAsync(step);
            await feed.TickAsync();
        }

        await feed.ReconcileAsync();
        Assert.Equal(await FreshAsync(engine), await fixture.Database.ScalarAsync<string>(EngineConformanceTests.Stored));
        Assert.Equal(engine.Failed.Order(StringComparer.Ordinal), (await fixture.Database.ScalarAsync<string[]>(EngineConformanceTests.Failures))!.Order(StringComparer.Ordinal));
        Assert.Equal(EngineConformanceTests.Always(feed), await feed.ReconcileAsync());
    }

    [Theory]
    [MemberData(nameof(Keeping))]
    public async Task The_trigger_ends_with_what_a_fresh_reading_finds(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(engine.Schema);
        await new TriggerInstaller(engine.Mapping, fixture.Source).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(engine.Mapping);
        await feed.UntilAsync(FeedState.Live);
        foreach (var step in engine.Replay.Where(s => !IsPruning(s)))
            await fixture.SqlAsync(step);

        var expected = await FreshAsync(engine);
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(EngineConformanceTests.Stored) == expected, async () => EngineConformanceTests.Differing(expected, await feed.StoredAsync<string>(EngineConformanceTests.Stored)));
        // What is pruned was seen to finish: a pruner waits for hours.
        var pruning = engine.Replay.Where(IsPruning).ToList();
        foreach (var step in pruning)
            await fixture.SqlAsync(step);
        await feed.UntilAsync(async () => await feed.StoredAsync<long>("select count(*) from job_lineage.job where flags & 7 = 2") == pruning.Count, () => Task.FromResult("pruned"));
        Assert.Equal(expected, await feed.StoredAsync<string>(EngineConformanceTests.Stored));
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task What_graphile_worker_deletes_is_known_from_the_last_image_whether_or_not_anybody_looked_meanwhile()
    {
        var engine = EngineCase.All["graphile_worker"]();
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(engine.Schema);
        await new TriggerInstaller(engine.Mapping, fixture.Source).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(engine.Mapping);
        await feed.UntilAsync(FeedState.Live);
        foreach (var step in engine.Replay)
            await fixture.SqlAsync(step);

        const string told = """
            select string_agg(concat_ws(' ', j.id, w.text, j.state, j.parent_id, r.root_id, t.depth), E'\n' order by j.id::int)
            from job_lineage.job j join job_lineage.label w on w.id = j.worker left join job_lineage.run r on r.id = j.run_id left join job_lineage.stage t on t.id = j.stage_id
            """;
        var (ready, later, done, failed, cancelled) = ((short)JobState.Available, (short)JobState.Scheduled, (short)JobState.Completed, (short)JobState.Discarded, (short)JobState.Cancelled);
        var expected = $"""
            1 Sync {done} 1 1
            2 Page {done} 1 1 2
            3 Page {failed} 1 1 2
            4 Detail {done} 2 1 3
            5 Detail {done} 2 1 3
            6 Detail {done} 3 1 3
            7 Detail {done} 3 1 3
            8 Report {ready} 1 1 2
            9 Show {later} 1 1 2
            10 Show {cancelled} 1 1 2
            11 Show {done} 4 1 4
            """.ReplaceLineEndings("\n");
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(told) == expected, async () => await feed.StoredAsync<string>(told) ?? "");
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task What_graphile_worker_leaves_is_read_as_it_really_wrote_it()
    {
        var engine = EngineCase.All["graphile_worker"]();
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(engine.Schema);
        await fixture.Database.ExecuteAsync(engine.Replay[0]);
        await fixture.Database.ExecuteAsync(engine.Replay[1]);
        await EngineRows.CopyAsync(fixture.Database, "graphile_worker._private_jobs", EngineCase.Read("engines", "gw18", "graphile_worker__private_jobs_end.csv"), except: "is_available");
        await fixture.FilledAsync(engine.Mapping);
        // 22 and 50 were failed by hand: nothing in their rows tells that from a failure.
        Assert.Equal(
            ["22", "25", "38", "44", "50", "65", "79", "9"],
            (await fixture.Database.ScalarAsync<string[]>(EngineConformanceTests.Failures))!.Order(StringComparer.Ordinal));
        Assert.Equal(6L, await fixture.Database.ScalarAsync<long>($"select count(*) from job_lineage.job where state = {(short)JobState.Available} and flags & 5 = 0"));
        Assert.Equal(4L, await fixture.Database.ScalarAsync<long>($"select count(*) from job_lineage.job where state = {(short)JobState.Scheduled}"));
    }

    /// <summary>What a reading stores of all of it, before anything was pruned.</summary>
    private static async Task<string> FreshAsync(EngineCase engine)
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(engine.Schema);
        foreach (var step in engine.Replay.Where(s => !IsPruning(s)))
            await fixture.SqlAsync(step);
        await fixture.FilledAsync(engine.Mapping);
        return (await fixture.Database.ScalarAsync<string>(EngineConformanceTests.Stored))!;
    }

    private static bool IsPruning(string step) =>
        step.TrimStart().StartsWith("delete", StringComparison.Ordinal) && (step.Contains("finished_at is not null", StringComparison.Ordinal) || step.Contains("'completed'", StringComparison.Ordinal));
}
