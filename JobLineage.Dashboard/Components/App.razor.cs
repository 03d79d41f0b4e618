using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace JobLineage.Dashboard.Components;

/// <summary>The document around all pages.</summary>
public sealed partial class App
{
    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    // Behind a proxy that serves the dashboard below a path, all addresses are relative to that path.
    private string Base => $"{Http?.Request.PathBase.Value}/";

    // Tells the page's script that a connection may be lost because its session has ended.
    private string? Session => Http?.User.Identity?.IsAuthenticated == true ? "true" : null;

    private string? Times => Http?.Request.Cookies[ViewerZone.Cookie];

    // Pages that must answer a form themselves (signing in) opt out of the circuit.
    private IComponentRenderMode? Mode => Http?.AcceptsInteractiveRouting() == false ? null : RenderMode.InteractiveServer;
}
