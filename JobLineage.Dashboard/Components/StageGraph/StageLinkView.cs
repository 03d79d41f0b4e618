using JobLineage.Core.Graph;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The line between jobs and their further parents: dashed, and no part of the tree.</summary>
public sealed class StageLinkView : StageLineView
{
    private FoldedLink? Further => ((StageLinkModel)Line).Link;

    /// <inheritdoc />
    protected override string Kind => "link";

    /// <inheritdoc />
    protected override string Css => "edge edge-link";

    /// <inheritdoc />
    protected override string? Label => Further is null ? null : (Further.IsExact ? "" : "≤") + NodeText.Brief(Further.Jobs);

    /// <inheritdoc />
    protected override string Words => $"Further parents, {StagePath.NameOf(Place.From)} to {StagePath.NameOf(Place.To)}" + (Further is null ? "" : $": {LinkCard.JobsOf(Further)}");
}
