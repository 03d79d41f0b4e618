using JobLineage.Core.Graph;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Graph;

/// <summary>The lines of further parents.</summary>
public sealed class GraphLinkTests
{
    private static readonly RunSnapshot Run = SomeGraphs.Run("A", "A/B", "A/B/C", "A/B/C/D", "A/E");

    [Theory]
    [InlineData("A", "A/B/C/D")]
    [InlineData("A", "A/B")]
    [InlineData("A/B", "A/E")]
    [InlineData("A/B/C/D", "A")]
    [InlineData("A/B/C", "A/B/C")]
    public void A_line_goes_forward_back_along_a_layer_or_to_its_own_stage_and_moves_nothing(string from, string to)
    {
        var without = GraphLayout.Of(GraphModel.Of(Run));
        var layout = GraphLayout.Of(GraphModel.Of(Run with { Links = [new(from, to, 7)] }));

        Assert.Equal(without.Nodes, layout.Nodes);
        Assert.Equal(without.Edges.Select(edge => edge.Path), layout.Edges.Select(edge => edge.Path));
        var link = Assert.Single(layout.Links);
        Assert.Equal((from, to), (link.From, link.To));
        // From the side of the one to the side of the other.
        Assert.Contains(link.Points[0].X, new[] { layout.Find(from)!.X, layout.Find(from)!.X + GraphStyle.Default.NodeWidth });
        Assert.Contains(link.Points[^1].X, new[] { layout.Find(to)!.X, layout.Find(to)!.X + GraphStyle.Default.NodeWidth });
        SomeGraphs.AssertSound(layout);
    }

    [Theory]
    [MemberData(nameof(GraphLayoutTests.Seeds), MemberType = typeof(GraphLayoutTests))]
    public void Whatever_the_links_no_node_moves_and_no_line_touches_one(int seed)
    {
        var random = new Random(seed);
        var run = SomeGraphs.RandomRun(random, random.Next(1, 50));
        string Any() => run.Stages[random.Next(run.Stages.Count)].Path;
        var links = Enumerable.Range(0, random.Next(1, 60)).Select(_ => new StageLink(Any(), Any(), 1)).ToArray();
        var model = GraphModel.Of(run with { Links = links });

        var layout = GraphLayout.Of(model);

        Assert.Equal(GraphLayout.Of(GraphModel.Of(run)).Nodes, layout.Nodes);
        Assert.Equal(links.Select(link => (link.From, link.To)).Distinct(), layout.Links.Select(link => (link.From, link.To)));
        SomeGraphs.AssertSound(layout);
        Assert.Equal(SomeGraphs.Draw(layout), SomeGraphs.Draw(GraphLayout.Of(model)));
    }

    [Fact]
    public void Counts_change_nothing_and_a_link_that_comes_moves_no_node_of_a_picture_that_has_grown()
    {
        var cache = new GraphLayoutCache();
        var run = Run with { Links = [new("A", "A/B/C", 3)] };
        Assert.Same(cache.Get(run), cache.Get(run with { Links = [new("A", "A/B/C", 4_000)] }));

        var random = new Random(3);
        var large = SomeGraphs.RandomRun(random, 30);
        var grown = cache.Grow(cache.Get(large), GraphModel.Of(SomeGraphs.Grown(random, large, 12)));
        random = new Random(3);
        var linked = SomeGraphs.Grown(random, SomeGraphs.RandomRun(random, 30), 12);
        linked = linked with { Links = [new(linked.Stages[^1].Path, linked.Stages[3].Path, 1)] };
        var after = cache.Grow(grown, GraphModel.Of(linked));

        Assert.True(grown.HasGrown);
        Assert.Equal(grown.Nodes, after.Nodes);
        Assert.Single(after.Links);
        SomeGraphs.AssertSound(after);
    }

    [Fact]
    public void So_many_lines_that_nobody_could_follow_them_are_drawn_all_the_same()
    {
        var paths = Enumerable.Range(0, 200).Select(i => string.Join('/', Enumerable.Range(0, i % 40 + 1).Select(n => n == 0 ? "R" : $"{i / 40}.{n}"))).Distinct().ToArray();
        var run = SomeGraphs.Run(paths);
        var layout = GraphLayout.Of(GraphModel.Of(run with { Links = [.. run.Stages.SelectMany((a, i) => run.Stages.Where((_, j) => (i + j) % 7 == 0).Select(b => new StageLink(a.Path, b.Path, 1)))] }));

        Assert.True(layout.Links.Count > 4_000, $"{layout.Links.Count} lines");
        Assert.All(layout.Links.SelectMany(link => link.Points), point => Assert.True(point.X >= 0 && point.Y >= 0 && point.X <= layout.Width && point.Y <= layout.Height));
    }

    [Fact]
    public void Links_of_hidden_stages_come_out_of_the_closed_one_and_numbers_that_may_count_a_job_twice_say_so()
    {
        var run = Run with { Links = [new("A/B", "A/E", 3), new("A/B/C", "A/E", 4), new("A/E", "A/B/C", 5), new("A/E", "A/B/C/D", 6), new("A/B/C", "A/B", 9), new("A", "A/E", 2)] };

        var fold = GraphFold.Of(run, ClosedStages.Parse("A/B", run)!);

        Assert.Equal(
            [
                // A job of E may have a parent in B and one in C.
                new FoldedLink("A/B", "A/E", 7, false, false),
                // Jobs of C and jobs of D are different ones.
                new("A/E", "A/B", 11, true, false),
                new("A", "A/E", 2, true, true),
            ], fold.Links);
        Assert.Equal(6, GraphFold.Of(run, ClosedStages.Parse("none", run)!).Links.Count(link => link is { IsExact: true, IsReal: true }));
    }

    [Fact]
    public void More_lines_than_can_be_followed_are_left_out_by_their_place_and_not_by_their_counts()
    {
        var stages = Enumerable.Range(0, 30).Select(i => $"A/S{i:D2}").ToArray();
        var run = SomeGraphs.Run(["A", .. stages]);
        run = run with { Links = [.. stages.SelectMany((a, i) => stages.Skip(i + 1).Select(b => new StageLink(a, b, i)))] };

        var fold = GraphFold.Of(run, ClosedStages.Parse("none", run)!);

        Assert.Equal((GraphFold.MostLinks, 435 - GraphFold.MostLinks), (fold.Links.Count, fold.LinksLeftOut));
        Assert.Equal(run.Links.Take(GraphFold.MostLinks).Select(link => (link.From, link.To)), fold.Links.Select(link => (link.From, link.To)));
    }
}
