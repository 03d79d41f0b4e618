using Blazor.Diagrams.Core;
using Blazor.Diagrams.Core.Anchors;
using Blazor.Diagrams.Core.Geometry;
using Blazor.Diagrams.Core.Models;
using Blazor.Diagrams.Core.Models.Base;
using Blazor.Diagrams.Core.Routers;

namespace JobLineage.Dashboard.Components.Canvas;

/// <summary>A line whose way our layout has found: the library finds none, and knows at which nodes it begins and ends.</summary>
public abstract class LaidLink(string id, NodeModel from, NodeModel to) : BaseLinkModel(id, new LaidAnchor(from), new LaidAnchor(to))
{
    private Steady _steady;

    /// <summary>All that its picture is made of, as a value.</summary>
    protected abstract object Shown { get; }

    /// <summary>Draws it anew if it looks different now. The library asks far more often.</summary>
    public override void Refresh()
    {
        if (_steady.IsNew(Shown))
            base.Refresh();
    }

    /// <summary>Finds no way, and keeps the library from making one at every change.</summary>
    internal sealed class NoRouter : Router
    {
        /// <inheritdoc />
        public override Point[] GetRoute(Diagram diagram, BaseLinkModel link) => [];
    }

    private sealed class LaidAnchor(ILinkable node) : Anchor(node)
    {
        public override Point? GetPosition(BaseLinkModel link, Point[] route) => null;

        public override Point? GetPlainPosition() => null;
    }
}
