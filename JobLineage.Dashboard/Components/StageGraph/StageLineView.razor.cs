using JobLineage.Core.Graph;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A line from one stage to another that can be asked about. Renders again only when its model says that it looks different.</summary>
public abstract partial class StageLineView
{
    /// <summary>How often it was rendered: what keeps an update from touching parts that did not change.</summary>
    internal int Renders { get; private set; }

    /// <summary>The line.</summary>
    protected StageLineModel Line => (StageLineModel)Link;

    /// <summary>Where it runs.</summary>
    protected PlacedEdge Place => Line.Place;

    /// <summary>What of line and arrow head has its own look: <c>edge</c> or <c>link</c>.</summary>
    protected abstract string Kind { get; }

    /// <summary>Its classes while nobody asks about it.</summary>
    protected abstract string Css { get; }

    /// <summary>What stands at it; null for nothing.</summary>
    protected abstract string? Label { get; }

    /// <summary>All of it in words. Begins with what is drawn.</summary>
    protected abstract string Words { get; }

    private string Classes => Line.IsAsked ? $"{Css} edge-asked" : Css;

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        base.OnInitialized();
        // The library would draw it a second time with the next change of anything around it.
        ShouldRender();
    }

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender) => Renders++;
}
