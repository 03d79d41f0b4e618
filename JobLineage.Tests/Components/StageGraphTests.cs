using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.StageGraph;
using JobLineage.Tests.Graph;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class StageGraphTests : PageContext
{
    private string? _closed;

    [Fact]
    public void A_node_carries_its_stage_and_each_of_its_non_zero_counts()
    {
        var graph = Graph(SomeRuns.Run());

        var node = graph.Find("[data-stage='SyncJob/MoviePageJob/MovieDetailJob']");

        Assert.Equal(
            ["executing=3", "completed=1234", "discarded=1"],
            node.QuerySelectorAll("[data-state]").Select(e => $"{e.GetAttribute("data-state")}={e.GetAttribute("data-count")}"));
        Assert.Contains("1,234", node.TextContent);
        Assert.Equal("MovieDetailJob, 1,238 jobs: 3 executing, 1,234 completed, 1 discarded", node.GetAttribute("aria-label"));
        Assert.Equal(4, graph.FindAll("[data-stage]").Count);
    }

    [Fact]
    public void A_change_of_counts_renders_the_changed_node_alone()
    {
        var run = SomeRuns.Run();
        var graph = Graph(run);
        var before = Renders(graph);

        var changed = run.Stages[2] with { Counts = run.Stages[2].Counts.Add(JobState.Completed) };
        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run with
        {
            Version = 2,
            Stages = [run.Stages[0], run.Stages[1] with { Queues = ["another list, the same to the eye"] }, changed, run.Stages[3]],
        }));

        var after = Renders(graph);
        Assert.Equal([changed.Path], after.Keys.Where(path => after[path] != before[path]));
        Assert.NotNull(graph.Find($"[data-stage='{changed.Path}'] [data-state=completed][data-count='1235']"));
    }

    [Fact]
    public void A_stage_with_a_finding_says_so_in_words_and_not_by_colour_alone()
    {
        var run = SomeRuns.Run();
        var graph = Graph(run with { Findings = [Finding(FindingKind.Stuck, run.Stages[1].Path), Finding(FindingKind.Childless, run.Stages[1].Path)] });

        var node = graph.Find("[data-stage='SyncJob/MoviePageJob']");

        Assert.Equal("stuck", node.QuerySelector(".node-flag")!.TextContent.Trim());
        Assert.EndsWith("stuck", node.GetAttribute("aria-label"));
    }

    [Fact]
    public void Edges_tell_how_many_jobs_came_and_how_many_per_parent_and_a_recurring_worker_is_a_loop()
    {
        var graph = Graph(SomeRuns.Run());

        Assert.Equal("1,238 · ×11.5", graph.Find("[data-to='SyncJob/MoviePageJob/MovieDetailJob'] .edge-label").TextContent);
        Assert.Equal("SyncJob/MoviePageJob", graph.Find(".edge-loop").GetAttribute("data-to"));
    }

    [Fact]
    public void A_worker_with_a_hostile_name_is_text()
    {
        var stage = SomeRuns.Stage("<script>alert(1)", new(Completed: 1)) with { Worker = "\" onload=\"x" };

        var graph = Graph(SomeRuns.Run() with { Stages = [stage], Edges = [] });

        Assert.Empty(graph.FindAll("script"));
        Assert.Contains("<script>", graph.Find(".node-name").TextContent);
    }

    [Fact]
    public void An_update_that_changes_nothing_of_the_run_renders_nothing()
    {
        var run = SomeRuns.Run();
        var graph = Graph(run);
        var (whole, nodes, edges) = (graph.Instance.Renders, Renders(graph).Values.Sum(), EdgeRenders(graph));

        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run));
        Assert.Equal(whole, graph.Instance.Renders);

        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run with { Version = 2, AsOf = SomeRuns.Noon.AddMinutes(1) }));
        Assert.Equal((nodes, edges), (Renders(graph).Values.Sum(), EdgeRenders(graph)));
    }

    [Fact]
    public void Of_two_hundred_nodes_an_update_of_three_renders_three()
    {
        var run = SomeGraphs.RandomRun(new(5), 200);
        Go("none");
        var graph = Graph(run);
        var (nodes, edges) = (Renders(graph), EdgeRenders(graph));
        var changed = run.Stages.Where((_, i) => i is 20 or 100 or 180).Select(stage => stage.Path).ToArray();

        graph.Render(p => p.Add(view => view.Closed, _closed).Add(view => view.Run, run with
        {
            Version = 2,
            Stages = [.. run.Stages.Select(stage => changed.Contains(stage.Path) ? stage with { Counts = stage.Counts.Add(JobState.Discarded) } : stage)],
        }));

        var after = Renders(graph);
        Assert.Equal(200, after.Count);
        Assert.Equal(changed, after.Keys.Where(path => after[path] != nodes[path]).Order(StringComparer.Ordinal).OrderBy(path => Array.IndexOf(changed, path)));
        // An edge tells how many parents it comes from, so those that leave the three may change too; no other does.
        Assert.InRange(EdgeRenders(graph) - edges, 0, run.Edges.Count(edge => changed.Contains(edge.From)));
    }

    private static int EdgeRenders(IRenderedComponent<StageGraphView> graph) => graph.FindComponents<StageEdgeView>().Sum(edge => edge.Instance.Renders);

    private static Finding Finding(FindingKind kind, string stage) => new(kind, stage, "Because.", new Dictionary<string, object?>(), []);

    private static Dictionary<string, int> Renders(IRenderedComponent<StageGraphView> graph) =>
        graph.FindComponents<StageNodeView>().ToDictionary(node => node.Instance.Stage.Path, node => node.Instance.Renders);

    private void Go(string closed)
    {
        _closed = closed;
        Services.GetRequiredService<NavigationManager>().NavigateTo($"runs/oban/1?closed={closed}");
    }

    private IRenderedComponent<StageGraphView> Graph(RunSnapshot run) => Render<StageGraphView>(p => p
        .Add(view => view.Run, run)
        .Add(view => view.Closed, _closed)
        .Add(view => view.Href, path => "#" + path));
}
