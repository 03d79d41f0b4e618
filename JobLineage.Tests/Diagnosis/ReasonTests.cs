using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using static JobLineage.Tests.Diagnosis.Situation;

namespace JobLineage.Tests.Diagnosis;

/// <summary>The sentences, and the evidence behind them.</summary>
public sealed class ReasonTests
{
    private static readonly StateCounts Done = new(Completed: 1);

    private static readonly (string, long)[] Usual = [("Sync", 1), ("Sync/Page", 100), ("Sync/Page/Detail", 200)];

    [Fact]
    public void A_dead_queue_is_named_with_its_last_sign_of_life()
    {
        var finding = Single(new Situation("").With("Sync/Page", new(Available: 61), ready: 90, facts: ReadyIn("pages", started: 80)));
        Assert.Equal(
            "61 Page jobs are ready in queue pages since 2026-11-22 10:30:00 UTC (1 h 30 min), and nothing in that queue has executed in any run since 2026-11-22 10:40:00 UTC (1 h 20 min): it is paused, or no worker consumes it any more; resume the queue, or start a node that runs it.",
            finding.Reason);
        Assert.Equal(("available", 61L, "pages"), (finding.Evidence["state"], finding.Evidence["count"], finding.Evidence["queue"]));
        Assert.Equal(Ago(80), finding.Evidence["queueLastAttemptedAt"]);
        Assert.Equal(["11", "12"], finding.Jobs);
    }

    [Fact]
    public void A_queue_that_was_never_seen_to_execute_is_called_that() => Assert.Contains(
        "nothing in that queue was ever seen to execute: no worker consumes it; ",
        Single(new Situation("").With("Sync/Page", new(Available: 1), ready: 90, facts: ReadyIn("pages"))).Reason);

