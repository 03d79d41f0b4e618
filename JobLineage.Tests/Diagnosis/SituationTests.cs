using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using static JobLineage.Tests.Diagnosis.Situation;

namespace JobLineage.Tests.Diagnosis;

/// <summary>Nights as they happen, the harmless ones included, and what is to be said of each.</summary>
public sealed class SituationTests
{
    private static readonly StateCounts Done = new(Completed: 1);

    private static readonly (string, long)[] Usual = [("Sync", 1), ("Sync/Page", 100), ("Sync/Page/Detail", 100)];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (situation, told) in All())
                data.Add(situation.Name, told);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_found_is_what_is_wrong(string name, string told)
    {
        var situation = All().Single(c => c.Item1.Name == name).Item1;
        Assert.Equal(told, situation.Told());
        Assert.All(situation.Examine().Findings, f => Assert.Matches(@"^[^\n]*[^.]\.$", f.Reason));
    }

    private static IEnumerable<(Situation, string)> All()
    {
        // Queues.
        yield return (new Situation("a paused queue").With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 9), started: 50, ready: 60, facts: ReadyIn("pages", started: 50)), "stuck:unconsumed Sync/Page");
        yield return (new Situation("a queue that no node runs").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages")), "stuck:unconsumed Sync/Page");
        yield return (new Situation("paused, then resumed").With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 9), started: 0.1, finished: 0.1, ready: 60, facts: ReadyIn("pages", started: 0.1)), "");
        yield return (new Situation("a slow stage that moves").With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 9), started: 4, finished: 30, ready: 600, facts: ReadyIn("pages", started: 4, rate: 0.2)), "");
        yield return (new Situation("a run that has just started").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 1, facts: ReadyIn("pages")), "");
        yield return (new Situation("a big backlog ahead in a queue that moves").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages", ready: 12_061, executing: 5, started: 0.1, rate: 40)), "waiting:busy Sync/Page");
        yield return (new Situation("one busy queue, three stages").With("Sync", Done)
            .With("Sync/Page", new(Available: 12), ready: 60, facts: ReadyIn("all", ready: 900, executing: 5, started: 0.1, rate: 40))
            .With("Sync/Image", new(Available: 400), ready: 55, facts: ReadyIn("all", ready: 900, executing: 5, started: 0.1, rate: 40))
            .With("Sync/Geo", new(Available: 3), ready: 55, facts: ReadyIn("google", ready: 90, executing: 1, started: 0.1, rate: 4)), "waiting:busy Sync/Image, waiting:busy Sync/Geo");
        yield return (new Situation("a queue held by long attempts of another run").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages", executing: 4, started: 12)), "waiting:held Sync/Page");
        yield return (new Situation("a queue held for hours").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 600, facts: ReadyIn("pages", executing: 4, started: 300)), "stuck:held Sync/Page");
        yield return (new Situation("one queue of the stage moves, the other does not").With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 9), started: 0.1, finished: 0.1, ready: 60, facts: ReadyIn("other", started: 55)), "stuck:unconsumed Sync/Page");
        yield return (new Situation("one dead queue, three stages").With("Sync", Done)
            .With("Sync/Page", new(Available: 12, Completed: 1), ready: 60, facts: ReadyIn("all", started: 50)).With("Sync/Image", new(Available: 400), ready: 55, facts: ReadyIn("all", started: 50))
            .With("Sync/Geo", new(Available: 3), ready: 55, facts: ReadyIn("google")), "stuck:unconsumed Sync/Image, stuck:unconsumed Sync/Geo");
        yield return (new Situation("a threshold of the worker's own") { Options = new() { Workers = new Dictionary<string, StuckLimits> { ["Page"] = new() { After = TimeSpan.FromHours(2) } } } }
            .With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("pages")), "");
        yield return (new Situation("the feed is behind: what is seen is old") { AsOf = Now.AddHours(-1) }.With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 61, facts: ReadyIn("pages", started: 61)), "");
        yield return (new Situation("the table is still being read") { IsRead = false }.With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 600, facts: ReadyIn("pages")), "");
        yield return (new Situation("a source without queues").With("Sync", Done).With("Sync/Page", new(Available: 61), ready: 60, facts: ReadyIn("", started: 50)), "stuck:unconsumed Sync/Page");

        // Times.
        yield return (new Situation("scheduled for later").With("Sync", Done).With("Sync/Page", new(Scheduled: 7, Completed: 3), due: -30), "waiting:time Sync/Page");
        yield return (new Situation("a retry that waits").With("Sync", Done).With("Sync/Page", new(Retryable: 1, Completed: 3), due: -12), "waiting:time Sync/Page");
        yield return (new Situation("a retry that waits while others run").With("Sync", Done).With("Sync/Page", new(Retryable: 1, Executing: 1), started: 1, executing: 1, due: -12), "");
        yield return (new Situation("due, and nothing takes it").With("Sync", Done).With("Sync/Page", new(Scheduled: 7), due: 30, facts: DueIn("pages", started: 40)), "stuck:unconsumed Sync/Page");
        yield return (new Situation("due a moment ago").With("Sync", Done).With("Sync/Page", new(Retryable: 7), due: 0.1, facts: DueIn("pages", started: 40)), "");
        yield return (new Situation("due in a queue that is busy").With("Sync", Done).With("Sync/Page", new(Retryable: 7), due: 30, started: 60, facts: DueIn("pages", started: 1, rate: 3)), "waiting:busy Sync/Page");
        yield return (new Situation("suspended while the run goes on").With("Sync", new(Executing: 1), started: 1, executing: 1).With("Sync/Page", new(Suspended: 2)), "waiting:dependency Sync/Page");
        yield return (new Situation("suspended, and all else has ended").With("Sync", Done, started: 61, finished: 60).With("Sync/Page", new(Suspended: 2)), "stuck:dependency Sync/Page");

        // Attempts.
        yield return (new Situation("a node that died").With("Sync", Done).With("Sync/Page", new(Executing: 1, Completed: 5), started: 40, finished: 41, executing: 40, facts: Executing((40, "worker-2", 40))), "stuck:orphan Sync/Page");
        yield return (new Situation("an orphan beside others that finish").With("Sync", Done).With("Sync/Page", new(Executing: 3, Completed: 5), started: 0.1, finished: 0.1, executing: 40, facts: Executing((40, "worker-2", 39), (1, "worker-1", 0.1), (0.1, "worker-1", 0.1))), "stuck:orphan Sync/Page");
        yield return (new Situation("a long attempt on a living node beside others").With("Sync", Done).With("Sync/Page", new(Executing: 2), started: 0.1, finished: 0.1, executing: 40, facts: Executing((40, "worker-1", 0.1), (0.1, "worker-1", 0.1))), "");
        yield return (new Situation("an attempt that takes its time, nothing known").With("Sync", Done).With("Sync/Page", new(Executing: 1), started: 20, executing: 20, facts: Executing((20, "worker-1", 20))), "");
        yield return (new Situation("far longer than usual on a living node").After(6, ("Sync", 1), ("Sync/Page", 2)).With("Sync", Done).With("Sync/Page", new(Executing: 2), started: 0.1, finished: 0.1, executing: 9, facts: Executing((9, "worker-1", 0.1), (0.1, "worker-1", 0.1))), "stuck:hanging Sync/Page");
        yield return (new Situation("past runs, but too few to say what is usual").After(4, ("Sync", 1), ("Sync/Page", 2)).With("Sync", Done).With("Sync/Page", new(Executing: 2), started: 0.1, finished: 0.1, executing: 9, facts: Executing((9, "worker-1", 0.1), (0.1, "worker-1", 0.1))), "");
        yield return (new Situation("as long as is configured") { Options = new() { ExecutingAfter = TimeSpan.FromHours(3) } }.After(6, ("Sync", 1), ("Sync/Page", 1)).With("Sync", Done).With("Sync/Page", new(Executing: 1), started: 100, executing: 100, facts: Executing((100, "worker-1", 100))), "");
        yield return (new Situation("ready jobs behind orphans").With("Sync", Done).With("Sync/Page", new(Executing: 2, Available: 30), started: 300, ready: 290, executing: 300,
            facts: Executing((300, "worker-2", 300), (300, "worker-2", 300)) with { ReadyQueue = new("pages", 30, 2, Ago(300), 0) }), "stuck:orphan Sync/Page");

        // Failures, and what follows from them.
        yield return (new Situation("some failed").With("Sync", Done).With("Sync/Page", new(Completed: 9, Discarded: 3), facts: Failed(30)), "failing Sync/Page");
        yield return (new Situation("failed parents explain the children that never came").With("Sync", Done).With("Sync/Page", new(Completed: 60, Discarded: 40), facts: Failed(30, count: 40)).With("Sync/Page/Detail", new(Completed: 60)).After(5, Usual), "failing:past runs Sync/Page");
        yield return (new Situation("a failed root that had announced more").With("Sync", new(Discarded: 1), facts: Failed(30, count: 1, lost: 48)).With("Sync/Page", new(Completed: 60)), "failing:announced Sync");
        yield return (new Situation("failures below failures").With("Sync", Done).With("Sync/Page", new(Completed: 9, Discarded: 1), facts: Failed(40, "7", count: 1)).With("Sync/Page/Detail", new(Completed: 1, Discarded: 30), facts: Failed(30, "90", count: 30)), "failing Sync/Page/Detail, failing Sync/Page");

        // What is not there.
        yield return (new Situation("the root announced more").With("Sync", Done, facts: new() { Expected = 108, Short = 38, ShortParents = 1, ShortJobs = ["1"] }).With("Sync/Page", new(Completed: 70)), "missing:announced Sync/Page");
        yield return (new Situation("the root got what it announced").With("Sync", Done, facts: new() { Expected = 108 }).With("Sync/Page", new(Completed: 108)), "");
        yield return (new Situation("far fewer than in any past run").With("Sync", Done).With("Sync/Page", new(Completed: 20)).With("Sync/Page/Detail", new(Completed: 20)).After(5, Usual), "missing:past runs Sync/Page");
        yield return (new Situation("fewer, as now and then").With("Sync", Done).With("Sync/Page", new(Completed: 20)).With("Sync/Page/Detail", new(Completed: 20)).After(5, Usual).After(1, ("Sync", 1), ("Sync/Page", 18), ("Sync/Page/Detail", 18)), "");
        yield return (new Situation("fewer so far").With("Sync", new(Executing: 1), started: 1, executing: 1).With("Sync/Page", new(Completed: 20)).With("Sync/Page/Detail", new(Completed: 20)).After(5, Usual), "");
        yield return (new Situation("a stage that past runs always had").With("Sync", Done).With("Sync/Page", new(Completed: 100), childless: 100).After(5, Usual), "missing:past runs Sync/Page");
        yield return (new Situation("the same before its parents are through").With("Sync", Done).With("Sync/Page", new(Completed: 60, Executing: 40), childless: 60, started: 1, executing: 1, finished: 1).After(5, ("Sync", 1), ("Sync/Page", 100)).After(4, Usual), "");
        yield return (new Situation("the same while the root may still add parents").With("Sync", new(Executing: 1), started: 1, executing: 1).With("Sync/Page", new(Completed: 60)).After(5, Usual), "");
        yield return (new Situation("a stage that is normally empty").With("Sync", Done).With("Sync/Page", new(Completed: 100), childless: 100).After(6, ("Sync", 1), ("Sync/Page", 100)).After(1, Usual), "");
        yield return (new Situation("a stuck stage explains the one below it").With("Sync", Done).With("Sync/Page", new(Available: 61, Completed: 39), started: 50, ready: 60, facts: ReadyIn("pages", started: 50)).After(5, Usual), "stuck:unconsumed Sync/Page");
        yield return (new Situation("left the queue unseen").With("Sync", Done).With("Sync/Page", new(Completed: 3)) is var s ? s with { Stages = [s.Stages[0], s.Stages[1] with { Vanished = 3 }] } : null!, "missing Sync/Page");

        // Parents without children.
        yield return (new Situation("three of eighty have none").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 3, facts: new() { Childless = ["5", "6", "7"] }).With("Sync/Page/Detail", new(Completed: 77)), "childless Sync/Page");
        yield return (new Situation("many have none, and that is how it works").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 50).With("Sync/Page/Detail", new(Completed: 30)), "");
        yield return (new Situation("leaves have none").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 80), "");
        yield return (new Situation("half have none where all had some").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 30).With("Sync/Page/Detail", new(Completed: 60)).After(5, Usual), "childless Sync/Page");
        yield return (new Situation("some have none where that is usual").With("Sync", Done).With("Sync/Page", new(Completed: 100), childless: 10).With("Sync/Page/Detail", new(Completed: 90)) with
        {
            PastRuns = [.. Enumerable.Range(0, 5).Select(i => Past($"p{i}", Usual)).Select(p => new PastRun(p.RootId, p.StartedAt, true, new Dictionary<string, PastStage>(p.Stages) { ["Sync/Page"] = p.Stages["Sync/Page"] with { Parents = 50 } }))],
        }, "");
        yield return (new Situation("childless by its own announcement is told once").With("Sync", Done).With("Sync/Page", new(Completed: 80), childless: 3, facts: new() { Expected = 160, Short = 6, ShortParents = 3 }).With("Sync/Page/Detail", new(Completed: 154)), "missing:announced Sync/Page/Detail");

        // All is well.
        yield return (new Situation("finished well").With("Sync", Done).With("Sync/Page", new(Completed: 100)).With("Sync/Page/Detail", new(Completed: 100)).After(12, Usual), "");
        yield return (new Situation("cancelled by somebody").With("Sync", Done).With("Sync/Page", new(Cancelled: 5, Completed: 5)), "");
    }
}
