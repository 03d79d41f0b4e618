using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The way from one stage to another. Renders again only when what it shows has changed.</summary>
public sealed partial class StageEdgeView
{
    private (PlacedEdge, FoldedEdge?, bool) _shown;
    private bool _hasChanged = true;

    /// <summary>Where it runs.</summary>
    [Parameter, EditorRequired]
    public PlacedEdge Place { get; set; } = null!;

    /// <summary>What came over it.</summary>
    [Parameter]
    public FoldedEdge? Edge { get; set; }

    /// <summary>By which the script names it when it asks.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Whether its card is open.</summary>
    [Parameter]
    public bool IsAsked { get; set; }

    /// <summary>How often it was rendered.</summary>
    internal int Renders { get; private set; }

    private string Css => (Place.IsLoop ? "edge edge-loop" : "edge") + (IsAsked ? " edge-asked" : "");

    // Begins with what is drawn, and says it in words.
    private string Words => $"{StagePath.NameOf(Place.From)} to {StagePath.NameOf(Place.To)}" + Edge switch
    {
        { Jobs: { } jobs, Parents: 0 } => $": {Show.FanOut(jobs, 0)}, {Format.Jobs(jobs)}",
        { Jobs: { } jobs } => $": {Show.FanOut(jobs, Edge.Parents)}, {Format.Jobs(jobs)} from {Format.Jobs(Edge.Parents)}",
        _ => "",
    };

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var now = (Place, Edge, IsAsked);
        _hasChanged |= _shown != now;
        _shown = now;
    }

    /// <inheritdoc />
    protected override bool ShouldRender() => _hasChanged;

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        Renders++;
        _hasChanged = false;
    }
}
