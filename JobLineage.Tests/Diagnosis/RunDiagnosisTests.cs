using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Diagnosis;

public sealed class RunDiagnosisTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Stage Quiet = new()
    {
        Path = "Sync/Page",
        ParentPath = "Sync",
        Worker = "App.Page",
        Name = "Page",
        Depth = 2,
        Counts = default,
        Queues = ["pages"],
    };

    public static TheoryData<string, Stage, RunState, string> Cases => new()
    {
        { "finished", Quiet with { Counts = new(Completed: 5), LastFinishedAt = Ago(600) }, RunState.Finished, "" },
        { "an empty stage", Quiet, RunState.Finished, "" },
        { "failed", Quiet with { Counts = new(Completed: 1, Discarded: 3) }, RunState.Failed, "failing" },
        { "failing while it goes on", Quiet with { Counts = new(Executing: 1, Discarded: 3), OldestExecutingAt = Ago(1), LastAttemptedAt = Ago(1) }, RunState.Failing, "failing" },
        { "ready and nothing ever started", Quiet with { Counts = new(Available: 61), OldestAvailableAt = Ago(6) }, RunState.Stuck, "stuck" },
        { "ready and the last start is long ago", Quiet with { Counts = new(Available: 61, Completed: 9), OldestAvailableAt = Ago(60), LastAttemptedAt = Ago(50), LastFinishedAt = Ago(49) }, RunState.Stuck, "stuck" },
        { "just started", Quiet with { Counts = new(Available: 61), OldestAvailableAt = Ago(4) }, RunState.Running, "" },
        { "slow but moving", Quiet with { Counts = new(Available: 61, Completed: 9), OldestAvailableAt = Ago(600), LastAttemptedAt = Ago(4), LastFinishedAt = Ago(30) }, RunState.Running, "" },
        { "one long attempt holds the queue", Quiet with { Counts = new(Available: 61, Executing: 1), OldestAvailableAt = Ago(4), OldestExecutingAt = Ago(20), LastAttemptedAt = Ago(20) }, RunState.Running, "" },
        { "an attempt that takes its time", Quiet with { Counts = new(Executing: 1), OldestExecutingAt = Ago(20), LastAttemptedAt = Ago(20) }, RunState.Running, "" },
        { "an attempt whose node is gone", Quiet with { Counts = new(Executing: 2), OldestExecutingAt = Ago(40), LastAttemptedAt = Ago(40), LastFinishedAt = Ago(50) }, RunState.Stuck, "stuck" },
        { "a long attempt beside others that finish", Quiet with { Counts = new(Executing: 2), OldestExecutingAt = Ago(40), LastAttemptedAt = Ago(1), LastFinishedAt = Ago(1) }, RunState.Running, "" },
        { "waits for a time", Quiet with { Counts = new(Scheduled: 2), NextDueAt = Ago(-10) }, RunState.Running, "waiting" },
        { "waits for a retry", Quiet with { Counts = new(Retryable: 2, Completed: 1), NextDueAt = Ago(-10) }, RunState.Running, "waiting" },
        { "waits and goes on", Quiet with { Counts = new(Retryable: 2, Executing: 1), NextDueAt = Ago(-10), OldestExecutingAt = Ago(1), LastAttemptedAt = Ago(1) }, RunState.Running, "" },
        { "was due a moment ago", Quiet with { Counts = new(Retryable: 2), NextDueAt = Ago(1) }, RunState.Running, "" },
        { "was due long ago", Quiet with { Counts = new(Retryable: 2), NextDueAt = Ago(6), LastAttemptedAt = Ago(30) }, RunState.Stuck, "stuck" },
        { "suspended waits for something else", Quiet with { Counts = new(Suspended: 2) }, RunState.Running, "waiting" },
        { "deleted before they finished", Quiet with { Counts = new(Completed: 2), Vanished = 3 }, RunState.Finished, "missing" },
        { "a circle", Quiet with { Counts = new(Completed: 2), CycleCuts = 1 }, RunState.Finished, "cycle" },
        { "what affects most jobs first", Quiet with { Counts = new(Available: 1, Discarded: 30), OldestAvailableAt = Ago(60), CycleCuts = 1 }, RunState.Stuck, "failing stuck cycle" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_stage_is_diagnosed_by_what_its_numbers_and_times_say(string name, Stage stage, RunState state, string kinds)
    {
        Assert.NotEmpty(name);
        var diagnosis = RunDiagnosis.Examine(Run(stage), RunFacts.None, new(), Now);
        Assert.Equal((state, kinds), (diagnosis.State, string.Join(' ', diagnosis.Findings.Select(f => f.KindName))));
        Assert.All(diagnosis.Findings, f => Assert.EndsWith(".", f.Reason));
    }

    [Fact]
    public void A_stuck_stage_says_how_many_wait_for_how_long_and_in_which_queue()
    {
        var stage = Quiet with { Counts = new(Available: 61), OldestAvailableAt = Ago(90), LastAttemptedAt = Ago(80) };
        var finding = Assert.Single(RunDiagnosis.Examine(Run(stage), RunFacts.None, new(), Now).Findings);
        Assert.Equal(
            "No Page job has started for 1 h 20 min. 61 Page jobs are waiting in queue pages, the first for 1 h 30 min. The queue is paused, or its last worker is gone. Resume it, or start a node.",
            finding.Reason);
        Assert.Equal("available", finding.Evidence["state"]);
        Assert.Equal(61L, finding.Evidence["count"]);
    }

    [Fact]
    public void Jobs_of_a_queue_that_runs_others_wait_for_their_turn()
    {
        var waiting = Quiet with { Counts = new(Available: 61), OldestAvailableAt = Ago(60) };
        var going = Quiet with { Path = "Sync", ParentPath = null, Counts = new(Executing: 1), LastAttemptedAt = Ago(1), OldestExecutingAt = Ago(1) };
        Assert.Empty(RunDiagnosis.Examine(Run(going, waiting), RunFacts.None, new(), Now).Findings);
        Assert.Single(RunDiagnosis.Examine(Run(going with { Queues = ["other"] }, waiting), RunFacts.None, new(), Now).Findings);
    }

    [Fact]
    public void A_threshold_of_its_own_is_kept()
    {
        var stage = Quiet with { Counts = new(Available: 61), OldestAvailableAt = Ago(6) };
        var options = new DiagnosisOptions { Workers = new Dictionary<string, StuckLimits> { ["Page"] = new() { After = TimeSpan.FromMinutes(7) } } };
        Assert.Equal(RunState.Running, RunDiagnosis.Examine(Run(stage), RunFacts.None, options, Now).State);
    }

    [Fact]
    public void A_root_that_was_never_seen_is_told_with_its_children()
    {
        var run = Run(Quiet with { Path = "?", Name = "?", Worker = "", ParentPath = null }) with
        {
            RootIsMissing = true,
            Edges = [new("?", "?/Page", 3)],
        };
        var finding = Assert.Single(RunDiagnosis.Examine(run, RunFacts.None, new(), Now).Findings);
        Assert.Equal(FindingKind.Orphaned, finding.Kind);
        Assert.Equal("Job 1, the parent of 3 jobs, is not in the table. It was pruned before it was read, or it never existed.", finding.Reason);
    }

    private static DateTimeOffset Ago(double minutes) => Now - TimeSpan.FromMinutes(minutes);

    private static RunSnapshot Run(params Stage[] stages) => new()
    {
        Source = "oban",
        RootId = "1",
        Worker = "App.Sync",
        Version = 1,
        AsOf = Now,
        Stages = stages,
        Edges = [],
        Counts = stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts),
    };
}
