using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.StageGraph;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Components;

/// <summary>What an edge tells when it is asked.</summary>
public sealed class EdgeCardTests : PageContext
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Detail = Page + "/MovieDetailJob";

    [Fact]
    public async Task An_edge_that_is_asked_tells_how_it_fans_out_and_links_to_the_parents_without_a_child()
    {
        Edges.Facts[$"{Page} → {Detail}"] = Facts() with { WithoutChild = 30, Childless = 4, Sample = ["12", "a/b"] };
        var graph = Graph();

        await AskAsync(graph, Detail);

        graph.WaitForAssertion(() => Assert.Equal(["2", "11", "1,200", "1,300"], graph.FindAll(".card td").Select(cell => cell.TextContent)));
        var card = graph.Find("[role=dialog]");
        Assert.Equal("MoviePageJob → MovieDetailJob", card.GetAttribute("aria-label"));
        Assert.Contains("30 of 100 completed parents have none; 4 of them have no child at all.", card.TextContent);
        Assert.Contains("The first 2 of 30.", card.TextContent);
        Assert.Contains("Counted exactly, as of 12:00:00 UTC.", card.TextContent);
        Assert.Equal(["jobs/oban/12", "jobs/oban/a/b"], card.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
        Assert.Equal("true", graph.Find($"[data-to='{Detail}']").GetAttribute("aria-expanded"));

        await graph.Find(".graph-ask").ChangeAsync("");
        Assert.Empty(graph.FindAll(".card"));
    }

    [Fact]
    public async Task What_was_not_counted_whole_is_said()
    {
        Edges.Facts[$"{Page} → {Detail}"] = Facts() with { Completed = 500_000, Examined = 20_000, Children = new(0, 1, 5, 10_000, 10_000) };
        var graph = Graph();

        await AskAsync(graph, Detail);

        graph.WaitForAssertion(() => Assert.Contains(
            "Counted over the newest 20,000 of 500,000 completed parents, up to 10,000 children of each", graph.Find(".card").TextContent));
        Assert.Equal("≥ 10,000", graph.FindAll(".card td")[3].TextContent);
    }

    [Fact]
    public async Task The_card_keeps_its_height_while_it_counts_and_says_that_it_does()
    {
        Edges.Gate = new();
        var graph = Graph();

        // It ends when it is answered.
        var asking = AskAsync(graph, Detail);

        graph.WaitForAssertion(() => Assert.Equal("Counting…", graph.Find(".card-wait [role=status]").TextContent));
        Edges.Facts[$"{Page} → {Detail}"] = Facts();
        Edges.Gate.SetResult();
        await asking;
        graph.WaitForAssertion(() => Assert.Contains("Each of 100 completed parents has at least one.", graph.Find(".card").TextContent));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_a_sentence_and_the_next_look_asks_again()
    {
        Edges.Failure = new NpgsqlException("gone");
        var graph = Graph();

        await AskAsync(graph, Detail);
        graph.WaitForAssertion(() => Assert.Contains("the store does not answer", graph.Find(".card").TextContent));

        (Edges.Failure, Edges.Facts[$"{Page} → {Detail}"]) = (null, Facts());
        await AskAsync(graph, Detail);
        graph.WaitForAssertion(() => Assert.NotEmpty(graph.FindAll(".card table")));
        Assert.Equal(2, Edges.Asked.Count);
    }

    [Fact]
    public async Task The_same_edge_of_the_same_run_is_counted_once_and_another_one_instead_of_it()
    {
        var graph = Graph();
        await AskAsync(graph, Detail);
        await AskAsync(graph, Detail);
        await AskAsync(graph, Page + "/ShowtimeProcessJob");

        Assert.Equal("MoviePageJob → ShowtimeProcessJob", graph.Find(".card").GetAttribute("aria-label"));
        Assert.Equal([$"{Page} → {Detail}", $"{Page} → {Page}/ShowtimeProcessJob"], Edges.Asked.Distinct());
    }

    [Fact]
    public async Task Nothing_is_asked_of_the_store_for_an_edge_that_is_not_drawn()
    {
        var graph = Graph();

        await graph.Find(".graph-ask").ChangeAsync("'; drop table job_lineage.job --");

        Assert.Empty(Edges.Asked);
        Assert.Empty(graph.FindAll(".card"));
    }

    private static EdgeFacts Facts() => new()
    {
        From = Page,
        To = Detail,
        Jobs = 1_238,
        Parents = 108,
        Completed = 100,
        Examined = 100,
        Children = new(2, 11, 1_200, 1_300, null),
        AsOf = SomeRuns.Noon,
    };

    private static Task AskAsync(IRenderedComponent<StageGraphView> graph, string to) =>
        graph.Find(".graph-ask").ChangeAsync(graph.Find($"[data-from='{Page}'][data-to='{to}']").GetAttribute("data-edge"));

    private IRenderedComponent<StageGraphView> Graph() => Render<StageGraphView>(p => p
        .Add(view => view.Run, SomeRuns.Run())
        .Add(view => view.Href, path => "#" + path));
}
