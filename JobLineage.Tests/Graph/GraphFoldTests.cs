using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Graph;

public sealed class GraphFoldTests
{
    private static readonly RunSnapshot Run = SomeGraphs.Run("A", "A/B", "A/B/C", "A/B/C/D", "A/E");

    [Fact]
    public void A_closed_stage_stands_for_all_that_is_below_it()
    {
        var fold = Fold(Run, "A/B");

        Assert.Equal(["A", "A/B", "A/E"], fold.Stages.Select(node => node.Stage.Path));
        Assert.Equal(new(2, new(Completed: 200), default), fold.Stages[1].Below);
        Assert.Null(fold.Stages[0].Below);
        Assert.Equal(2, fold.Hidden);
        Assert.Equal("A/B", fold.DrawnBy("A/B/C/D"));
        Assert.Equal("A/E", fold.DrawnBy("A/E"));
        Assert.Equal([("A", "A/B"), ("A", "A/E")], fold.Edges.Select(edge => (edge.From, edge.To)));
    }

    [Fact]
    public void Nothing_bad_hides_below_a_closed_stage()
    {
        var run = Run with
        {
            Findings =
            [
                SomeGraphs.Finding(FindingKind.Failing, "A/B/C"), SomeGraphs.Finding(FindingKind.Failing, "A/B/C"),
                SomeGraphs.Finding(FindingKind.Stuck, "A/B/C/D"), SomeGraphs.Finding(FindingKind.Waiting, "A/B/C/D"),
                SomeGraphs.Finding(FindingKind.Failing, "A/E"),
            ],
        };

        var below = Fold(run, "A/B").Stages[1].Below!;

        Assert.Equal([(FindingKind.Stuck, 1), (FindingKind.Failing, 1)], below.Marks.NonZero());
    }

    [Fact]
    public void A_finding_about_several_stages_marks_each_that_is_hidden()
    {
        var merged = SomeGraphs.Finding(FindingKind.Stuck, "A") with { AlsoStages = ["A/B/C", "A/B/C/D", "A/E"] };

        var fold = Fold(Run with { Findings = [merged, SomeGraphs.Finding(FindingKind.Stuck, "A/B/C")] }, "A/B");

        Assert.Equal([(FindingKind.Stuck, 2)], fold.Stages[1].Below!.Marks.NonZero());
    }

    [Fact]
    public void What_is_hidden_is_told_in_the_order_in_which_findings_are()
    {
        var kinds = Enum.GetValues<FindingKind>().Where(kind => kind != FindingKind.Waiting);
        var run = Run with { Findings = [.. kinds.Reverse().Select(kind => SomeGraphs.Finding(kind, "A/B/C"))] };

        Assert.Equal(kinds, Fold(run, "A/B").Stages[1].Below!.Marks.NonZero().Select(mark => mark.Kind));
    }

    [Fact]
    public void Edges_from_hidden_stages_come_out_of_the_closed_one_and_are_said_to_be_sums()
    {
        var run = Run with
        {
            Edges = [.. Run.Edges, new("A/B/C", "A/B", 5), new("A/B/C/D", "A", 7), new("A/B/C", "A", 2), new("A/B", "A/B", 3)],
        };

        var fold = Fold(run, "A/B");

        Assert.Equal((9, false), Edge(fold, "A/B", "A"));
        // The loop of hidden stages back to the closed one is hidden with them; its own is not.
        Assert.Equal((3, true), Edge(fold, "A/B", "A/B"));
        Assert.Equal((100, true), Edge(fold, "A", "A/B"));
    }

    [Theory]
    [InlineData("A/B")]
    [InlineData("no/such/stage.A/B")]
    public void An_address_names_stages_by_path_or_by_id_and_ignores_what_is_not_there(string value)
    {
        Assert.Equal(["A/B"], ClosedStages.Parse(value, Run)!.Paths);
        Assert.Equal(["A/B"], ClosedStages.Parse(ClosedStages.IdOf("A/B"), Run)!.Paths);
    }

    [Fact]
    public void Closing_and_opening_again_leads_back_to_the_first_address()
    {
        var none = ClosedStages.Parse("none", Run)!;

        var closed = none.Toggled(Run, "A/B/C");
        Assert.Equal(ClosedStages.IdOf("A/B/C"), closed);
        var outer = ClosedStages.Parse(closed, Run)!.Toggled(Run, "A/B");
        Assert.Equal(ClosedStages.IdOf("A/B"), outer);
        Assert.Null(ClosedStages.Parse(outer, Run)!.Toggled(Run, "A/B"));
    }

