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
            "pages stopped 1 h 20 min ago. 61 Page jobs are waiting, none is running. The queue is paused, or its last worker is gone. Resume it, or start a node.",
            finding.Reason);
        Assert.Equal(("available", 61L, "pages"), (finding.Evidence["state"], finding.Evidence["count"], finding.Evidence["queue"]));
        Assert.Equal(Ago(80), finding.Evidence["queueLastAttemptedAt"]);
        Assert.Equal(["11", "12"], finding.Jobs);
    }

    [Fact]
    public void A_queue_that_was_never_seen_to_execute_is_called_that() => Assert.Contains(
        "pages has never started a job. 1 Page job is waiting, none is running. No worker seems to serve it. ",
        Single(new Situation("").With("Sync/Page", new(Available: 1), ready: 90, facts: ReadyIn("pages"))).Reason);

    [Fact]
    public void A_busy_queue_says_how_much_is_ahead_at_what_rate_and_until_when()
    {
        var finding = Single(new Situation("").With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages", ready: 2_461, executing: 5, started: 0.1, rate: 40)));
        Assert.Equal(
            "61 Page jobs wait for their turn in pages. The first has waited for 1 h. 2,400 other jobs are ready there; about 40 start a minute, so all should have started in 1 h 1 min.",
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
        Assert.EndsWith(" 12 Page jobs wait for the same reason.", finding.Sentence);
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
        Assert.EndsWith(" 30 Geo jobs, 4 Tag jobs and 3 more wait behind them in that queue.", finding.Sentence);
        Assert.Equal(["Sync/Page", "Sync/Geo", "Sync/Tag", "Sync/Mail"], finding.AllStages);
        Assert.Equal(39L, finding.Evidence["affected"]);
    }

    [Fact]
    public void An_orphan_is_told_with_its_node_and_with_what_is_usual()
    {
        var finding = Single(new Situation("").After(12, Usual).With("Sync/Page", new(Executing: 1), started: 40, executing: 40, facts: Executing((40, "worker-2", 38))));
        Assert.Equal(
            "1 Page job was left behind by node worker-2. It has been running for 40 min. Usually it takes 4 s over 12 runs. The node was last seen in any job 38 min ago. Rescue or retry it.",
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
            "300 of 400 Detail jobs failed (75 %). 290 with Mod: failed with :not_ready. The others have 2 different errors. Above them, 2 of 84 Page jobs had already failed, job 7 first. Open job 90, the first that failed.",
            findings[0].Reason);
        Assert.Equal(
            "2 of 84 Page jobs failed (2 %). All with the same error: HTTP <n>. Open job 7, the first that failed.",
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
        Assert.Contains(" Above them, 1 of 2 Step7 jobs had already failed, job 7 first.", last.Reason);
    }

    [Fact]
    public void An_error_that_Oban_wraps_is_told_by_what_is_in_it() => Assert.Equal(
        "The only Sync job failed. Its error: {:error, :movie_not_ready}. Open job 41, the first that failed.",
        Single(new Situation("").With("Sync", new(Discarded: 1), facts: Failed(30, error: "** (Oban.PerformError) App.Sync failed with {:error, :movie_not_ready}", count: 1))).Reason);

    [Fact]
    public void One_cause_with_what_it_kept_from_existing_is_one_finding()
    {
        var finding = Single(new Situation("").After(5, Usual).With("Sync", Done)
            .With("Sync/Page", new(Completed: 60, Discarded: 40), facts: Failed(30, count: 40)).With("Sync/Page/Detail", new(Completed: 120)));
        Assert.Equal(80L, finding.Evidence["affected"]);
        Assert.EndsWith(" About 80 jobs that usually follow were never created (judged by 5 past runs).", finding.Sentence);
    }

    [Fact]
    public void What_is_missing_is_counted_against_what_was_announced()
    {
        var finding = Single(new Situation("").With("Sync", Done, facts: new() { Expected = 108, Short = 38, ShortParents = 1, ShortJobs = ["1"] }).With("Sync/Page", new(Completed: 70)));
        Assert.Equal("38 Page jobs were never created. Sync announced 108; 70 were created. Open job 1: it may have stopped half-way.", finding.Reason);
        Assert.Equal((70L, 108L, 38L), (finding.Evidence["actual"], finding.Evidence["expected"], finding.Evidence["missing"]));
        Assert.Equal(["1"], finding.Jobs);
    }

    [Fact]
    public void What_is_usual_says_over_how_many_runs()
    {
        Assert.Equal(
            "20 Page jobs instead of about 100. That is fewer for each completed Sync job than in any of 5 past runs. Open a completed Sync job.",
            Single(new Situation("").After(5, ("Sync", 1), ("Sync/Page", 100)).With("Sync", Done).With("Sync/Page", new(Completed: 20))).Reason);
        Assert.Equal(
            "No Page jobs were created. 1 Sync job completed, and in all 5 past runs that got this far Page jobs followed. Open a completed Sync job.",
            Single(new Situation("").After(5, ("Sync", 1), ("Sync/Page", 100)).With("Sync", Done)).Reason);
    }

    [Fact]
    public void A_stuck_stage_names_what_usually_follows_it() => Assert.Contains(
        " Detail usually follows, and waits for it. Resume",
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
        Assert.Equal("3 of 80 Page jobs completed without creating any jobs. 77 created some. Open one of them: it ended well and did nothing.", Single(situation).Reason);

        var linked = Single(situation with { Links = [new("Sync/Page", "Sync/Page/Detail", 4), new("Sync", "Sync/Page", 2)] });

        Assert.Equal(
            "3 of 80 Page jobs completed without creating any jobs. 77 created some. 4 jobs have further parents among the jobs of this stage, and may be what these led to. Open one of them: it ended well and did nothing.",
            linked.Reason);
        Assert.Equal(4L, linked.Evidence["furtherChildren"]);
    }

    private static Finding Single(Situation situation) => Assert.Single(situation.Examine().Findings);
}
