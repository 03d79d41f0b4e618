using JobLineage.Core.Graph;

namespace JobLineage.Tests.Graph;

/// <summary>What somebody has dragged, on top of what a layout has placed.</summary>
public sealed class GraphArrangingTests
{
    private static readonly GraphLayout Layout = GraphLayout.Of(GraphModel.Create(
        ["A", "A/B", "A/B/C", "A/D"], [("A", "A/B"), ("A/B", "A/B/C"), ("A", "A/D"), ("A/B/C", "A/B/C")]));

    [Fact]
    public void Nothing_dragged_is_the_very_same_layout()
    {
        Assert.Same(Layout, GraphArranging.Apply(Layout, GraphArrangement.None));
        Assert.Same(GraphArrangement.None, GraphArrangement.Parse("""{"nodes":{},"groups":{}}"""));
    }

    [Fact]
    public void A_stage_moves_alone_and_a_group_with_everything_below_it()
    {
        var moved = Apply("""{"nodes":{"A/D":[30,-5]},"groups":{"A/B":[0,200]}}""");

        Assert.Equal((0, 0), ShiftOf(moved, "A"));
        Assert.Equal((30, -5), ShiftOf(moved, "A/D"));
        Assert.Equal((0, 200), ShiftOf(moved, "A/B"));
        Assert.Equal((0, 200), ShiftOf(moved, "A/B/C"));
    }

    [Fact]
    public void A_group_ends_at_the_slash_and_groups_within_groups_add_up()
    {
        var arrangement = GraphArrangement.Parse("""{"nodes":{"A/B/C":[1,1]},"groups":{"A":[100,0],"A/B":[10,0],"A/Bee":[5,5]}}""");

        Assert.Equal(new(111, 1), arrangement.ShiftOf("A/B/C"));
        Assert.Equal(new(100, 0), arrangement.ShiftOf("A/Bx"));
        Assert.Equal(default, arrangement.ShiftOf("Ab/B"));
    }

    [Fact]
    public void A_line_keeps_its_shape_where_both_ends_moved_alike_and_is_a_curve_from_side_to_side_where_they_did_not()
    {
        var moved = Apply("""{"groups":{"A/B":[40,200]}}""");

        var (whole, before) = (Edge(moved, "A/B/C"), Edge(Layout, "A/B/C"));
        Assert.Equal(before.Points.Select(p => new GraphPoint(p.X + 40, p.Y + 200)), whole.Points);
        Assert.Equal((before.Label.X + 40, before.Label.Y + 200), (whole.Label.X, whole.Label.Y));
        Assert.DoesNotContain('C', whole.Path);
        var curve = Edge(moved, "A/B");
        var (from, to) = (moved.Find("A")!, moved.Find("A/B")!);
        Assert.Equal([new GraphPoint(from.X + 280, from.Y + 46), new GraphPoint(to.X, to.Y + 46)], curve.Points);
        Assert.Contains('C', curve.Path);
        Assert.Same(Edge(Layout, "A/D"), Edge(moved, "A/D"));
    }

    [Fact]
    public void The_picture_grows_with_what_is_dragged_out_of_it_and_nothing_leaves_it_to_the_left_or_above()
    {
        var moved = Apply("""{"nodes":{"A/D":[5000,3000],"A":[-9000,-9000]}}""");

        Assert.True(moved.Width >= moved.Find("A/D")!.X + 280);
        Assert.True(moved.Height >= moved.Find("A/D")!.Y + 92);
        Assert.Equal((8, 12), (moved.Find("A")!.X, moved.Find("A")!.Y));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[1,2]")]
    [InlineData("""{"nodes":[1],"groups":"x"}""")]
    [InlineData("""{"nodes":{"A":[1],"B":["1",2],"C":[1e300,1],"D":null,"E":[1,2,3],"F":[0,0]}}""")]
    public void What_cannot_be_read_is_left_out(string? text) => Assert.True(GraphArrangement.Parse(text).IsEmpty);

    [Fact]
    public void A_text_longer_than_a_message_is_no_arrangement() =>
        Assert.True(GraphArrangement.Parse($$$"""{"nodes":{"{{{new string('a', GraphArrangement.Longest)}}}":[1,2]}}""").IsEmpty);

    private static GraphLayout Apply(string text) => GraphArranging.Apply(Layout, GraphArrangement.Parse(text));

    private static (double, double) ShiftOf(GraphLayout moved, string path) =>
        (moved.Find(path)!.X - Layout.Find(path)!.X, moved.Find(path)!.Y - Layout.Find(path)!.Y);

    private static PlacedEdge Edge(GraphLayout layout, string to) => layout.Edges.First(edge => edge.To == to && edge.From != to);
}
