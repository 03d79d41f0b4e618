using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using static JobLineage.Tests.Diagnosis.Situation;

namespace JobLineage.Tests.Diagnosis;

/// <summary>What is wrong across runs, by cause.</summary>
public sealed class IncidentsTests
{
    private static readonly StateCounts Done = new(Completed: 1);

    [Fact]
    public void A_queue_that_stopped_is_one_incident_of_all_runs_that_wait_for_it_with_the_failures_since()
    {
        var incident = Assert.Single(Incidents.Of([Run("1", Stopped(64, failed: 1_111)), Run("2", Stopped(5))]));

        Assert.Equal(("queue:oban:details", "details stopped", FindingKind.Stuck), (incident.Key, incident.Headline, incident.Kind));
        Assert.Equal((69L, 1_111L, 0L, Ago(50)), (incident.Waiting, incident.Failed, incident.Missing, incident.Since));
        Assert.Equal([("1", 1_175L), ("2", 5L)], incident.Runs.Select(run => (run.RootId, run.Affected)));
        Assert.Equal("Resume it, or start a node.", incident.Advice);
    }

    [Fact]
    public void A_key_is_the_same_whatever_the_numbers_are_and_whatever_is_known_of_the_queue()
    {
        var said = ReadyIn("details", started: 50) with { ReadyQueue = new("details", 5, 0, Ago(50), 0) { Said = new(true, Ago(40), null, "oban_producers", null, []) } };
        var paused = new Situation("").With("Sync", Done).With("Sync/Page", new(Available: 5), started: 50, ready: 49, facts: said);
        Assert.Equal(
            ["queue:oban:details", "queue:oban:details"],
            new[] { Stopped(64), paused }.Select(s => Assert.Single(Incidents.Of([Run("1", s)])).Key));
    }

    [Fact]
    public void Runs_that_fail_in_the_same_stage_are_one_and_that_with_most_affected_jobs_stands_first()
    {
        var failing = new Situation("").With("Sync", Done).With("Sync/Page", new(Completed: 5, Discarded: 40), facts: Failed(30, count: 40));
        var incidents = Incidents.Of([Run("1", failing), Run("2", failing), Run("3", Stopped(9))]);
        Assert.Equal(["failing:oban:Sync/Page", "queue:oban:details"], incidents.Select(incident => incident.Key));
        Assert.Equal((80L, "Page jobs are failing", 2), (incidents[0].Failed, incidents[0].Headline, incidents[0].Runs.Count));
        Assert.Equal("40 of 45 Page jobs failed (89 %)", Assert.Single(Incidents.Of([Run("1", failing)])).Headline);
    }

    [Fact]
    public void What_waits_what_is_wrong_with_links_and_what_has_ended_is_none()
    {
        var waiting = new Situation("").With("Sync", Done).With("Sync/Page", new(Scheduled: 7), due: -30);
        var ended = Stopped(9).Examine().Findings.Select(f => f with { EndedAt = Now }).ToList();
        Assert.Empty(Incidents.Of([Run("1", waiting), new("oban", "2", "App.Sync", ended)]));
    }

    [Fact]
    public void Attempts_that_hang_nodes_that_died_and_jobs_that_are_missing_have_their_own()
    {
        var orphan = new Situation("").With("Sync", Done).With("Sync/Page", new(Executing: 1), started: 40, executing: 40, facts: Executing((40, "worker-2", 38)));
        var other = new Situation("").With("Sync", Done).With("Sync/Other", new(Executing: 2), started: 40, executing: 40, facts: Executing((40, "worker-2", 38), (40, "worker-2", 38)));
        var missing = new Situation("").With("Sync", Done, facts: new() { Expected = 108, Short = 38, ShortParents = 1, ShortJobs = ["1"] }).With("Sync/Page", new(Completed: 70));
        var incidents = Incidents.Of([Run("1", orphan), Run("2", other), Run("3", missing)]);
        Assert.Equal([("missing:oban:Sync/Page", 38L), ("node:oban:worker-2", 3L)], incidents.Select(incident => (incident.Key, incident.Affected)));
    }

    private static Situation Stopped(long waiting, long failed = 0)
    {
        var situation = new Situation("").With("Sync", Done).With("Sync/Page", new(Completed: 80))
            .With("Sync/Page/MovieDetail", new(Available: waiting), started: 50, ready: 49, facts: ReadyIn("details", ready: waiting, started: 50));
        return failed == 0 ? situation : situation.With("Sync/Page/Showtime", new(Discarded: failed), facts: Failed(45, count: failed));
    }

    private static FoundRun Run(string root, Situation situation) => new("oban", root, "App.Sync", situation.Examine().Findings);
}
