using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.StageGraph;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>Further parents in the graph.</summary>
public sealed class StageLinkTests : PageContext
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Detail = Page + "/MovieDetailJob";
    private const string Showtime = Page + "/ShowtimeProcessJob";

    private static readonly RunSnapshot Run = SomeRuns.Run() with { Links = [new("SyncJob", Showtime, 1), new(Detail, Showtime, 1_234)] };

    [Fact]
    public void Further_parents_are_lines_of_their_own_with_a_number_a_legend_and_words_for_those_who_hear()
    {
        var graph = Graph(Run);

        Assert.Equal(["1", "1.2k"], graph.FindAll(".edge-link .edge-label").Select(label => label.TextContent));
        Assert.Equal(
            ["Further parents, SyncJob to ShowtimeProcessJob: 1 job", "Further parents, MovieDetailJob to ShowtimeProcessJob: 1,234 jobs"],
            graph.FindAll(".links[role=group] [role=button]").Select(link => link.GetAttribute("aria-label")));
        Assert.Equal("further parents", graph.Find(".graph-legend").TextContent.Trim());
        // Beneath the tree: what is drawn later is drawn over it.
        Assert.Equal(["links", "edges", "nodes", "folds"], graph.FindAll("svg.graph-picture > g").Select(group => group.ClassName));
        Assert.All(graph.FindAll(".edge-link .link-line"), line => Assert.Equal("url(#link-end)", line.GetAttribute("marker-end")));
    }

    [Fact]
    public void A_run_without_any_has_neither_lines_nor_a_legend()
    {
        var graph = Graph(SomeRuns.Run());

        Assert.Empty(graph.FindAll(".links, .edge-link, .graph-legend"));
        Assert.Equal(4, graph.FindAll(".edge").Count);
    }

    [Fact]
    public void A_change_of_a_number_renders_its_line_alone_and_moves_nothing()
    {
        var graph = Graph(Run);
        var (nodes, before) = (graph.FindAll(".node").Select(node => node.GetAttribute("transform")).ToArray(), Renders(graph));
        var paths = graph.FindAll(".link-line").Select(line => line.GetAttribute("d")).ToArray();

        graph.Render(p => p.Add(view => view.Run, Run with { Version = 2, Links = [Run.Links[0] with { Jobs = 2 }, Run.Links[1]] }));

        Assert.Equal([before[0] + 1, before[1]], Renders(graph));
        Assert.Equal(nodes, graph.FindAll(".node").Select(node => node.GetAttribute("transform")));
        Assert.Equal(paths, graph.FindAll(".link-line").Select(line => line.GetAttribute("d")));
        Assert.Equal("2", graph.Find(".edge-link .edge-label").TextContent);

        graph.Render(p => p.Add(view => view.Run, Run with { Version = 3, Links = [Run.Links[1]] }));
        Assert.Single(graph.FindAll(".edge-link"));
        Assert.Equal(nodes, graph.FindAll(".node").Select(node => node.GetAttribute("transform")));
    }

    [Fact]
    public async Task A_line_that_is_asked_says_what_it_stands_for_without_asking_the_store()
    {
        var graph = Graph(Run with { LinksAreCut = true });

        await graph.Find(".graph-ask").ChangeAsync(graph.Find($".edge-link[data-from='{Detail}']").GetAttribute("data-edge"));

        var card = graph.Find("[role=dialog]");
        Assert.Equal("Further parents: MovieDetailJob → ShowtimeProcessJob", card.GetAttribute("aria-label"));
        Assert.Contains("1,234 jobs of ShowtimeProcessJob have a further parent in MovieDetailJob.", card.TextContent);
        Assert.Contains("more further parents than are counted", card.TextContent);
        Assert.Contains("there are more than are counted", graph.Find(".graph-legend").TextContent);
        Assert.Equal("true", graph.Find($".edge-link[data-from='{Detail}']").GetAttribute("aria-expanded"));
        Assert.Empty(Edges.Asked);

        await graph.Find(".graph-ask").ChangeAsync(graph.Find(".edge-link[data-from='SyncJob']").GetAttribute("data-edge"));
        Assert.Contains("1 job of ShowtimeProcessJob has a further parent in SyncJob.", graph.Find("[role=dialog]").TextContent);
    }

    [Fact]
    public async Task A_closed_stage_has_the_lines_of_what_it_hides_and_a_sum_that_may_count_twice_says_so()
    {
        var run = SomeRuns.Run() with { Links = [new(Detail, "SyncJob", 3), new(Showtime, "SyncJob", 4)] };
        Services.GetRequiredService<NavigationManager>().NavigateTo($"runs/oban/1?closed={Page}");
        var graph = Render<StageGraphView>(p => p.Add(view => view.Run, run).Add(view => view.Closed, Page).Add(view => view.Href, path => "#" + path));

        var link = graph.Find(".edge-link");
        Assert.Equal((Page, "SyncJob"), (link.GetAttribute("data-from"), link.GetAttribute("data-to")));
        Assert.Equal("≤7", link.QuerySelector(".edge-label")!.TextContent);
        await graph.Find(".graph-ask").ChangeAsync(link.GetAttribute("data-edge"));
        Assert.Contains("up to 7 jobs of SyncJob have a further parent in MoviePageJob.", graph.Find("[role=dialog]").TextContent);
        Assert.Contains("Open it to see which.", graph.Find("[role=dialog]").TextContent);
    }

    [Fact]
    public void The_panel_of_a_stage_lists_them_both_ways()
    {
        var panel = Render<StagePanel>(p => p.Add(x => x.Run, Run).Add(x => x.Stage, Run.Stages[2]).Add(x => x.Address, new() { Source = "oban", RootId = "1" }));

        var list = panel.FindAll("h3").Single(h => h.TextContent == "Further parents of").NextElementSibling!;
        Assert.Equal("ShowtimeProcessJob1,234 jobs", list.TextContent.Trim());
        Assert.DoesNotContain("Further parents in", panel.Markup);
    }

    private static int[] Renders(IRenderedComponent<StageGraphView> graph) => [.. graph.FindComponents<StageLinkView>().Select(link => link.Instance.Renders)];

    private IRenderedComponent<StageGraphView> Graph(RunSnapshot run) => Render<StageGraphView>(p => p
        .Add(view => view.Run, run)
        .Add(view => view.Href, path => "#" + path));
}
