using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>The facts behind findings, from rows of a queue's table through feed and store.</summary>
public sealed class DiagnosisFactsTests
{
    [Fact]
    public async Task A_queue_in_which_a_single_has_just_executed_is_not_dead()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"), (9, null, "App.Mail", "completed"));
        await fixture.SqlAsync(
            """
            update oban_jobs set scheduled_at = now() at time zone 'UTC' - interval '1 hour', queue = 'shared' where id = 2;
            update oban_jobs set queue = 'shared', attempted_at = now() at time zone 'UTC' - interval '2 hours', attempted_by = '{node-a,x}' where id = 9;
            """);
        var feed = await fixture.FilledAsync();
        var stuck = Assert.Single((await fixture.RunAsync(1)).Findings);
        Assert.Equal((FindingKind.Stuck, "unconsumed", "shared"), (stuck.Kind, stuck.Evidence["cause"], stuck.Evidence["queue"]));
        Assert.Equal((1L, 0L), (stuck.Evidence["queueReady"], stuck.Evidence["queueExecuting"]));
        Assert.InRange((DateTimeOffset)stuck.Evidence["queueLastAttemptedAt"]!, TimeProvider.System.GetUtcNow().AddHours(-2.1), TimeProvider.System.GetUtcNow().AddHours(-1.9));
        Assert.Equal(["2"], stuck.Jobs);
        Assert.Equal(RunState.Stuck, await fixture.ListedStateAsync());

