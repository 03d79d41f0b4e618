using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.Compare;

/// <summary>The stages of two runs as one diagram.</summary>
internal sealed class CompareDiagram : GraphDiagram
{
    private static readonly GraphLayer[] Drawn = [new("edges", typeof(CompareEdgeModel)), new("nodes", typeof(CompareNodeModel), "list", "Stages")];

    private readonly Dictionary<string, CompareNodeModel> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), CompareEdgeModel> _edges = [];

    public CompareDiagram()
        : base("Graph of both runs", Drawn)
    {
        RegisterComponent<CompareEdgeModel, CompareEdgeView>();
        RegisterComponent<CompareNodeModel, CompareNodeView>();
    }

    /// <summary>Makes it show two runs. Must be called while the component around it renders, so that all is drawn in one batch.</summary>
    public void Draw(GraphLayout layout, RunComparison runs, string? selected, Func<string, string> href)
    {
        var stages = runs.Stages.ToDictionary(stage => stage.Path, StringComparer.Ordinal);
        string[] paths = [.. stages.Keys];
        (string, string)[] lines = [.. layout.Edges.Select(edge => (edge.From, edge.To))];
        Redraw(layout, () => Drop(_edges, lines) | Drop(_nodes, paths)
            | Take(_nodes, paths, path => new(stages[path], layout.Find(path)!))
            | Take(_edges, lines, line => new($"{line.Item1}\n{line.Item2}", _nodes[line.Item1], _nodes[line.Item2])));
        foreach (var (path, node) in _nodes)
            node.Show(stages[path], layout.Find(path)!, href(path));
        Select(selected is null ? null : _nodes.GetValueOrDefault(selected));
        var changes = runs.Edges.ToDictionary(edge => (edge.From, edge.To));
        foreach (var place in layout.Edges)
            _edges[(place.From, place.To)].Show(place, changes.GetValueOrDefault((place.From, place.To)));
    }
}
