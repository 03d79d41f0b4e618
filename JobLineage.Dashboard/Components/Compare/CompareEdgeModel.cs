using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.Compare;

/// <summary>The way from one stage to another in two runs.</summary>
public sealed class CompareEdgeModel(string id, CompareNodeModel from, CompareNodeModel to) : LaidLink(id, from, to)
{
    /// <summary>Where it runs.</summary>
    public PlacedEdge Place { get; private set; } = null!;

    /// <summary>What changed; null where nobody counted.</summary>
    public EdgeChange? Change { get; private set; }

    /// <inheritdoc />
    protected override object Shown => (Place, Change);

    /// <summary>Shows it as it is now.</summary>
    public void Show(PlacedEdge place, EdgeChange? change)
    {
        (Place, Change) = (place, change);
        Refresh();
    }
}