        // Another job of the same queue, in no run of ours, begins.
        await fixture.ObanJobsAsync((10, null, "App.Mail", "executing"));
        await fixture.SqlAsync("update oban_jobs set queue = 'shared', attempted_at = now() at time zone 'UTC', attempted_by = '{node-a,x}' where id = 10");
        await feed.TickAsync();
        var waiting = Assert.Single((await fixture.RunAsync(1)).Findings);
        Assert.Equal((FindingKind.Waiting, "busy"), (waiting.Kind, waiting.Evidence["cause"]));
        Assert.Equal(1L, waiting.Evidence["queueExecuting"]);
        Assert.Equal(0.2, (double)waiting.Evidence["startsPerMinute"]!, 2);
        Assert.Equal(RunState.Running, await fixture.ListedStateAsync());
    }

    [Fact]
    public async Task A_node_that_shows_life_elsewhere_changes_the_state_of_a_run_that_did_not_change()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "executing"), (3, "1", "App.Page", "completed"));
        // Beside one that is done elsewhere, a long attempt is doubted only when its node is silent.
        await fixture.SqlAsync(
            """
            update oban_jobs set attempted_at = now() at time zone 'UTC' - interval '10 hours', attempted_by = '{node-a,x}' where id = 2;
            update oban_jobs set attempted_at = now() at time zone 'UTC', completed_at = now() at time zone 'UTC', attempted_by = '{node-b,x}' where id = 3;
            """);
        var feed = await fixture.FilledAsync();
        Assert.Equal((RunState.Stuck, RunState.Stuck), (await fixture.ListedStateAsync(), (await fixture.RunAsync(1)).State));
        var version = (await fixture.RunAsync(1)).Version;

        await fixture.ObanJobsAsync((10, null, "App.Mail", "executing"));
        await fixture.SqlAsync("update oban_jobs set attempted_at = now() at time zone 'UTC', attempted_by = '{node-a,x}' where id = 10");
        await feed.TickAsync();
        var after = await fixture.RunAsync(1);
        Assert.Equal(version, after.Version);
        Assert.Equal(after.State, await fixture.ListedStateAsync());
        Assert.NotEqual(RunState.Stuck, after.State);
    }

    [Fact]
    public async Task A_single_in_a_dead_queue_is_stuck_and_one_that_announced_children_misses_them()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "available"), (2, null, "App.Sync", "completed"));
        await fixture.SqlAsync(
            """
            update oban_jobs set scheduled_at = now() at time zone 'UTC' - interval '1 hour' where id = 1;
            update oban_jobs set meta = '{"expected_children": 108}' where id = 2;
            """);
        await fixture.FilledAsync();
        Assert.Equal("unconsumed", Assert.Single((await fixture.RunAsync(1)).Findings).Evidence["cause"]);
        Assert.StartsWith("108 child jobs were never created. Sync announced 108; 0 were created.", Assert.Single((await fixture.RunAsync(2)).Findings).Reason);
    }

    [Fact]
    public async Task Announced_children_are_counted_as_they_come_and_as_their_parent_ends()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "executing"), (2, "1", "App.Page", "completed"), (3, "1", "App.Page", "completed"));
        // As a string, too: both are in the wild.
        await fixture.SqlAsync("update oban_jobs set meta = '{\"expected_children\": \"4\"}', attempted_at = now() at time zone 'UTC' where id = 1");
        var feed = await fixture.FilledAsync();
        Assert.DoesNotContain((await fixture.RunAsync(1)).Findings, f => f.Kind == FindingKind.Missing);

        await fixture.SqlAsync("update oban_jobs set state = 'completed', completed_at = now() at time zone 'UTC' where id = 1");
        await feed.TickAsync();
        var missing = Assert.Single((await fixture.RunAsync(1)).Findings);
        Assert.Equal("2 Page jobs were never created. Sync announced 4; 2 were created. Open job 1: it may have stopped half-way.", missing.Reason);
        Assert.Equal(["1"], missing.Jobs);

        await fixture.ObanJobsAsync((4, "1", "App.Page", "completed"), (5, "1", "App.Page", "completed"));
        await feed.TickAsync();
        Assert.Empty((await fixture.RunAsync(1)).Findings);
    }

    [Fact]
    public async Task An_expectation_may_be_an_expression_or_a_number_for_a_worker()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "2", "App.Detail", "completed"));
        await fixture.SqlAsync("update oban_jobs set args = '{\"expected_pages\": 7}' where id = 1");
        await fixture.FilledAsync(Presets.Oban("oban") with
        {
            ExpectedChildrenOf = new Dictionary<string, string> { ["Sync"] = "args->'expected_pages'", ["App.Page"] = "3", ["age"] = "99" },
        });
        Assert.Equal(
            [("Sync/Page", 7L, 6L), ("Sync/Page/Detail", 3L, 2L)],
            (await fixture.RunAsync(1)).Findings.Where(f => f.Kind == FindingKind.Missing).Select(f => (f.Stage!, (long)f.Evidence["expected"]!, (long)f.Evidence["missing"]!)));
    }

    [Fact]
    public async Task A_node_lives_while_any_job_of_the_source_says_so()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "executing"), (3, "1", "App.Page", "executing"), (9, null, "App.Mail", "completed"));
        await fixture.SqlAsync(
            """
            update oban_jobs set attempted_at = now() at time zone 'UTC' - interval '1 hour', attempted_by = array['node-' || id, 'x'] where id in (2, 3);
            update oban_jobs set attempted_at = now() at time zone 'UTC' - interval '2 hours', completed_at = now() at time zone 'UTC', attempted_by = '{node-3,x}' where id = 9;
            """);
        await fixture.FilledAsync();
        var findings = (await fixture.RunAsync(1)).Findings;
        Assert.Equal([("orphan", "node-2", "2"), ("hanging", "node-3", "3")], findings.Select(f => ((string)f.Evidence["cause"]!, (string)f.Evidence["node"]!, f.Jobs.Single())));
    }

    [Fact]
    public async Task Failures_come_with_their_errors_by_number_and_the_first_in_time()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync([(1, null, "App.Sync", "completed"), .. Enumerable.Range(2, 7).Select(i => ((long)i, (string?)"1", "App.Page", "discarded"))]);
        await fixture.SqlAsync(
            """
            update oban_jobs set discarded_at = now() at time zone 'UTC' - (id % 5) * interval '1 minute',
                errors = array[jsonb_build_object('attempt', 1, 'at', '2026-01-01T00:00:00Z', 'error', case when id < 6 then 'movie ' || id || ' not ready' else 'broken ' || repeat('x', id::int) end)]
            where id > 1
            """);
        await fixture.FilledAsync();
        var failing = Assert.Single((await fixture.RunAsync(1)).Findings);
        Assert.StartsWith("All 7 Page jobs failed. 4 with movie <n> not ready. The others have 3 different errors. Open job 4, the first that failed.", failing.Reason);
        Assert.Equal("4", failing.Jobs[0]);
        Assert.Equal(5, failing.Jobs.Count);
    }

    [Fact]
    public async Task What_is_usual_is_learned_from_past_runs_of_the_pipeline()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        for (var run = 1; run <= 6; run++)
        {
            var root = run * 100L;
            await fixture.ObanJobsAsync([(root, null, "App.Sync", "completed"), .. Enumerable.Range(1, run == 6 ? 2 : 10).Select(i => (root + i, (string?)$"{root}", "App.Page", "completed"))]);
        }

        await fixture.SqlAsync(
            """
            update oban_jobs set inserted_at = timestamp '2026-01-01' + id * interval '1 minute', scheduled_at = timestamp '2026-01-01', attempted_at = timestamp '2026-01-01 00:00:02', completed_at = timestamp '2026-01-01 00:00:06'
            """);
        await fixture.FilledAsync();
        Assert.Empty((await fixture.RunAsync(500)).Findings);
        var missing = Assert.Single((await fixture.RunAsync(600)).Findings);
        Assert.Equal("2 Page jobs instead of about 10. That is fewer for each completed Sync job than in any of 5 past runs. Open a completed Sync job.", missing.Reason);
        var stage = (await fixture.RunAsync(600)).Stages[1];
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2)), (stage.MeanRun, stage.MeanWait));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_keeps_no_queue_alive_for_ever()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "executing"), (2, null, "App.Mail", "executing"));
        await fixture.SqlAsync(
            """
            update oban_jobs set attempted_at = now() at time zone 'UTC' + interval '3 days', attempted_by = '{ahead,x}' where id = 1;
            update oban_jobs set attempted_at = 'infinity', attempted_by = '{never,x}' where id = 2;
            """);
        await fixture.FilledAsync();
        Assert.True(await fixture.Database.ScalarAsync<bool>("select bool_and(last_attempted_at <= now()) from job_lineage.queue where last_attempted_at is not null"));
        Assert.True(await fixture.Database.ScalarAsync<bool>("select bool_and(last_seen_at <= now()) from job_lineage.node"));
    }
}
