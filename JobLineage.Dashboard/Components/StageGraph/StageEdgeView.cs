using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The way from one stage to another in the tree.</summary>
public sealed class StageEdgeView : StageLineView
{
    private FoldedEdge? Edge => ((StageEdgeModel)Line).Edge;

    /// <inheritdoc />
    protected override string Kind => "edge";

    /// <inheritdoc />
    protected override string Css => Place.IsLoop ? "edge edge-loop" : "edge";

    /// <inheritdoc />
    protected override string? Label => Edge?.Jobs is { } jobs ? Show.FanOut(jobs, Edge.Parents) : null;

    /// <inheritdoc />
    protected override string Words => $"{StagePath.NameOf(Place.From)} to {StagePath.NameOf(Place.To)}" + Edge switch
    {
        { Jobs: { } jobs, Parents: 0 } => $": {Show.FanOut(jobs, 0)}, {Format.Jobs(jobs)}",
        { Jobs: { } jobs } => $": {Show.FanOut(jobs, Edge.Parents)}, {Format.Jobs(jobs)} from {Format.Jobs(Edge.Parents)}",
        _ => "",
    };
}
