using Bunit;
using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.StageGraph;
using JobLineage.Tests.Graph;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>Closing, opening and searching the graph.</summary>
public sealed class StageGraphFoldTests : PageContext
{
    private const string Page = "SyncJob/MoviePageJob";

    private string? _closed;

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void The_address_closes_a_stage_and_its_link_opens_it_again()
    {
        Go($"closed={ClosedStages.IdOf(Page)}");
        var graph = Graph(SomeRuns.Run() with { Findings = [SomeGraphs.Finding(FindingKind.Failing, Page + "/MovieDetailJob")] });

        Assert.Equal(["SyncJob", Page], Stages(graph));
        var fold = graph.Find($"[data-fold='{Page}']");
        Assert.Equal("2", fold.GetAttribute("data-hidden"));
        Assert.Contains("2 stages · 1,293 jobs", fold.TextContent);
        Assert.Equal("1", fold.QuerySelector("[data-mark=failing]")!.TextContent);
        var node = graph.Find($"[data-stage='{Page}']");
        Assert.Equal("false", node.GetAttribute("aria-expanded"));
        Assert.EndsWith("2 stages below it with 1,293 jobs (3 executing, 5 retryable, 1,284 completed, 1 discarded), 1 stage failing", node.GetAttribute("aria-label"));
        // Its own counts stay its own.
        Assert.Equal("100", node.QuerySelector("[data-state=completed]")!.GetAttribute("data-count"));

        Nav.NavigateTo(fold.GetAttribute("href")!);
        Follow();
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, SomeRuns.Run()));
        Assert.Equal(4, Stages(graph).Count);
        Assert.DoesNotContain("closed", Nav.Uri);
    }

    [Fact]
    public void Links_keep_what_is_closed_and_folding_keeps_the_rest_of_the_view()
    {
        Go($"stage=SyncJob&closed={ClosedStages.IdOf(Page)}");
        var graph = Graph(SomeRuns.Run());

        Assert.EndsWith($"closed={ClosedStages.IdOf(Page)}", graph.Find("[data-stage=SyncJob]").GetAttribute("href"));
        Assert.Equal("runs/oban/1?stage=SyncJob", graph.Find($"[data-fold='{Page}']").GetAttribute("href"));
        Assert.Equal($"runs/oban/1?closed={ClosedStages.IdOf(Page)}", graph.Find(".graph-clear").GetAttribute("href"));
    }

    [Fact]
    public void A_large_run_says_how_much_of_it_is_drawn_and_opens_whole_on_demand()
    {
        var run = SomeGraphs.RandomRun(new(2), 200);
        var graph = Graph(run);

        var drawn = Stages(graph).Count;
        Assert.InRange(drawn, 10, 40);
        Assert.StartsWith($"200 stages: {drawn} are drawn, {200 - drawn} are below closed ones.", graph.Find(".graph-note").TextContent);
        Assert.Contains("Expand all", graph.Find(".graph-folds").TextContent);

        Go("closed=none");
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run));
        Assert.Equal(200, Stages(graph).Count);
        Assert.Empty(graph.FindAll(".graph-note"));
    }

    [Fact]
    public void What_a_large_run_shows_first_does_not_change_with_its_findings()
    {
        var run = SomeGraphs.RandomRun(new(2), 200);
        var graph = Graph(run);
        var (stages, places) = (Stages(graph), Places(graph));

        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run with
        {
            Version = 2,
            Findings = [SomeGraphs.Finding(FindingKind.Failing, run.Stages[^1].Path), SomeGraphs.Finding(FindingKind.Stuck, run.Stages[^2].Path)],
        }));

        Assert.Equal(stages, Stages(graph));
        Assert.Equal(places, Places(graph));
        // But it is seen that something is wrong below a closed one.
        Assert.Equal(2, graph.FindAll("[data-mark]").Count);
    }

    [Fact]
    public void A_chosen_stage_is_drawn_though_the_run_is_large_and_where_somebody_closed_it_its_holder_is_marked()
    {
        var run = SomeGraphs.RandomRun(new(2), 200);
        var deepest = run.Stages[^1].Path;
        var graph = Graph(run);
        Assert.DoesNotContain(deepest, Stages(graph));

        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Selected, deepest));
        Assert.Contains(deepest, Stages(graph));

        Go("closed=all");
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Selected, deepest));
        Assert.DoesNotContain(deepest, Stages(graph));
        Assert.EndsWith("The selected stage is below it", graph.Find(".node-holds").GetAttribute("aria-label"));
    }

    [Fact]
    public async Task New_stages_move_no_node_and_the_picture_can_be_tidied()
    {
        var run = SomeGraphs.Run("A", "A/B", "A/C");
        var graph = Graph(run);
        var before = Places(graph);

        var grown = SomeGraphs.Run("A", "A/B", "A/C", "A/B/D", "A/B/E", "A/B/F");
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, grown));

        Assert.Equal(before, Places(graph).Where(place => before.ContainsKey(place.Key)).ToDictionary());
        Assert.Equal(6, Stages(graph).Count);
        await graph.Find(".graph-folds button").ClickAsync();
        Assert.NotEqual(before, Places(graph).Where(place => before.ContainsKey(place.Key)).ToDictionary());
        Assert.Empty(graph.FindAll(".graph-folds button"));
    }

    [Fact]
    public void Who_joins_sees_the_picture_that_is_looked_at()
    {
        var graph = Graph(SomeGraphs.Run("A", "A/B", "A/C"));
        var grown = SomeGraphs.Run("A", "A/B", "A/C", "A/B/D", "A/B/E", "A/B/F");
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, grown));

        Assert.Equal(Places(graph), Places(Graph(grown)));
    }

    [Fact]
    public async Task A_search_marks_what_it_finds_dims_the_rest_and_steps_through()
    {
        var graph = Graph(SomeRuns.Run());

        await graph.Find(".graph-search").InputAsync("movie");

        Assert.Equal([Page, Page + "/MovieDetailJob"], Marked(graph, ".node-hit"));
        Assert.Equal(["SyncJob", Page + "/ShowtimeProcessJob"], Marked(graph, ".node-miss"));
        Assert.Equal([Page], Marked(graph, ".node-found"));
        Assert.Equal("1 of 2", graph.Find(".graph-count").TextContent);
        Assert.Equal($"1 {Page}", graph.Find("job-graph").GetAttribute("data-jump"));

        await graph.Find(".graph-find").SubmitAsync();
        Assert.Equal([Page + "/MovieDetailJob"], Marked(graph, ".node-found"));
        await graph.Find(".graph-find").SubmitAsync();
        Assert.Equal("1 of 2", graph.Find(".graph-count").TextContent);
        await graph.Find("[aria-label='Previous match']").ClickAsync();
        Assert.Equal("2 of 2", graph.Find(".graph-count").TextContent);

        await graph.Find(".graph-search").InputAsync("nothing like it");
        Assert.Equal("No stage of this name", graph.Find(".graph-count").TextContent);
        await graph.Find(".graph-search").InputAsync("");
        Assert.Empty(graph.FindAll(".node-miss, .node-hit"));
        Assert.Equal("", graph.Find(".graph-count").TextContent);
    }

    [Fact]
    public async Task A_search_finds_what_is_closed_and_enter_opens_the_way_to_it()
    {
        Go($"closed={ClosedStages.IdOf(Page)}");
        var graph = Graph(SomeRuns.Run());

        await graph.Find(".graph-search").InputAsync("showtime");
        Assert.Equal("1 of 1, 1 below closed stages: Enter opens them", graph.Find(".graph-count").TextContent);
        await graph.Find(".graph-find").SubmitAsync();

        Assert.DoesNotContain("closed", Nav.Uri);
    }

    [Fact]
    public async Task A_renders_count_of_a_search_is_that_of_the_nodes_it_marks()
    {
        var graph = Graph(SomeRuns.Run());
        await graph.Find(".graph-search").InputAsync("sync");
        var before = graph.FindComponents<StageNodeView>().Sum(node => node.Instance.Renders);

        await graph.Find(".graph-search").InputAsync("syncj");

        Assert.Equal(before, graph.FindComponents<StageNodeView>().Sum(node => node.Instance.Renders));
    }

    private static IReadOnlyList<string> Stages(IRenderedComponent<StageGraphView> graph) =>
        [.. graph.FindAll("[data-stage]").Select(node => node.GetAttribute("data-stage")!)];

    private static IEnumerable<string> Marked(IRenderedComponent<StageGraphView> graph, string css) =>
        graph.FindAll(css).Select(node => node.GetAttribute("data-stage")!);

    private static Dictionary<string, string> Places(IRenderedComponent<StageGraphView> graph) =>
        graph.FindAll("[data-stage]").ToDictionary(node => node.GetAttribute("data-stage")!, node => node.GetAttribute("transform")!);

    // As the page does: the address, and what it says.
    private void Go(string query)
    {
        Nav.NavigateTo($"runs/oban/1?{query}");
        Follow();
    }

    private void Follow() => _closed = System.Web.HttpUtility.ParseQueryString(new Uri(Nav.Uri).Query)["closed"];

    private IRenderedComponent<StageGraphView> Graph(RunSnapshot run) => Render<StageGraphView>(p => p
        .Add(view => view.Run, run)
        .Add(view => view.Closed, _closed)
        .Add(view => view.Href, path => (new RunAddress { Source = "oban", RootId = "1", Stage = path, Closed = _closed }).ToString()));
}
