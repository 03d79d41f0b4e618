using Blazor.Diagrams.Core.Models;
using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>What of a run's picture can change without a stage coming or going.</summary>
/// <param name="Fold">What is drawn.</param>
/// <param name="Selected">The path of the selected stage.</param>
/// <param name="Flags">The worst finding about each stage.</param>
/// <param name="Toggles">Where each stage's fold leads.</param>
/// <param name="Search">What is searched for.</param>
/// <param name="Asked">The id of the line whose card is open.</param>
/// <param name="Href">Where a click on a stage leads.</param>
internal sealed record StagePicture(
    GraphFold Fold, string? Selected, IReadOnlyDictionary<string, FindingKind> Flags, IReadOnlyDictionary<string, string> Toggles, GraphSearch Search,
    string Asked, Func<string, string> Href);

/// <summary>The stages of a run as a diagram of the library: nodes, groups and lines.</summary>
internal sealed class StageDiagram : GraphDiagram
{
    private static readonly GraphLayer[] Drawn =
    [
        new("links", typeof(StageLinkModel), "group", "Further parents, which are no part of the tree", IsOptional: true),
        new("edges", typeof(StageEdgeModel), "group", "Edges between stages"),
        new("nodes", typeof(StageNodeModel), "tree", "Stages"),
        new("folds", typeof(StageFoldModel), "group", "Close and open"),
    ];

    private readonly Dictionary<string, StageNodeModel> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StageFoldModel> _folds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), StageEdgeModel> _edges = [];
    private readonly Dictionary<(string From, string To), StageLinkModel> _links = [];
    private GraphLayout? _layout;

    public StageDiagram()
        : base("Stage graph", Drawn)
    {
        RegisterComponent<StageLinkModel, StageLinkView>();
        RegisterComponent<StageEdgeModel, StageEdgeView>();
        RegisterComponent<StageNodeModel, StageNodeView>();
        RegisterComponent<StageFoldModel, StageFoldView>();
    }

    /// <summary>The edge whose card the script asks for by this id.</summary>
    public FoldedEdge? EdgeOf(string id) => _edges.Values.FirstOrDefault(edge => edge.Id == id)?.Edge;

    /// <summary>The line of further parents whose card the script asks for by this id.</summary>
    public FoldedLink? LinkOf(string id) => _links.Values.FirstOrDefault(link => link.Id == id)?.Link;

    /// <summary>
    /// Makes it show a picture. Must be called while the component around it renders: what changes then is drawn in the same batch,
    /// and a browser never shows parts of two snapshots.
    /// </summary>
    public void Draw(GraphLayout layout, StagePicture picture)
    {
        if (!ReferenceEquals(layout, _layout))
            Redraw(layout, () => Lay(picture.Fold, layout));
        _layout = layout;
        foreach (var stage in picture.Fold.Stages)
        {
            var path = stage.Stage.Path;
            _nodes[path].Show(
                stage, picture.Flags.TryGetValue(path, out var flag) ? flag : null,
                picture.Selected is { } selected && path != selected && picture.Fold.DrawnBy(selected) == path,
                picture.Search.MarkOf(path), picture.Href(path));
            if (stage.HasChildren)
                _folds[path].Show(stage.Below, picture.Toggles[path]);
        }

        Select(picture.Selected is { } chosen ? _nodes.GetValueOrDefault(chosen) : null);
        var edges = picture.Fold.Edges.ToDictionary(edge => (edge.From, edge.To));
        foreach (var place in layout.Edges)
        {
            var edge = _edges[(place.From, place.To)];
            edge.Show(place, edges.GetValueOrDefault((place.From, place.To)), edge.Id == picture.Asked);
        }

        if (layout.Links.Count == 0)
            return;
        var links = picture.Fold.Links.ToDictionary(link => (link.From, link.To));
        foreach (var place in layout.Links)
        {
            var link = _links[(place.From, place.To)];
            link.Show(place, links.GetValueOrDefault((place.From, place.To)), link.Id == picture.Asked);
        }
    }

    private bool Lay(GraphFold fold, GraphLayout layout)
    {
        var stages = fold.Stages.ToDictionary(stage => stage.Stage.Path, StringComparer.Ordinal);
        string[] paths = [.. stages.Keys], folds = [.. fold.Stages.Where(stage => stage.HasChildren).Select(stage => stage.Stage.Path)];
        (string, string)[] edges = [.. layout.Edges.Select(edge => (edge.From, edge.To))], links = [.. layout.Links.Select(link => (link.From, link.To))];

        var isNew = Drop(_links, links) | Drop(_edges, edges) | Drop(_folds, folds) | Drop(_nodes, paths);
        isNew |= Take(_nodes, paths, path => new(stages[path], layout.Find(path)!));
        foreach (var (path, node) in _nodes)
            node.PlaceAt(layout.Find(path)!);

        // What is in a group is what hangs below its stage: its groups, or its nodes where nothing hangs below them in turn.
        foreach (var (path, group) in _folds)
        {
            group.Release(child => child is StageFoldModel inner
                ? stages[inner.Head.Stage.Path].Stage.ParentPath == path
                : child is StageNodeModel node && stages[node.Stage.Path] is { HasChildren: false } stage && stage.Stage.ParentPath == path);
        }

        // From the leaves up: a group takes in groups that are there.
        var below = fold.Stages.Where(stage => stage.Stage.ParentPath is not null).ToLookup(stage => stage.Stage.ParentPath!, stage => stage.Stage.Path, StringComparer.Ordinal);
        var made = new Dictionary<string, StageFoldModel>(StringComparer.Ordinal);
        foreach (var path in folds.Reverse())
        {
            NodeModel[] children = [_nodes[path], .. below[path].Select(child => made.GetValueOrDefault(child) ?? (NodeModel)_nodes[child])];
            if (_folds.TryGetValue(path, out var known))
                known.Hold(children);
            made[path] = known ?? new(_nodes[path], children);
        }

        isNew |= Take(_folds, folds, path => made[path]);
        isNew |= Take(_edges, edges, edge => new(ClosedStages.IdOf($"{edge.Item1}\n{edge.Item2}"), _nodes[edge.Item1], _nodes[edge.Item2]));
        isNew |= Take(_links, links, link => new(ClosedStages.IdOf($"further\n{link.Item1}\n{link.Item2}"), _nodes[link.Item1], _nodes[link.Item2]));
        return isNew;
    }
}