    [Fact]
    public void A_busy_queue_says_how_much_is_ahead_at_what_rate_and_until_when()
    {
        var finding = Single(new Situation("").With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages", ready: 2_461, executing: 5, started: 0.1, rate: 40)));
        Assert.Equal(
            "61 Page jobs wait for their turn in queue pages since 2026-11-22 11:00:00 UTC (1 h): 2,400 other jobs are ready in that queue, about 40 start a minute, and at that pace all have started by 2026-11-22 13:01:31 UTC.",
            finding.Reason);
        Assert.Equal((2_400L, 40.0), (finding.Evidence["ahead"], finding.Evidence["startsPerMinute"]));
        Assert.Equal(RunState.Running, new Situation("").With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages", started: 0.1)).Examine().State);
    }

    [Fact]
    public void One_dead_queue_is_one_finding_about_all_its_stages()
    {
        var findings = new Situation("")
            .With("Sync/Page", new(Available: 12), ready: 60, facts: ReadyIn("all", started: 50))
            .With("Sync/Image", new(Available: 400), ready: 55, facts: ReadyIn("all", started: 50)).Examine().Findings;
        var finding = Assert.Single(findings);
        Assert.Equal(412L, finding.Evidence["affected"]);
        Assert.EndsWith("; 12 Page jobs wait for the same reason.", finding.Reason);
        Assert.True(finding.Concerns("Sync/Page"));
        Assert.Equal("Sync/Image", finding.Stage);
    }

    [Fact]
    public void All_that_waits_behind_attempts_that_hang_is_told_in_one_sentence()
    {
        StageFacts Held(long ready) => new() { ReadyQueue = new("pages", ready, 2, Ago(300), 0) };
        var behind = new Situation("")
            .With("Sync/Page", new(Executing: 2), started: 300, executing: 300, facts: Executing((300, "worker-2", 300), (300, "worker-2", 300)))
            .With("Sync/Geo", new(Available: 30), ready: 290, facts: Held(30)).With("Sync/Tag", new(Available: 4), ready: 290, facts: Held(4))
            .With("Sync/Mail", new(Available: 3), ready: 290, facts: Held(3));
        var finding = Single(behind);
        Assert.EndsWith("; 30 Geo and 4 Tag and 3 more jobs wait behind them in that queue.", finding.Reason);
        Assert.Equal(["Sync/Page", "Sync/Geo", "Sync/Tag", "Sync/Mail"], finding.AllStages);
        Assert.Equal(39L, finding.Evidence["affected"]);
    }

    [Fact]
    public void An_orphan_is_told_with_its_node_and_with_what_is_usual()
    {
        var finding = Single(new Situation("").After(12, Usual).With("Sync/Page", new(Executing: 1), started: 40, executing: 40, facts: Executing((40, "worker-2", 38))));
        Assert.Equal(
            "1 Page job has been executing since 2026-11-22 11:20:00 UTC (40 min; usual 4 s over 12 runs) on node worker-2, which has shown no sign of life in any job since 2026-11-22 11:22:00 UTC (38 min): left behind when it went; rescue it or retry it.",
            finding.Reason);
        Assert.Equal(("worker-2", 4.0, 12), (finding.Evidence["node"], finding.Evidence["usualSeconds"], finding.Evidence["pastRuns"]));
        Assert.Equal(["31"], finding.Jobs);
    }

    [Fact]
    public void Failures_name_the_error_the_first_job_and_the_failing_ancestor()
    {
        var findings = new Situation("").With("Sync", Done)
            .With("Sync/Page", new(Completed: 82, Discarded: 2), facts: Failed(40, "7", "** (HTTP <n>)", 2))
            .With("Sync/Page/Detail", new(Completed: 100, Discarded: 300), facts: Failed(30, "90", count: 290, kinds: 3)).Examine().Findings;
        Assert.Equal(
            "300 of 400 Detail jobs failed for good (75 %), 290 of them with Mod: failed with :not_ready and the others with 2 more errors; the first was job 90 at 2026-11-22 11:30:00 UTC; above them 2 of 84 Page jobs failed before, first job 7.",
            findings[0].Reason);
        Assert.Equal(
            "2 of 84 Page jobs failed for good (2 %), all with HTTP <n>; the first was job 7 at 2026-11-22 11:20:00 UTC.",
            findings[1].Reason);
        Assert.Equal((false, true), (findings[0].Evidence["isFirstOfRun"], findings[1].Evidence["isFirstOfRun"]));
        Assert.Equal("7", Assert.IsType<Dictionary<string, object?>>(findings[0].Evidence["ancestor"])["job"]);
    }

    [Fact]
    public void The_topmost_failing_ancestor_is_named_however_deep_the_run_is()
    {
        var deep = new Situation("");
        for (var (i, path) = (0, "Sync"); i < 400; path += $"/Step{++i}")
            deep = deep.With(path, i is 0 or 7 or 90 or 399 ? new(Completed: 1, Discarded: 1) : Done, facts: i is 0 or 7 or 90 or 399 ? Failed(i == 0 ? 20 : i == 399 ? 30 : 40, $"{i}", count: 1) : null);

        var last = deep.Examine().Findings.Single(f => f.Stage!.EndsWith("/Step399", StringComparison.Ordinal));

        // The root failed later than these did: it is not the cause.
        Assert.Contains("; above them 1 of 2 Step7 jobs failed before, first job 7.", last.Reason);
    }

    [Fact]
    public void An_error_that_Oban_wraps_is_told_by_what_is_in_it() => Assert.Equal(
        "The only Sync job failed for good (100 %), with {:error, :movie_not_ready}; the first was job 41 at 2026-11-22 11:30:00 UTC.",
        Single(new Situation("").With("Sync", new(Discarded: 1), facts: Failed(30, error: "** (Oban.PerformError) App.Sync failed with {:error, :movie_not_ready}", count: 1))).Reason);

    [Fact]
    public void One_cause_with_what_it_kept_from_existing_is_one_finding()
    {
        var finding = Single(new Situation("").After(5, Usual).With("Sync", Done)
            .With("Sync/Page", new(Completed: 60, Discarded: 40), facts: Failed(30, count: 40)).With("Sync/Page/Detail", new(Completed: 120)));
        Assert.Equal(80L, finding.Evidence["affected"]);
        Assert.EndsWith("; about 80 jobs that usually follow never came (usual over 5 runs).", finding.Reason);
    }

    [Fact]
    public void What_is_missing_is_counted_against_what_was_announced()
    {
        var finding = Single(new Situation("").With("Sync", Done, facts: new() { Expected = 108, Short = 38, ShortParents = 1, ShortJobs = ["1"] }).With("Sync/Page", new(Completed: 70)));
        Assert.Equal("70 of 108 expected Page jobs exist: 38 that its Sync job announced never came.", finding.Reason);
        Assert.Equal((70L, 108L, 38L), (finding.Evidence["actual"], finding.Evidence["expected"], finding.Evidence["missing"]));
        Assert.Equal(["1"], finding.Jobs);
    }

    [Fact]
    public void What_is_usual_says_over_how_many_runs()
    {
        Assert.Equal(
            "20 of about 100 expected Page jobs exist: fewer for each completed Sync job than in any of 5 past runs.",
            Single(new Situation("").After(5, ("Sync", 1), ("Sync/Page", 100)).With("Sync", Done).With("Sync/Page", new(Completed: 20))).Reason);
        Assert.Equal(
            "No Page jobs followed from 1 completed Sync job, as they did in all 5 past runs that got so far.",
            Single(new Situation("").After(5, ("Sync", 1), ("Sync/Page", 100)).With("Sync", Done)).Reason);
    }

    [Fact]
    public void A_stuck_stage_names_what_usually_follows_it() => Assert.EndsWith(
        "; Detail, which usually follows, waits for it.",
        Single(new Situation("").After(5, Usual).With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 39), started: 50, ready: 60, facts: ReadyIn("pages", started: 50))).Reason);

