using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The line between jobs and their further parents: dashed, and no part of the tree. Renders again only when what it shows has changed.</summary>
public sealed partial class StageLinkView
{
    private (PlacedEdge, FoldedLink?, bool) _shown;
    private bool _hasChanged = true;

    /// <summary>Where it runs.</summary>
    [Parameter, EditorRequired]
    public PlacedEdge Place { get; set; } = null!;

    /// <summary>What it stands for.</summary>
    [Parameter]
    public FoldedLink? Link { get; set; }

    /// <summary>By which the script names it when it asks.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Whether its card is open.</summary>
    [Parameter]
    public bool IsAsked { get; set; }

    /// <summary>How often it was rendered.</summary>
    internal int Renders { get; private set; }

    private string Number => (Link!.IsExact ? "" : "≤") + NodeText.Brief(Link.Jobs);

    private string Words => $"Further parents, {StagePath.NameOf(Place.From)} to {StagePath.NameOf(Place.To)}" + (Link is null ? "" : $": {LinkCard.JobsOf(Link)}");

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var now = (Place, Link, IsAsked);
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
