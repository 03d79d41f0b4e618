using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The line between jobs and their further parents: dashed, and no part of the tree.</summary>
public sealed class StageLinkView : StageLineView
{
    /// <summary>What it stands for.</summary>
    [Parameter]
    public FoldedLink? Link { get; set; }

    /// <inheritdoc />
    protected override object Shown => (Place, Link, IsAsked);

    /// <inheritdoc />
    protected override string Kind => "link";

    /// <inheritdoc />
    protected override string Css => "edge edge-link";

    /// <inheritdoc />
    protected override string? Label => Link is null ? null : (Link.IsExact ? "" : "≤") + NodeText.Brief(Link.Jobs);

    /// <inheritdoc />
    protected override string Words => $"Further parents, {StagePath.NameOf(Place.From)} to {StagePath.NameOf(Place.To)}" + (Link is null ? "" : $": {LinkCard.JobsOf(Link)}");
}
