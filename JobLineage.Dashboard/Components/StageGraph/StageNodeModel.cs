using Blazor.Diagrams.Models;
using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A stage as a node of the diagram. Selected is the library's word for the stage of the address.</summary>
public sealed class StageNodeModel : SvgNodeModel
{
    private Steady _steady;

    /// <summary>Makes it in its place.</summary>
    public StageNodeModel(FoldedStage stage, PlacedNode place)
        : base(stage.Stage.Path, new(place.X, place.Y))
    {
        ControlledSize = true;
        Size = GraphDiagram.NodeSize;
        (Stage, HasChildren, Below) = stage;
    }

    /// <summary>The stage.</summary>
    public Stage Stage { get; private set; }

    /// <summary>Whether there are stages below it.</summary>
    public bool HasChildren { get; private set; }

    /// <summary>What it hides; null when it is open.</summary>
    public HiddenBelow? Below { get; private set; }

    /// <summary>The worst finding about it.</summary>
    public FindingKind? Flag { get; private set; }

    /// <summary>Whether the selected stage is hidden below it.</summary>
    public bool HoldsSelected { get; private set; }

    /// <summary>How it stands to what is searched for.</summary>
    public SearchMark Mark { get; private set; }

    /// <summary>Where a click leads.</summary>
    public string Href { get; private set; } = "";

    /// <summary>Shows the stage as it is now.</summary>
    public void Show(FoldedStage stage, FindingKind? flag, bool holdsSelected, SearchMark mark, string href)
    {
        (Stage, HasChildren, Below) = stage;
        (Flag, HoldsSelected, Mark, Href) = (flag, holdsSelected, mark, href);
        Refresh();
    }

    /// <summary>Moves it, and with it the groups that it is in.</summary>
    public void PlaceAt(PlacedNode place)
    {
        if ((Position.X, Position.Y) != (place.X, place.Y))
            SetPosition(place.X, place.Y);
    }

    /// <inheritdoc />
    public override void Refresh()
    {
        if (_steady.IsNew((Position.X, Position.Y, Stage.Counts, Stage.Worker, Flag, Below, HasChildren, Selected, HoldsSelected, Mark, Href)))
            base.Refresh();
    }
}
