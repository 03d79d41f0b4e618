using Blazor.Diagrams.Core.Models;
using Blazor.Diagrams.Models;
using JobLineage.Core.Graph;
using JobLineage.Dashboard.Components.Canvas;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>
/// A stage with everything that is drawn below it: a group of the diagram, which takes in its stages' own groups. It is drawn as what
/// closes and opens it, at the node of its stage.
/// </summary>
public sealed class StageFoldModel(StageNodeModel head, IReadOnlyList<NodeModel> children) : SvgGroupModel(children, padding: 0)
{
    private Steady _steady;

    /// <summary>The node at which it is drawn.</summary>
    public StageNodeModel Head { get; } = head;

    /// <summary>What is hidden; null when the stage is open.</summary>
    public HiddenBelow? Below { get; private set; }

    /// <summary>The view in which it is the other way round.</summary>
    public string Href { get; private set; } = "";

    /// <summary>Shows it as it is now.</summary>
    public void Show(HiddenBelow? below, string href)
    {
        (Below, Href) = (below, href);
        Refresh();
    }

    /// <summary>Lets go of what no longer belongs to it: before another group takes it in.</summary>
    public void Release(Func<NodeModel, bool> belongs)
    {
        foreach (var child in Children.Where(child => child != Head && !belongs(child)).ToArray())
            RemoveChild(child);
    }

    /// <summary>Takes in what belongs to it now.</summary>
    public void Hold(IReadOnlyList<NodeModel> children)
    {
        foreach (var child in children.Except(Children).ToArray())
            AddChild(child);
    }

    /// <inheritdoc />
    public override void Refresh()
    {
        if (_steady.IsNew((Head.Position.X, Head.Position.Y, Below, Href)))
            base.Refresh();
    }
}
