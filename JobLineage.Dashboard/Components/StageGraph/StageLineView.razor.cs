using JobLineage.Core.Graph;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A line from one stage to another that can be asked about.</summary>
public abstract partial class StageLineView
{
    /// <summary>Where it runs.</summary>
    [Parameter, EditorRequired]
    public PlacedEdge Place { get; set; } = null!;

    /// <summary>By which the script names it when it asks.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Whether its card is open.</summary>
    [Parameter]
    public bool IsAsked { get; set; }

    /// <summary>What of line and arrow head has its own look: <c>edge</c> or <c>link</c>.</summary>
    protected abstract string Kind { get; }

    /// <summary>Its classes while nobody asks about it.</summary>
    protected abstract string Css { get; }

    /// <summary>What stands at it; null for nothing.</summary>
    protected abstract string? Label { get; }

    /// <summary>All of it in words. Begins with what is drawn.</summary>
    protected abstract string Words { get; }

    private string Classes => IsAsked ? $"{Css} edge-asked" : Css;
}