    [Fact]
    public void A_run_does_not_learn_from_itself_or_from_later_ones()
    {
        var later = Enumerable.Range(0, 8).Select(i => new PastRun($"later{i}", Now, true, Past("", Usual).Stages)).Append(Past("1", Usual));
        Assert.Equal("", (new Situation("").With("Sync", Done) with { PastRuns = [.. later] }).Told());
    }

    [Fact]
    public void Limits_hold_from_the_closest_to_the_farthest()
    {
        var options = new DiagnosisOptions
        {
            StuckAfter = TimeSpan.FromMinutes(1),
            Workers = new Dictionary<string, StuckLimits> { ["Slow"] = new() { After = TimeSpan.FromMinutes(2), ExecutingAfter = TimeSpan.FromMinutes(22) } },
            Sources = new Dictionary<string, StuckLimits>
            {
                ["oban"] = new()
                {
                    After = TimeSpan.FromMinutes(3),
                    Workers = new Dictionary<string, StuckLimits> { ["App.Slow"] = new() { After = TimeSpan.FromMinutes(4) } },
                },
            },
        };
        Assert.Equal(
            [4.0, 2.0, 3.0, 1.0],
            new[] { options.StuckAfterFor("oban", "App.Slow"), options.StuckAfterFor("other", "App.Slow"), options.StuckAfterFor("oban", "App.Fast"), options.StuckAfterFor("other", "App.Fast") }
                .Select(t => t.TotalMinutes));
        Assert.Equal(TimeSpan.FromMinutes(22), options.ExecutingAfterFor("oban", "App.Slow"));
        Assert.Null(options.ExecutingAfterFor("oban", "App.Fast"));
    }

    [Fact]
    public void Nothing_is_said_to_have_spawned_nothing_where_jobs_name_it_as_a_further_parent()
    {
        var situation = new Situation("").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 3, facts: new() { Childless = ["5", "6", "7"] }).With("Sync/Page/Detail", new(Completed: 77));
        Assert.Equal("3 of 80 completed Page jobs have no children while 77 have: they ended well and spawned nothing.", Single(situation).Reason);

        var linked = Single(situation with { Links = [new("Sync/Page", "Sync/Page/Detail", 4), new("Sync", "Sync/Page", 2)] });

        Assert.Equal(
            "3 of 80 completed Page jobs have no children while 77 have: they ended well and nothing hangs below them in the tree. 4 jobs have further parents among the jobs of this stage.",
            linked.Reason);
        Assert.Equal(4L, linked.Evidence["furtherChildren"]);
    }

    private static Finding Single(Situation situation) => Assert.Single(situation.Examine().Findings);
}
