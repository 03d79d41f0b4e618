using JobLineage.Core.Graph;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A line from one stage to another as a link of the diagram. Its id is that by which the script names it when it asks.</summary>
public abstract class StageLineModel(string id, StageNodeModel from, StageNodeModel to) : LaidLink(id, from, to)
{
    /// <summary>Where it runs.</summary>
    public PlacedEdge Place { get; private protected set; } = null!;

    /// <summary>Whether its card is open.</summary>
    public bool IsAsked { get; private protected set; }
}

/// <summary>The way from one stage to another in the tree.</summary>
public sealed class StageEdgeModel(string id, StageNodeModel from, StageNodeModel to) : StageLineModel(id, from, to)
{
    /// <summary>What came over it.</summary>
    public FoldedEdge? Edge { get; private set; }

    /// <inheritdoc />
    protected override object Shown => (Place, Edge, IsAsked);

    /// <summary>Shows it as it is now.</summary>
    public void Show(PlacedEdge place, FoldedEdge? edge, bool isAsked)
    {
        (Place, Edge, IsAsked) = (place, edge, isAsked);
        Refresh();
    }
}

/// <summary>The line between jobs and their further parents.</summary>
public sealed class StageLinkModel(string id, StageNodeModel from, StageNodeModel to) : StageLineModel(id, from, to)
{
    /// <summary>What it stands for.</summary>
    public FoldedLink? Link { get; private set; }

    /// <inheritdoc />
    protected override object Shown => (Place, Link, IsAsked);

    /// <summary>Shows it as it is now.</summary>
    public void Show(PlacedEdge place, FoldedLink? link, bool isAsked)
    {
        (Place, Link, IsAsked) = (place, link, isAsked);
        Refresh();
    }
}
