using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Runs;

/// <summary>Pairs of runs that are made so that what differs is known.</summary>
public sealed class RunComparerTests
{
    private static readonly StateCounts Hundred = new(Completed: 100);

    [Fact]
    public void A_run_is_like_itself()
    {
        var side = Side(SomeRuns.Run() with { RootArgs = """{"a":1}""" }, [Error("SyncJob/MoviePageJob", 7, 3)]);
        var same = RunComparer.Compare(side, side);
        Assert.All(same.Stages, s => Assert.Equal((ChangeKind.Same, 0), (s.Kind, s.Jobs)));
        Assert.All(same.Edges, e => Assert.Equal(ChangeKind.Same, e.Kind));
        Assert.All(same.Errors, e => Assert.Equal(ChangeKind.Same, e.Kind));
        Assert.Empty(same.Args);
        Assert.Empty(same.Highlights);
        Assert.Equal(SomeRuns.Run().Stages.Select(s => s.Path), same.Stages.Select(s => s.Path));
    }

    [Fact]
    public void Stages_are_added_removed_more_and_less()
    {
        var runs = Compare(
            Run(("A", 1), ("A/B", 10), ("A/B/C", 100), ("A/D", 5), ("A/D/E", 7)),
            Run(("A", 1), ("A/B", 12), ("A/B/C", 90), ("A/F", 3)));
        Assert.Equal(
            ["A Same 0", "A/B More 2", "A/B/C Less -10", "A/F Added 3", "A/D Removed -5", "A/D/E Removed -7"],
            runs.Stages.Select(s => $"{s.Path} {s.Kind} {s.Jobs}"));
        Assert.Equal(
            ["A→A/B More", "A/B→A/B/C Less", "A→A/F Added", "A→A/D Removed", "A/D→A/D/E Removed"],
            runs.Edges.Select(e => $"{e.From}→{e.To} {e.Kind}"));
        // What is below a stage that is gone is not told apart.
        Assert.Single(runs.Highlights, h => h.Text == "D is missing; it had 5 jobs.");
        Assert.DoesNotContain(runs.Highlights, h => h.Text.StartsWith("E ", StringComparison.Ordinal));
        Assert.Single(runs.Highlights, h => h.Text == "F is new, with 3 jobs.");
    }

    [Fact]
    public void The_other_way_round_everything_is_the_other_way_round()
    {
        var (one, other) = (Run(("A", 1), ("A/B", 10), ("A/D", 5)), Run(("A", 1), ("A/B", 12), ("A/F", 3)));
        var forth = Compare(one, other).Stages.ToDictionary(s => s.Path);
        foreach (var back in Compare(other, one).Stages)
        {
            Assert.Equal(-forth[back.Path].Jobs, back.Jobs);
            Assert.Equal(
                forth[back.Path].Kind switch
                {
                    ChangeKind.Added => ChangeKind.Removed,
                    ChangeKind.Removed => ChangeKind.Added,
                    ChangeKind.More => ChangeKind.Less,
                    ChangeKind.Less => ChangeKind.More,
                    var kind => kind,
                },
                back.Kind);
        }
    }

