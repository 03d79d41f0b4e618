using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>The way from one stage to another. Renders again only when what it shows has changed.</summary>
public sealed partial class StageEdgeView
{
    private (PlacedEdge, long?, long) _shown;
    private bool _hasChanged = true;

    /// <summary>Where it runs.</summary>
    [Parameter, EditorRequired]
    public PlacedEdge Place { get; set; } = null!;

    /// <summary>How many jobs came over it; null when that was not counted.</summary>
    [Parameter]
    public long? Jobs { get; set; }

    /// <summary>How many jobs the stage has that it comes from.</summary>
    [Parameter]
    public long Parents { get; set; }

    private string Tooltip => (Jobs, Parents) switch
    {
        (null, _) => $"{Name(Place.From)} → {Name(Place.To)}",
        ({ } jobs, 0) => $"{Name(Place.From)} → {Name(Place.To)}: {Show.Jobs(jobs)}",
        ({ } jobs, var parents) =>
            $"{Name(Place.From)} → {Name(Place.To)}: {Show.Jobs(jobs)} from {Show.Jobs(parents)}, {(double)jobs / parents:0.##} each on average",
    };

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var now = (Place, Jobs, Parents);
        _hasChanged |= _shown != now;
        _shown = now;
    }

    /// <inheritdoc />
    protected override bool ShouldRender() => _hasChanged;

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender) => _hasChanged = false;

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
