using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>
/// In a workflow of Oban Pro a link leads by a name to another row, which may be pruned first. Jobs 1 and 2 are what 3 waits for, and 4 waits for 3.
/// </summary>
[Takes(20)]
public sealed class KeptLinksTests
{
    [Fact]
    public async Task Every_link_stays_when_all_that_they_lead_to_is_pruned_and_the_job_goes_on()
    {
        await using var fixture = await FlowAsync();
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("delete from oban_jobs where id in (1, 2); update oban_jobs set state = 'executing', attempt = 1, attempted_at = now() at time zone 'UTC' where id = 3");
        await feed.TickAsync();
        await feed.ReconcileAsync();

        Assert.Equal("1: 2", await ParentsAsync(fixture, 3));
        Assert.Equal(4, (await fixture.RunAsync(1, "q")).Total + (await fixture.RunAsync(2, "q")).Total);
        Assert.Equal(0, await feed.ReconcileAsync());
        // And nothing is written of it again.
        await fixture.SqlAsync("update oban_jobs set tags = '{x}' where id = 3");
        Assert.Equal(0, await feed.TickAsync());
    }

    [Fact]
    public async Task The_parent_of_a_job_that_has_ended_stays_and_so_does_the_link_that_its_source_takes_for_the_parent_now()
    {
        await using var fixture = await FlowAsync();
        await fixture.SqlAsync("update oban_jobs set state = 'completed', completed_at = now() at time zone 'UTC'");
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await feed.Feed.LookAgainAsync(["1", "3"], default);

        Assert.Equal("1: 2", await ParentsAsync(fixture, 3));
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task A_job_that_has_not_ended_stays_with_its_parent_when_that_is_pruned_in_whatever_state_it_is()
    {
        await using var fixture = await FlowAsync();
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await feed.ReconcileAsync();
        foreach (var state in new[] { "available", "executing", "retryable", "completed" })
        {
            await fixture.SqlAsync($"update oban_jobs set state = '{state}' where id = 3");
            await feed.TickAsync();
            Assert.Equal("1: 2", await ParentsAsync(fixture, 3));
            Assert.Equal(0, await feed.ReconcileAsync());
        }

        Assert.Equal(3, (await fixture.RunAsync(1, "q")).Total);
    }

    [Fact]
    public async Task A_job_whose_parent_is_there_and_no_longer_its_first_moves_and_the_other_one_is_a_link()
    {
        await using var fixture = await FlowAsync();
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("update oban_jobs set meta = meta || '{\"parent_job_id\": 2}' where id = 3");
        await feed.TickAsync();
        Assert.Equal("2: 1", await ParentsAsync(fixture, 3));

        // It is there although it is behind all that are kept of so many.
        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, inserted_at, meta) select 100 + i, 'App.Page', 'completed'::oban_job_state, timestamp '2026-01-01' + i * interval '1 second', jsonb_build_object('workflow_id', 'many', 'name', i::text) from generate_series(1, 120) i;
            insert into oban_jobs (id, worker, meta) values (300, 'App.Report', '{"workflow_id": "many", "name": "report", "deps": ["*"], "parent_job_id": 219}')
            """);
        await feed.TickAsync();
        Assert.StartsWith("219: 101 ", await ParentsAsync(fixture, 300), StringComparison.Ordinal);
        await fixture.SqlAsync("update oban_jobs set meta = meta - 'parent_job_id' where id = 300");
        await feed.TickAsync();
        await feed.Feed.LookAgainAsync(["300"], default);
        Assert.StartsWith("101: 102 ", await ParentsAsync(fixture, 300), StringComparison.Ordinal);
        Assert.Equal(FurtherParents.Most, (await fixture.JobAsync(300, "q")).Job.Parents.Count);
    }

    [Fact]
    public async Task What_is_read_anew_has_the_links_that_its_source_names_then()
    {
        await using var fixture = await FlowAsync();
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("delete from oban_jobs where id = 1");
        await feed.ReconcileAsync();
        await feed.Record.RereadAsync(default);
        await feed.FillAsync();

        Assert.Equal("2: ", await ParentsAsync(fixture, 3));
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Theory]
    [InlineData("id", false)]
    [InlineData("id", true)]
    [InlineData("5 - id", false)]
    [InlineData("5 - id", true)]
    public async Task A_run_of_links_becomes_one_of_a_key_a_job_at_a_time_from_whichever_end(string number, bool isCircle)
    {
        await using var fixture = await FlowAsync();
        // One of them names a parent that was never there.
        await fixture.SqlAsync($"update oban_jobs set id = 10 + {number}; update oban_jobs set meta = meta || '{{\"parent_job_id\": 99}}' where worker = 'App.Other'");
        if (isCircle)
            await fixture.SqlAsync($"update oban_jobs set meta = meta || '{{\"deps\": [\"mail\"]}}' where worker = 'App.Fetch'");
        await fixture.FilledAsync(Presets.Oban("q"));
        var feed = await fixture.FeedAsync(Presets.Oban("q") with { RunKey = "meta->>'workflow_id'", Step = "meta->>'name'" }, new FeedOptions { Batch = 1, BackfillChunk = 1 });
        await feed.Record.RereadAsync(default);
        await feed.FillAsync();

        Assert.Equal(0, await feed.ReconcileAsync());
        var run = await fixture.RunAsync(Assert.Single((await fixture.Reader.ListRunsAsync(new(), default)).Runs).RootId, "q");
        Assert.Equal(("w", 4L), (run.RunKey, run.Total));
        // Nothing is left of the links.
        Assert.Equal((4, 1), (await fixture.CountAsync("job"), await fixture.CountAsync("run")));
        Assert.Equal(0, await fixture.CountAsync("stage_edge"));
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.job where parent_id is not null or children <> 0 or parents is not null or flags <> 0"));
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.stage where parents <> 0 or cycle_cuts <> 0"));
    }

    [Fact]
    public async Task Links_are_kept_only_where_they_are_found_in_the_engine_s_own_way()
    {
        await using var fixture = await FlowAsync();
        foreach (var (mapping, keeps) in new[]
        {
            (Presets.Oban("q"), true),
            (Presets.Oban("q") with { Parents = null }, true),
            (Presets.Oban("q") with { ParentId = "meta->>'above'" }, false),
            (Presets.Oban("q") with { ParentId = null }, false),
            (Presets.Oban("q") with { RunKey = "meta->>'workflow_id'" }, false),
        })
        {
            var (source, _) = await SourceProbe.ProbeAsync(mapping, fixture.Source);
            Assert.Equal(keeps, source!.Mapping.KeepsParent);
        }
    }

    private static async Task<string> ParentsAsync(StoreFixture fixture, int id) =>
        await fixture.JobAsync(id, "q") is { Job: var job } ? $"{job.ParentId}: {string.Join(' ', job.Parents)}" : "";

    private static Task<StoreFixture> FlowAsync() => EngineRows.MakeAsync(
        "oban_pro",
        """
        insert into oban_jobs (id, worker, state, inserted_at, meta) values
            (1, 'App.Fetch', 'completed', '2026-01-01', '{"workflow_id": "w", "name": "fetch"}'),
            (2, 'App.Other', 'completed', '2026-01-02', '{"workflow_id": "w", "name": "other"}'),
            (3, 'App.Parse', 'scheduled', '2026-01-03', '{"workflow_id": "w", "name": "parse", "deps": ["fetch", "other"]}'),
            (4, 'App.Mail', 'scheduled', '2026-01-04', '{"workflow_id": "w", "name": "mail", "deps": ["parse"]}')
        """);
}
