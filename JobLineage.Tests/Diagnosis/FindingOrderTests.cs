using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using static JobLineage.Tests.Diagnosis.Situation;

namespace JobLineage.Tests.Diagnosis;

/// <summary>In which order findings stand, what follows from what, and what is learned of how long attempts take.</summary>
public sealed class FindingOrderTests
{
    private const string NotReady = "** (Oban.PerformError) App.Showtime failed with {:error, :movie_not_ready}";

    private static readonly StateCounts Done = new(Completed: 1);

    [Fact]
    public void Three_jobs_that_wait_stand_below_a_thousand_that_failed()
    {
        var findings = new Situation("").With("Sync", Done)
            .With("Sync/Page", new(Completed: 389, Discarded: 1_111), facts: Failed(90, count: 1_111))
            .With("Sync/Page/Geo", new(Available: 3), ready: 60, facts: ReadyIn("geo", ready: 3)).Examine().Findings;

        Assert.Equal([("failing", 1_111L), ("stuck", 3L)], findings.Select(f => (f.KindName, f.Affected)));
    }

    [Fact]
    public void What_only_waits_or_is_wrong_with_links_alone_comes_last()
    {
        var situation = new Situation("").With("Sync", Done)
            .With("Sync/Mail", new(Scheduled: 900), due: -30)
            .With("Sync/Page", new(Completed: 5, Discarded: 1), facts: Failed(30));
        Assert.Equal(["failing", "waiting"], situation.Examine().Findings.Select(f => f.KindName));
    }

    [Fact]
    public void Failures_that_began_after_a_queue_stopped_stand_below_it_as_a_hypothesis()
    {
        var findings = new Situation("").With("Sync", Done).With("Sync/Page", new(Completed: 80))
            .With("Sync/Page/MovieDetail", new(Available: 64, Completed: 19), started: 50, ready: 49, facts: ReadyIn("details", ready: 64, started: 50))
            .With("Sync/Page/Showtime", new(Completed: 389, Discarded: 1_111), facts: Failed(45, error: NotReady, count: 1_111))
            .With("Sync/Page/Other", new(Completed: 10, Discarded: 2_000), facts: Failed(60, count: 2_000)).Examine().Findings;

        Assert.Equal(["Sync/Page/Other", "Sync/Page/MovieDetail", "Sync/Page/Showtime"], findings.Select(f => f.Stage));
        Assert.Equal([null, null, findings[1].Id], findings.Select(f => f.Cause));
        Assert.Equal((1_175L, 1_111L), (findings[1].Affected, findings[2].Affected));
        Assert.EndsWith(" They began after details stopped, which may be why.", findings[2].Sentence);
    }

    [Theory]
    // Some were early, and the error speaks of what the jobs that wait make.
    [InlineData(55, NotReady, true)]
    [InlineData(55, "** (Mod) timeout", false)]
    [InlineData(45, "** (Mod) timeout", true)]
    public void A_failure_from_before_follows_only_where_its_error_says_so(double first, string error, bool follows)
    {
        var findings = new Situation("").With("Sync", Done).With("Sync/Page", new(Completed: 80))
            .With("Sync/Page/MovieDetail", new(Available: 64), started: 50, ready: 49, facts: ReadyIn("details", ready: 64, started: 50))
            .With("Sync/Page/Showtime", new(Discarded: 9), facts: Failed(first, error: error, count: 9)).Examine().Findings;
        Assert.Equal(follows, findings.Single(f => f.Kind == FindingKind.Failing).Cause is not null);
    }

    [Fact]
    public void What_failed_above_or_in_another_branch_is_no_effect()
    {
        var findings = new Situation("").With("Sync", Done)
            .With("Sync/Page", new(Completed: 80, Discarded: 2), facts: Failed(30, count: 2))
            .With("Sync/Page/MovieDetail", new(Available: 64), started: 50, ready: 49, facts: ReadyIn("details", ready: 64, started: 50)).Examine().Findings;
        Assert.All(findings, f => Assert.Null(f.Cause));
    }

    [Fact]
    public void A_finding_keeps_its_name_while_its_numbers_change()
    {
        Situation At(long waiting, double minutes) => new Situation("").With("Sync", Done)
            .With("Sync/Page", new(Available: waiting), started: minutes, ready: 49, facts: ReadyIn("pages", ready: waiting, started: minutes));
        Assert.Equal("stuck:unconsumed:available:Sync/Page", Assert.Single(At(64, 50).Examine().Findings).Id);
        Assert.Equal(At(64, 50).Examine().Findings[0].Id, At(9, 55).Examine().Findings[0].Id);
    }

    [Fact]
    public void A_job_that_hangs_beside_hundreds_that_took_seconds_is_found()
    {
        var stage = new Situation("").With("Sync", Done).With("Sync/Page", new(Executing: 2, Completed: 300), started: 0.1, finished: 0.1, executing: 50,
            facts: Executing((50, "worker-1", 0.1), (0.1, "worker-1", 0.1)));
        Assert.Empty(stage.Examine().Findings);

        var finding = Assert.Single(Took(stage, 300, TimeSpan.FromSeconds(2)).Examine().Findings);

        Assert.Equal("1 Page job has been running for 50 min. Usually it takes 2 s over 300 jobs of this run. Node worker-1 is alive (last seen 6 s ago). It hangs, or does far more than others. Check what it is waiting for.", finding.Reason);
        Assert.Empty(Took(stage, 19, TimeSpan.FromSeconds(2)).Examine().Findings);
    }