    [Fact]
    public void Fan_out_is_what_came_for_each_job_above_and_a_fall_is_told_once_the_parents_rest()
    {
        var before = Run(("A", 1), ("A/B", 10), ("A/B/C", 100));
        var after = Run(("A", 1), ("A/B", 10), ("A/B/C", 40));
        var runs = Compare(before, after);
        Assert.Equal((10, 4), (runs.Stages[2].Before!.FanOut, runs.Stages[2].After!.FanOut));
        Assert.Contains(runs.Highlights, h => h is { IsBad: true, Stage: "A/B/C", Text: "Each B created 4 C jobs; before, it was 10." });

        var going = after with { Stages = [after.Stages[0], after.Stages[1] with { Counts = new(Completed: 5, Executing: 5) }, after.Stages[2]] };
        Assert.DoesNotContain(Compare(before, going).Highlights, h => h.Text.Contains("spawned", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_as_many_parents_with_half_as_many_children_are_no_fall_in_fan_out() =>
        Assert.DoesNotContain(
            Compare(Run(("A", 1), ("A/B", 10), ("A/B/C", 100)), Run(("A", 1), ("A/B", 5), ("A/B/C", 50))).Highlights,
            h => h.Stage == "A/B/C");

    [Fact]
    public void A_stage_that_may_still_come_is_not_called_missing()
    {
        var before = Run(("A", 1), ("A/B", 10));
        var after = Run(("A", 1)) with { };
        after = after with { Stages = [after.Stages[0] with { Counts = new(Executing: 1) }] };
        var told = Assert.Single(Compare(before, after).Highlights, h => h.Stage == "A/B");
        Assert.False(told.IsBad);
        Assert.Equal("B is not there yet; it had 10 jobs, and jobs above it are still running.", told.Text);
    }

    [Fact]
    public void Failures_count_by_their_share_of_what_has_finished()
    {
        var runs = Compare(
            Counted(("A", new(Completed: 1)), ("A/B", new(Completed: 97, Discarded: 3))),
            Counted(("A", new(Completed: 1)), ("A/B", new(Completed: 50, Discarded: 50, Available: 100))));
        Assert.Equal((0.03, 0.5), (runs.Stages[1].Before!.FailureShare, runs.Stages[1].After!.FailureShare));
        Assert.Equal((true, "50 of 100 finished B jobs failed; before, it was 3 of 100."), (runs.Highlights[0].IsBad, runs.Highlights[0].Text));

        // Twice as many of twice as many is what was to be expected.
        Assert.DoesNotContain(
            Compare(
                Counted(("A", new(Completed: 1)), ("A/B", new(Completed: 97, Discarded: 3))),
                Counted(("A", new(Completed: 1)), ("A/B", new(Completed: 194, Discarded: 6)))).Highlights,
            h => h.Text.Contains("failed", StringComparison.Ordinal));
        Assert.Null(Compare(Counted(("A", new(Available: 1))), Counted(("A", new(Available: 1)))).Stages[0].After!.FailureShare);
    }

    [Fact]
    public void Errors_that_only_one_has_come_first()
    {
        var run = Run(("A", 1), ("A/B", 100));
        var runs = RunComparer.Compare(
            Side(run, [Error("A/B", 1, 5), Error("A/B", 2, 50), Error("A", 3, 1)]),
            Side(run, [Error("A/B", 2, 60), Error("A/B", 4, 7), Error("A", 1, 2)]));
        Assert.Equal(
            ["Added A/B 4", "Added A 1", "Removed A/B 1", "Removed A 3", "More A/B 2"],
            runs.Errors.Select(e => $"{e.Kind} {e.Stage} {e.Fingerprint}"));
        Assert.Contains(runs.Highlights, h => h is { IsBad: true, Stage: "A/B", Text: "New error in B, 7 jobs: error 4" });
        Assert.False(runs.ErrorsAreCut);
        Assert.True(RunComparer.Compare(Side(run, []) with { ErrorsAreCut = true }, Side(run, [])).ErrorsAreCut);
    }

    [Fact]
    public void Times_that_differ_for_a_reason_are_told()
    {
        var run = Run(("A", 1), ("A/B", 100));
        var runs = RunComparer.Compare(Timed(run, "A/B", waits: 2, runs: 4), Timed(run, "A/B", waits: 60, runs: 5));
        Assert.Equal("B waits 1 min (median); before, it was 2 s.", Assert.Single(runs.Highlights).Text);
        Assert.Equal(4, runs.Stages[1].Before!.Spans!.Running!.Median.TotalSeconds);

        // Few jobs say nothing.
        Assert.Empty(RunComparer.Compare(Timed(run, "A/B", 2, 4, jobs: 4), Timed(run, "A/B", 60, 5, jobs: 4)).Highlights);
        Assert.False(Assert.Single(RunComparer.Compare(Timed(run, "A/B", 60, 5), Timed(run, "A/B", 2, 4)).Highlights).IsBad);
    }

    [Fact]
    public void A_root_that_was_never_seen_is_the_other_runs_root()
    {
        var whole = Run(("SyncJob", 1), ("SyncJob/B", 10), ("SyncJob/B/C", 20));
        var headless = Run(("?", 1), ("?/B", 9), ("?/B/C", 20)) with { RootIsMissing = true, Worker = "" };
        foreach (var runs in (RunComparison[])[Compare(whole, headless), Compare(headless, whole)])
        {
            Assert.Equal(["SyncJob", "SyncJob/B", "SyncJob/B/C"], runs.Stages.Select(s => s.Path));
            Assert.DoesNotContain(runs.Stages, s => s.Kind is ChangeKind.Added or ChangeKind.Removed);
            Assert.DoesNotContain(runs.Edges, e => e.Kind is ChangeKind.Added or ChangeKind.Removed);
            Assert.True(runs.IsOnePipeline);
        }

        Assert.Equal(["SyncJob Same", "SyncJob/B Less", "SyncJob/B/C Same"], Compare(whole, headless).Stages.Select(s => $"{s.Path} {s.Kind}"));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""", "")]
    [InlineData("""{"a":1}""", """{"a":2,"c":"x"}""", """a: 1 → 2|c: - → "x" """)]
    [InlineData("""{"a":{"b":[1,2]}}""", """{"a":{"b":[1,3]}}""", "a.b[1]: 2 → 3")]
    [InlineData("""{"a":[1]}""", """{"a":[1,2]}""", "a: [1] → [1,2]")]
    [InlineData("""{"a":1}""", """{}""", "a: 1 → -")]
    [InlineData("""{"a":1.0}""", """{"a":1}""", "")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""", "")]
    [InlineData(null, """{"a":1}""", """: - → {"a":1}""")]
    [InlineData("not json", "nor this", ": not json → nor this")]
    public void Arguments_are_compared_key_by_key(string? before, string? after, string expected)
    {
        var run = Run(("A", 1));
        var runs = Compare(run with { RootArgs = before }, run with { RootArgs = after });
        Assert.Equal(expected.Trim(), string.Join('|', runs.Args.Select(a => $"{a.Key}: {a.Before ?? "-"} → {a.After ?? "-"}")));
        Assert.Equal(before == "not json", runs.ArgsAreCut);
    }

    [Fact]
    public void A_thousand_stages_one_below_the_other_are_compared()
    {
        var chain = Enumerable.Range(1, 1_000).Select(depth => (string.Join('/', Enumerable.Range(1, depth).Select(n => $"W{n}")), 1L)).ToArray();
        var runs = Compare(Run(chain), Run(chain[..999]));
        Assert.Equal(1_000, runs.Stages.Count);
        Assert.Equal(ChangeKind.Removed, Assert.Single(runs.Stages, s => s.Kind != ChangeKind.Same).Kind);
    }

    [Theory]
    [InlineData("60...61", "60|61")]
    [InlineData("60", "")]
    [InlineData("60...", "")]
    [InlineData("...60", "")]
    [InlineData("a...b...c", "a|b...c;a...b|c")]
    [InlineData("a....b", "a|.b;a.|b")]
    public void Two_ids_are_read_out_of_an_address_in_every_way_they_can_be(string text, string expected) =>
        Assert.Equal(expected, string.Join(';', RunPair.Readings(text).Select(r => $"{r.Before}|{r.After}")));

    private static RunComparison Compare(RunSnapshot before, RunSnapshot after) => RunComparer.Compare(Side(before, []), Side(after, []));

    private static RunSide Side(RunSnapshot run, StageError[] errors) => new(run, new Dictionary<string, StageSpans>(), errors, false);

    private static RunSide Timed(RunSnapshot run, string stage, double waits, double runs, long jobs = 100) => Side(run, []) with
    {
        Spans = new Dictionary<string, StageSpans> { [stage] = new(Span(waits, jobs), Span(runs, jobs), jobs) },
    };

    private static SpanStatistics Span(double seconds, long jobs) => new(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(2 * seconds), jobs);

    private static StageError Error(string stage, int fingerprint, long jobs) => new(stage, fingerprint, $"error {fingerprint}", jobs, 0);

    private static RunSnapshot Run(params (string Path, long Jobs)[] stages) =>
        Counted([.. stages.Select(s => (s.Path, new StateCounts(Completed: s.Jobs)))]);

    private static RunSnapshot Counted(params (string Path, StateCounts Counts)[] stages) => SomeRuns.Run() with
    {
        Worker = "App.Root",
        Stages = [.. stages.Select(s => SomeRuns.Stage(s.Path, s.Counts))],
        Edges = [.. stages.Where(s => StagePath.Above(s.Path) is not null).Select(s => new StageEdge(StagePath.Above(s.Path)!, s.Path, s.Counts.Total))],
        Counts = stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts),
    };
}
