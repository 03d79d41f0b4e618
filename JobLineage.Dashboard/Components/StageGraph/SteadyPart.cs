using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A part of the picture, of which there may be hundreds. Renders again only when what it shows has changed.</summary>
public abstract class SteadyPart : ComponentBase
{
    private object? _shown;
    private bool _hasChanged = true;

    /// <summary>How often it was rendered: what keeps an update from touching parts that did not change.</summary>
    internal int Renders { get; private set; }

    /// <summary>All that its picture is made of, as a value.</summary>
    protected abstract object Shown { get; }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var now = Shown;
        _hasChanged |= !now.Equals(_shown);
        _shown = now;
    }

    /// <inheritdoc />
    protected override bool ShouldRender() => _hasChanged;

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        Renders++;
        _hasChanged = false;
    }
}