    [Fact]
    public void Jobs_whose_node_died_while_others_go_on_are_found_before_half_an_hour()
    {
        var stage = new Situation("").With("Sync", Done).With("Sync/Page", new(Executing: 6, Completed: 300), started: 0.1, finished: 0.1, executing: 12,
            facts: Executing([.. Enumerable.Repeat((12.0, "worker-2", 11.0), 5), (0.1, "worker-1", 0.1)]));

        var finding = Assert.Single(Took(stage, 300, TimeSpan.FromSeconds(2)).Examine().Findings);

        Assert.StartsWith("5 Page jobs were left behind by node worker-2.", finding.Headline + ".");
    }

    [Theory]
    [InlineData(41, "")]
    [InlineData(130, "stuck:hanging Sync/Page")]
    public void A_stage_that_took_forty_minutes_before_is_not_stuck_after_one_more(double minutes, string told)
    {
        var slow = new PastRun("0", Ago(3_000), true, new Dictionary<string, PastStage> { ["Sync"] = new(null, 1, 1, 1, 1, TimeSpan.FromSeconds(1)), ["Sync/Page"] = new("Sync", 1, 1, 0, 1, TimeSpan.FromMinutes(40)) });
        var situation = new Situation("").With("Sync", Done).With("Sync/Page", new(Executing: 1), started: minutes, executing: minutes, facts: Executing((minutes, "worker-1", 0.1)))
            with
        { PastRuns = [slow] };
        Assert.Equal(told, situation.Told());
    }

    [Fact]
    public void What_waits_behind_attempts_that_usually_take_long_only_waits()
    {
        Situation Behind(double minutes) => new Situation("").After(6, ("Sync", 1), ("Sync/Page", 2)).With("Sync", Done)
            .With("Sync/Page", new(Executing: 1), started: minutes, executing: minutes, facts: Executing((minutes, "worker-1", 0.1)))
            .With("Sync/Geo", new(Available: 30), ready: minutes, facts: new() { ReadyQueue = new("pages", 30, 1, Ago(minutes), 0) });
        Situation Slow(double minutes) => Behind(minutes) with
        {
            PastRuns = [.. Enumerable.Range(0, 6).Select(i => new PastRun($"p{i}", Ago(3_000), true, new Dictionary<string, PastStage> { ["Sync"] = new(null, 1, 1, 1, 1, default), ["Sync/Page"] = new("Sync", 1, 1, 0, 1, TimeSpan.FromMinutes(40)) }))],
        };
        Assert.Equal("stuck:hanging Sync/Page", Behind(41).Told());
        Assert.Equal("waiting:held Sync/Geo", Slow(41).Told());
    }

    [Fact]
    public void A_job_that_joined_a_run_waits_since_then()
    {
        // The run began ten hours ago; the job was inserted and due four days ago, in another run.
        var situation = new Situation("").With("Sync", Done).With("Sync/Page", new(Available: 1), ready: 6_000, facts: ReadyIn("pages", ready: 1));
        situation = situation with { Stages = [situation.Stages[0], situation.Stages[1] with { FirstInsertedAt = Ago(6_000) }] };
        Assert.Equal(Ago(600), Assert.Single(situation.Examine().Findings).Evidence["since"]);
    }

    [Fact]
    public void What_flickers_stays_for_some_seconds_and_says_that_it_ended()
    {
        var stuck = Assert.Single(new Situation("").With("Sync/Page", new(Available: 3), ready: 90, facts: ReadyIn("pages", ready: 3)).Examine().Findings);
        var failing = Assert.Single(new Situation("").With("Sync", new(Discarded: 1), facts: Failed(30)).Examine().Findings);

        var held = FindingHold.Keep([stuck, failing], [failing], Now);
        Assert.Equal([(stuck.Id, Now), (failing.Id, (DateTimeOffset?)null)], held.Select(f => (f.Id, f.EndedAt)));
        // It goes on saying when it ended, and not when it was last looked at.
        var later = FindingHold.Keep(held, [failing], Now + FindingHold.For / 2);
        Assert.Equal(Now, later[0].EndedAt);
        Assert.Equal([failing], FindingHold.Keep(later, [failing], Now + FindingHold.For));
        Assert.Equal([stuck, failing], FindingHold.Keep(later, [stuck, failing], Now + FindingHold.For / 2));
    }

    /// <summary>The same where jobs of the last stage are known to have taken so long.</summary>
    private static Situation Took(Situation situation, long jobs, TimeSpan mean) =>
        situation with { Stages = [.. situation.Stages.SkipLast(1), situation.Stages[^1] with { Ran = jobs, MeanRun = mean }] };
}
