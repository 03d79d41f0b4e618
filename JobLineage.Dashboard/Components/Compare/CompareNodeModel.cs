using Blazor.Diagrams.Models;
using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.Compare;

/// <summary>A stage of two runs as a node of the diagram.</summary>
public sealed class CompareNodeModel : SvgNodeModel
{
    private Steady _steady;

    /// <summary>Makes it in its place.</summary>
    public CompareNodeModel(StageChange change, PlacedNode place)
        : base(change.Path, new(place.X, place.Y))
    {
        ControlledSize = true;
        Size = GraphDiagram.NodeSize;
        Change = change;
    }

    /// <summary>What changed.</summary>
    public StageChange Change { get; private set; }

    /// <summary>Where a click leads.</summary>
    public string Href { get; private set; } = "";

    /// <summary>Shows the stage as it is now.</summary>
    public void Show(StageChange change, PlacedNode place, string href)
    {
        (Change, Href) = (change, href);
        if ((Position.X, Position.Y) != (place.X, place.Y))
            SetPosition(place.X, place.Y);
        Refresh();
    }

    /// <inheritdoc />
    public override void Refresh()
    {
        if (_steady.IsNew((Position.X, Position.Y, Change, Selected, Href)))
            base.Refresh();
    }
}
