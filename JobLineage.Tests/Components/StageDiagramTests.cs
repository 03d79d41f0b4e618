using Blazor.Diagrams.Components;
using Blazor.Diagrams.Core.Behaviors;
using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;
using JobLineage.Dashboard.Components.StageGraph;
using JobLineage.Tests.Graph;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Components;

/// <summary>The diagram that carries the graph: what of the library must not come through, and what somebody arranges.</summary>
public sealed class StageDiagramTests : PageContext
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Detail = Page + "/MovieDetailJob";

    [Fact]
    public void The_graph_is_the_librarys_canvas_with_a_model_for_each_part_and_none_of_its_behaviours()
    {
        var graph = Graph(SomeRuns.Run() with { Links = [new(Detail, "SyncJob", 3)] });

        var canvas = graph.FindComponent<GraphCanvas>().Instance;
        Assert.IsType<DiagramCanvas>(canvas, exactMatch: false);
        var diagram = canvas.BlazorDiagram;
        Assert.Equal((4, 2, 5), (diagram.Nodes.Count, diagram.Groups.Count, diagram.Links.Count));
        Assert.All(diagram.Nodes, node => Assert.True(node.ControlledSize && node.Size!.Width == 280));
        // Delete removes what is selected; the others are told of every move of a mouse.
        Assert.Null(diagram.GetBehavior<KeyboardShortcutsBehavior>());
        Assert.Null(diagram.GetBehavior<DragMovablesBehavior>());
        Assert.Null(diagram.GetBehavior<PanBehavior>());
        diagram.TriggerKeyDown(new("Delete", "Delete", 0, false, false, false));
        Assert.Equal(4, graph.FindAll("[data-stage]").Count);
        Assert.DoesNotContain("blazor:on", graph.Find(".graph-viewport").OuterHtml);
    }

    [Fact]
    public void The_stage_of_the_address_is_what_the_library_has_selected()
    {
        var graph = Graph(SomeRuns.Run());
        graph.Render(p => p.Add(view => view.Selected, Page));
        Assert.Equal([Page], graph.FindComponent<GraphCanvas>().Instance.BlazorDiagram.GetSelectedModels().Select(model => model.Id));
        Assert.Equal("true", graph.Find($"[data-stage='{Page}']").GetAttribute("aria-selected"));

        graph.Render(p => p.Add(view => view.Selected, null));
        Assert.Empty(graph.FindComponent<GraphCanvas>().Instance.BlazorDiagram.GetSelectedModels());
        Assert.Empty(graph.FindAll(".node-selected"));
    }

    [Fact]
    public void A_fold_is_a_group_of_its_node_and_of_the_groups_and_nodes_below_it_whatever_was_closed_and_opened()
    {
        var graph = Graph(SomeGraphs.Run("A", "A/B", "A/B/C", "A/D"));
        Assert.Equal(["A: A, [A/B], A/D", "A/B: A/B, A/B/C"], Groups(graph));

        graph.Render(p => p.Add(view => view.Run, SomeGraphs.Run("A", "A/B", "A/B/C", "A/D", "A/D/E")));
        Assert.Equal(["A: A, [A/B], [A/D]", "A/B: A/B, A/B/C", "A/D: A/D, A/D/E"], Groups(graph));

        graph.Render(p => p.Add(view => view.Closed, Core.Graph.ClosedStages.IdOf("A/B")));
        Assert.Equal(["A: A, [A/B], [A/D]", "A/B: A/B", "A/D: A/D, A/D/E"], Groups(graph));
    }

    [Fact]
    public async Task What_the_browser_says_was_dragged_is_moved_and_nothing_else_is_and_back()
    {
        var graph = Graph(SomeRuns.Run());
        var (before, renders) = (Places(graph), Renders(graph));

        await graph.Find(".graph-arrangement").ChangeAsync($$$"""{"nodes":{"{{{Detail}}}":[0,400]},"groups":{}}""");

        Assert.Equal([Detail], before.Keys.Where(path => Places(graph)[path] != before[path]));
        Assert.Equal([Detail], renders.Keys.Where(path => Renders(graph)[path] != renders[path]));
        Assert.Equal("", graph.Find("job-graph").GetAttribute("data-arranged"));
        Assert.Contains("C", graph.Find($"[data-to='{Detail}'] .edge-line").GetAttribute("d"));

        await graph.Find(".graph-arrangement").ChangeAsync($$$"""{"nodes":{},"groups":{"{{{Page}}}":[60,0]}}""");
        Assert.Equal([Page, Detail, Page + "/ShowtimeProcessJob"], before.Keys.Where(path => Places(graph)[path] != before[path]));
        Assert.Equal(graph.Find($"[data-stage='{Page}']").GetAttribute("transform"), graph.Find($"[data-fold='{Page}']").GetAttribute("transform"));

        await graph.Find(".graph-arrangement").ChangeAsync("""{"nodes":{},"groups":{}}""");
        Assert.Equal(before, Places(graph));
        Assert.Empty(graph.FindAll("[data-arrange=reset]"));
        Assert.Null(graph.Find("job-graph").GetAttribute("data-arranged"));
    }

    [Fact]
    public async Task A_view_that_is_told_is_known_and_draws_nothing()
    {
        var graph = Graph(SomeRuns.Run());
        var (whole, canvas) = (graph.Instance.Renders, graph.FindComponent<GraphCanvas>());
        var drawn = canvas.RenderCount;

        await graph.Find(".graph-seen").ChangeAsync("120 30 0.75");
        Assert.Equal((-120, -30, 0.75), (canvas.Instance.BlazorDiagram.Pan.X, canvas.Instance.BlazorDiagram.Pan.Y, canvas.Instance.BlazorDiagram.Zoom));
        await graph.Find(".graph-seen").ChangeAsync("NaN x -1");
        await graph.Find(".graph-seen").ChangeAsync("1 1 0");

        Assert.Equal(0.75, canvas.Instance.BlazorDiagram.Zoom);
        Assert.Equal((whole, drawn), (graph.Instance.Renders, canvas.RenderCount));
    }

    [Fact]
    public async Task A_snapshot_a_search_and_new_stages_are_one_batch_each()
    {
        await using var renderer = new BatchCounter(Services);
        var run = SomeGraphs.RandomRun(new(5), 60);
        Task ShowAsync(RunSnapshot shown, string? selected = null) => renderer.ShowAsync<StageGraphView>(new Dictionary<string, object?>
        {
            [nameof(StageGraphView.Run)] = shown,
            [nameof(StageGraphView.Selected)] = selected,
            [nameof(StageGraphView.Closed)] = "none",
            [nameof(StageGraphView.Href)] = (Func<string, string>)(path => "#" + path),
        });
        await ShowAsync(run);
        Assert.Equal(1, renderer.Batches);

        var changed = run with { Version = 2, Stages = [.. run.Stages.Select((stage, i) => i % 3 == 0 ? stage with { Counts = stage.Counts.Add(JobState.Discarded) } : stage)] };
        await ShowAsync(changed);
        Assert.Equal(2, renderer.Batches);
        Assert.InRange(renderer.Changed, 20, 100);

        await ShowAsync(changed, run.Stages[5].Path);
        Assert.Equal(3, renderer.Batches);

        var parent = changed.Stages[7];
        await ShowAsync(changed with { Version = 3, Stages = [.. changed.Stages, parent with { Path = parent.Path + "/NewJob", ParentPath = parent.Path }], Edges = [.. changed.Edges, new(parent.Path, parent.Path + "/NewJob", 3)] });
        Assert.Equal(4, renderer.Batches);
    }

    [Fact]
    public async Task What_was_prerendered_goes_without_a_word_and_calls_no_script()
    {
        var renderer = new HtmlRenderer(Services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<StageGraphView>(ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(StageGraphView.Run)] = SomeRuns.Run(),
            [nameof(StageGraphView.Href)] = (Func<string, string>)(path => "#" + path),
        }))).ToHtmlString());

        Assert.Contains("data-stage=\"SyncJob/MoviePageJob\"", html);
        // The library's canvas calls its script here, which throws where there is no browser.
        await renderer.DisposeAsync();
        Assert.Empty(JSInterop.Invocations);
    }

    private static IEnumerable<string> Groups(IRenderedComponent<StageGraphView> graph) =>
        graph.FindComponent<GraphCanvas>().Instance.BlazorDiagram.Groups.Cast<StageFoldModel>().OrderBy(fold => fold.Order).Select(fold =>
        {
            Assert.All(fold.Children, child => Assert.Same(fold, child.Group));
            return $"{fold.Head.Id}: {string.Join(", ", fold.Children.Select(child => child is StageFoldModel inner ? $"[{inner.Head.Id}]" : child.Id).OrderBy(name => name.Trim('[')))}";
        });

    private static Dictionary<string, string> Places(IRenderedComponent<StageGraphView> graph) =>
        graph.FindAll("[data-stage]").ToDictionary(node => node.GetAttribute("data-stage")!, node => node.GetAttribute("transform")!);

    private static Dictionary<string, int> Renders(IRenderedComponent<StageGraphView> graph) =>
        graph.FindComponents<StageNodeView>().ToDictionary(node => node.Instance.Stage.Path, node => node.Instance.Renders);

    private IRenderedComponent<StageGraphView> Graph(RunSnapshot run) => Render<StageGraphView>(p => p
        .Add(view => view.Run, run)
        .Add(view => view.Href, path => "#" + path));
}
