using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>
/// The stages of a run as a picture. js/graph.js adds zooming, dragging and the arrow keys; it never touches the nodes.
/// </summary>
public sealed partial class StageGraphView
{
    private GraphLayout _layout = GraphLayout.Of(GraphModel.Create([], []));
    private Dictionary<string, Stage> _stages = [];
    private Dictionary<(string, string), long> _jobs = [];
    private Dictionary<string, FindingKind> _flags = [];

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The path of the selected stage.</summary>
    [Parameter]
    public string? Selected { get; set; }

    /// <summary>Where a click on a stage leads.</summary>
    [Parameter, EditorRequired]
    public Func<string, string> Href { get; set; } = null!;

    private string View => $"{Run.Source}/{Run.RootId}";

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        _layout = Layouts.Get(Run);
        _stages = Run.Stages.ToDictionary(stage => stage.Path, StringComparer.Ordinal);
        _jobs = Run.Edges.GroupBy(edge => (edge.From, edge.To)).ToDictionary(edges => edges.Key, edges => edges.Sum(edge => edge.Jobs));
        _flags = [];
        foreach (var finding in Run.Findings.Where(finding => finding.Kind != FindingKind.Waiting))
        {
            // Worst first: the first one about a stage is the one it is flagged with.
            foreach (var stage in finding.AllStages)
                _flags.TryAdd(stage, finding.Kind);
        }
    }

    private FindingKind? FlagOf(string path) => _flags.TryGetValue(path, out var kind) ? kind : null;

    private long? JobsOver(PlacedEdge edge) => _jobs.TryGetValue((edge.From, edge.To), out var jobs) ? jobs : null;
}
