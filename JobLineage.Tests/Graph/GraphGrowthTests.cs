using JobLineage.Core.Graph;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Graph;

/// <summary>
/// The rule of a picture that grows: a node that stays in its column stays in its place. Columns change only where the
/// longest way to a node does, which in a run happens when it gets another root.
/// </summary>
public sealed class GraphGrowthTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void New_stages_of_a_run_never_move_the_ones_that_are_there(int seed)
    {
        var random = new Random(seed);
        var run = SomeGraphs.RandomRun(random, random.Next(1, 40));
        var layout = GraphLayout.Of(GraphModel.Of(run));
        for (var step = 0; step < 6; step++)
        {
            run = SomeGraphs.Grown(random, run, random.Next(1, 6));
            var grown = GraphLayout.Grow(layout, GraphModel.Of(run));

            Assert.Equal(run.Stages.Count, grown.Nodes.Count);
            Assert.All(layout.Nodes, node => Assert.Equal(node, grown.Find(node.Path)));
            SomeGraphs.AssertSound(grown);
            Assert.Equal(SomeGraphs.Draw(grown), SomeGraphs.Draw(GraphLayout.Grow(layout, GraphModel.Of(run))));
            layout = grown;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_inserted_into_whatever_graph_only_a_node_that_changes_its_column_moves(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(2, 30)).Select(i => $"N{i}").ToList();
        var edges = Enumerable.Range(0, nodes.Count).Select(_ => Edge(random, nodes)).ToList();
        var layout = GraphLayout.Of(GraphModel.Create(nodes, edges));
        for (var step = 0; step < 4; step++)
        {
            nodes.Add($"N{nodes.Count}");
            edges.AddRange([Edge(random, nodes), (nodes[random.Next(nodes.Count)], nodes[^1])]);
            var grown = GraphLayout.Grow(layout, GraphModel.Create(nodes, edges));

            foreach (var before in layout.Nodes)
            {
                var after = grown.Find(before.Path)!;
                Assert.True(after == before || after.Layer != before.Layer, $"{before.Path} moved within its column");
            }

            SomeGraphs.AssertSound(grown);
            layout = grown;
        }
    }

    [Fact]
    public void The_first_loop_moves_nothing()
    {
        var straight = Model("A", "A/B", "A/B/C");
        var looped = GraphModel.Create(straight.Nodes, [("A", "A/B"), ("A/B", "A/B/C"), ("A/B/C", "A"), ("A", "A")]);

        var (before, after) = (GraphLayout.Of(straight), GraphLayout.Of(looped));

        Assert.Equal(before.Nodes, after.Nodes);
    }

    [Fact]
    public void What_comes_later_stands_in_the_free_place_nearest_to_its_parents()
    {
        var before = GraphLayout.Of(Model("A", "A/B", "A/C", "A/D", "A/B/E", "A/D/F"));
        var after = GraphLayout.Grow(before, Model("A", "A/B", "A/C", "A/D", "A/B/E", "A/D/F", "A/C/G"));

        Assert.Equal(after.Find("A/C")!.Y, after.Find("A/C/G")!.Y);
        Assert.False(after.HasGrown, "there was room where it would have stood anyway");
    }

    [Fact]
    public void Siblings_that_come_together_keep_their_order()
    {
        var before = GraphLayout.Of(Model("A", "A/B", "A/C"));
        var after = GraphLayout.Grow(before, Model("A", "A/B", "A/C", "A/B/1", "A/B/2", "A/B/3"));

        Assert.True(after.HasGrown);
        var heights = new[] { "A/B/1", "A/B/2", "A/B/3" }.Select(path => after.Find(path)!.Y).ToArray();
        Assert.Equal(heights.Order(), heights);
    }

    [Fact]
    public void A_stage_that_goes_leaves_the_others_where_they_are()
    {
        var before = GraphLayout.Of(Model("A", "A/B", "A/C", "A/D"));
        var after = GraphLayout.Grow(before, Model("A", "A/B", "A/D"));

        Assert.Equal(before.Nodes.Where(node => node.Path != "A/C"), after.Nodes);
    }

    [Fact]
    public void A_run_that_gets_another_root_is_drawn_anew()
    {
        var before = GraphLayout.Of(Model("A", "A/B"));
        var after = GraphLayout.Grow(before, Model("R", "R/A", "R/A/B"));

        Assert.False(after.HasGrown);
    }

    [Fact]
    public void Viewers_who_saw_the_same_grow_share_a_layout()
    {
        var cache = new GraphLayoutCache();
        var before = cache.Get(Model("A", "A/B", "A/C"));
        var more = Model("A", "A/B", "A/C", "A/B/D", "A/B/E");

        Assert.Same(cache.Grow(before, more), cache.Grow(before, more));
        Assert.Same(before, cache.Grow(before, Model("A", "A/B", "A/C")));
    }

    [Fact]
    public void A_picture_is_remembered_for_those_who_join_and_not_for_those_who_come_later()
    {
        var time = new TestClock();
        var recent = new RecentGraphs(time);
        var graph = new RecentGraph(ClosedStages.Parse("none", SomeGraphs.Run("A"))!, GraphLayout.Of(Model("A")));

        recent.Remember("oban/1", graph);
        Assert.Same(graph, recent.Recall("oban/1"));
        Assert.Null(recent.Recall("oban/2"));

        time.Advance(RecentGraphs.Memory);
        Assert.Null(recent.Recall("oban/1"));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 40)];

    private static (string, string) Edge(Random random, List<string> nodes) => (nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)]);

    private static GraphModel Model(params string[] paths) => GraphModel.Of(SomeGraphs.Run(paths));
}
