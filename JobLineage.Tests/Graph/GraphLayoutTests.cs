using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Graph;

public sealed class GraphLayoutTests
{
    [Fact]
    public void A_child_stands_to_the_right_of_its_parent()
    {
        var layout = Layout(["A", "B", "C"], [("A", "B"), ("B", "C")]);

        Assert.Equal([0, 1, 2], layout.Nodes.Select(node => node.Layer));
        Assert.True(layout.Find("A")!.X < layout.Find("B")!.X);
        Assert.Equal(layout.Find("A")!.Y, layout.Find("C")!.Y);
    }

    [Fact]
    public void A_parent_stands_in_the_middle_of_its_children()
    {
        var layout = Layout(["A", "B", "C", "D"], [("A", "B"), ("A", "C"), ("A", "D")]);

        Assert.Equal(layout.Find("C")!.Y, layout.Find("A")!.Y);
        Assert.True(layout.Find("B")!.Y < layout.Find("C")!.Y && layout.Find("C")!.Y < layout.Find("D")!.Y);
    }

    [Fact]
    public void A_diamond_closes_one_layer_after_its_longest_way()
    {
        var layout = Layout(["A", "B", "C", "D", "E"], [("A", "B"), ("B", "C"), ("C", "E"), ("A", "D"), ("D", "E")]);

        Assert.Equal(3, layout.Find("E")!.Layer);
        Assert.DoesNotContain(layout.Edges, edge => edge.IsLoop);
    }

    [Fact]
    public void An_edge_to_an_earlier_stage_is_a_loop_and_moves_no_layer()
    {
        var straight = Layout(["A", "B", "C"], [("A", "B"), ("B", "C")]);
        var recurring = Layout(["A", "B", "C"], [("A", "B"), ("B", "C"), ("C", "B"), ("B", "B"), ("C", "A")]);

        Assert.Equal(straight.Nodes.Select(node => node.Layer), recurring.Nodes.Select(node => node.Layer));
        Assert.Equal(["C→B", "B→B", "C→A"], recurring.Edges.Where(edge => edge.IsLoop).Select(edge => $"{edge.From}→{edge.To}"));
        SomeGraphs.AssertSound(recurring);
    }

    [Fact]
    public void Stages_that_only_hang_in_a_circle_are_drawn_all_the_same()
    {
        var layout = Layout(["A", "B"], [("A", "B"), ("B", "A")]);

        Assert.Equal(2, layout.Nodes.Count);
        Assert.Single(layout.Edges, edge => edge.IsLoop);
    }

    [Fact]
    public void Two_hundred_children_and_a_chain_of_three_hundred_have_their_places()
    {
        var wide = Enumerable.Range(0, 200).Select(i => $"W{i}").ToArray();
        var deep = Enumerable.Range(0, 300).Select(i => $"D{i}").ToArray();
        var layout = Layout(
            ["Root", .. wide, .. deep],
            [.. wide.Select(node => ("Root", node)), ("Root", "D0"), .. deep.Zip(deep.Skip(1))]);

        Assert.Equal(300, layout.Find("D299")!.Layer);
        SomeGraphs.AssertNoOverlap(layout);
    }

    [Fact]
    public void The_edges_of_a_tree_never_cross()
    {
        var random = new Random(7);
        var nodes = Enumerable.Range(0, 120).Select(i => $"N{i}").ToArray();
        var edges = Enumerable.Range(1, 119).Select(i => (nodes[random.Next(Math.Max(0, i - 12), i)], nodes[i])).ToArray();
        var model = GraphModel.Create(nodes, edges);
        var (layer, isLoop) = GraphLayers.Assign(model);

        Assert.Equal(0, GraphOrder.Of(model, layer, isLoop).Crossings());
    }

    [Fact]
    public void Sweeping_takes_out_crossings_that_the_input_order_would_have()
    {
        var model = GraphModel.Create(
            ["A", "B", "C", "X", "Y", "Z"], [("A", "Z"), ("B", "Y"), ("C", "X"), ("A", "Y"), ("C", "Y")]);
        var (layer, isLoop) = GraphLayers.Assign(model);

        Assert.Equal(0, GraphOrder.Of(model, layer, isLoop).Crossings());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_the_graph_no_nodes_overlap_and_no_line_touches_a_node(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(1, 45)).Select(i => $"N{i}").ToArray();
        var edges = Enumerable.Range(0, random.Next(0, 2 * nodes.Length))
            .Select(_ => (nodes[random.Next(nodes.Length)], nodes[random.Next(nodes.Length)]));
        var model = GraphModel.Create(nodes, edges);

        var layout = GraphLayout.Of(model);

        Assert.Equal(model.Edges.Count, layout.Edges.Count);
        SomeGraphs.AssertSound(layout);
        foreach (var edge in layout.Edges.Where(edge => !edge.IsLoop))
            Assert.True(layout.Find(edge.From)!.Layer < layout.Find(edge.To)!.Layer);
        Assert.Equal(SomeGraphs.Draw(layout), SomeGraphs.Draw(GraphLayout.Of(model)));
    }

    [Fact]
    public void Counts_never_move_a_node_and_a_known_topology_is_not_laid_out_again()
    {
        var cache = new GraphLayoutCache();
        var before = SomeRuns.Run();
        var after = before with
        {
            Version = before.Version + 1,
            Stages = [.. before.Stages.Select(stage => stage with { Counts = stage.Counts.Add(JobState.Discarded, 1_234) })],
            Edges = [.. before.Edges.Select(edge => edge with { Jobs = edge.Jobs * 1_000 })],
        };

        Assert.Same(cache.Get(before), cache.Get(after));
        Assert.Equal(SomeGraphs.Draw(GraphLayout.Of(GraphModel.Of(before))), SomeGraphs.Draw(GraphLayout.Of(GraphModel.Of(after))));
    }

    [Fact]
    public void The_cache_forgets_the_oldest_layouts()
    {
        var cache = new GraphLayoutCache(capacity: 1);
        var first = GraphModel.Create(["A"], []);
        var layout = cache.Get(first);

        cache.Get(GraphModel.Create(["B"], []));

        Assert.NotSame(layout, cache.Get(first));
    }

    [Fact]
    public void A_run_without_stages_is_an_empty_picture()
    {
        var layout = Layout([], []);

        Assert.Equal(0, layout.Width);
        Assert.Empty(layout.Nodes);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 60)];

    private static GraphLayout Layout(string[] nodes, (string, string)[] edges) => GraphLayout.Of(GraphModel.Create(nodes, edges));
}
