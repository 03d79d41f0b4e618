using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>A view of a run, at an address.</summary>
public abstract class RunViewComponent : ViewComponent
{
    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The address of the view.</summary>
    [Parameter, EditorRequired]
    public RunAddress Address { get; set; } = null!;
}