    [Fact]
    public void Close_all_leaves_the_root_and_its_children()
    {
        var fold = GraphFold.Of(Run, ClosedStages.Parse("all", Run)!);

        Assert.Equal(["A", "A/B", "A/E"], fold.Stages.Select(node => node.Stage.Path));
    }

    [Fact]
    public void A_small_run_starts_open_and_a_large_one_shows_two_screens_of_it()
    {
        Assert.Empty(ClosedStages.AtFirst(SomeGraphs.RandomRun(new(1), 60), null).Paths);

        var large = SomeGraphs.RandomRun(new(1), 200);
        var fold = GraphFold.Of(large, ClosedStages.AtFirst(large, null));

        Assert.InRange(fold.Stages.Count, 10, 40);
        Assert.Equal(200, fold.Stages.Count + fold.Hidden);
        Assert.Equal(fold.Hidden, fold.Stages.Sum(node => node.Below?.Stages ?? 0));
    }

    [Fact]
    public void A_large_run_starts_open_where_something_is_wrong_and_where_one_looks()
    {
        var run = SomeGraphs.RandomRun(new(3), 200);
        var deepest = run.Stages[^1].Path;
        var other = run.Stages[^2].Path;
        Assert.NotEqual(deepest, GraphFold.Of(run, ClosedStages.AtFirst(run, null)).DrawnBy(deepest));

        var failing = run with { Findings = [SomeGraphs.Finding(FindingKind.Failing, deepest)] };

        var merged = run with { Findings = [SomeGraphs.Finding(FindingKind.Stuck, "Root") with { AlsoStages = [deepest] }] };

        Assert.Equal(deepest, GraphFold.Of(run, ClosedStages.AtFirst(failing, null)).DrawnBy(deepest));
        Assert.Equal(deepest, GraphFold.Of(run, ClosedStages.AtFirst(merged, null)).DrawnBy(deepest));
        Assert.Equal(other, GraphFold.Of(run, ClosedStages.AtFirst(run, other)).DrawnBy(other));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_closed_every_stage_is_drawn_or_counted_once(int seed)
    {
        var random = new Random(seed);
        var run = SomeGraphs.RandomRun(random, random.Next(1, 150));
        var value = random.Next(3) switch
        {
            0 => "all",
            1 => "none",
            _ => string.Join('.', run.Stages.Where(_ => random.Next(5) == 0).Select(stage => ClosedStages.IdOf(stage.Path)).DefaultIfEmpty("none")),
        };

        var closed = ClosedStages.Parse(value, run)!;
        var fold = GraphFold.Of(run, closed);

        Assert.Equal(run.Stages.Count, fold.Stages.Sum(node => 1 + (node.Below?.Stages ?? 0)));
        Assert.Equal(
            run.Stages.Sum(stage => stage.Total), fold.Stages.Sum(node => node.Stage.Total + (node.Below?.Counts.Total ?? 0)));
        SomeGraphs.AssertSound(GraphLayout.Of(GraphModel.Of(fold)));
        // Any stage can be brought into sight, and that is an address.
        var wanted = run.Stages[random.Next(run.Stages.Count)].Path;
        var again = closed.With(run, wanted);
        Assert.Equal(wanted, GraphFold.Of(run, again).DrawnBy(wanted));
        var parsed = ClosedStages.Parse(again.Value(run), run) ?? ClosedStages.AtFirst(run, null);
        Assert.Equal(wanted, GraphFold.Of(run, parsed).DrawnBy(wanted));
    }

    [Fact]
    public void A_stage_with_much_below_it_opens_one_level_at_a_time()
    {
        var run = SomeGraphs.Run(["A", "A/B", .. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"A/B/C{i}", $"A/B/C{i}/D", $"A/B/C{i}/D/E"])]);
        var closed = ClosedStages.Parse("A/B", run)!;

        var fold = GraphFold.Of(run, ClosedStages.Parse(closed.Toggled(run, "A/B"), run)!);

        Assert.Equal(12, fold.Stages.Count);
        Assert.Equal(2, fold.Stages[2].Below!.Stages);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 40)];

    private static GraphFold Fold(RunSnapshot run, string closed) => GraphFold.Of(run, ClosedStages.Parse(closed, run)!);

    private static (long?, bool) Edge(GraphFold fold, string from, string to) =>
        fold.Edges.Where(edge => edge.From == from && edge.To == to).Select(edge => (edge.Jobs, edge.IsReal)).Single();
}
