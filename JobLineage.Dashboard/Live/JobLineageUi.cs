using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;

namespace JobLineage.Dashboard.Live;

/// <summary>Puts the pages into a web application.</summary>
public static class JobLineageUi
{
    /// <summary>
    /// Bytes of a page's address: in it a filter is as long as anywhere, of letters that take nine characters each (%E5%90%8D). Servers have less by
    /// default: a page that was reached by typing could then not be loaded again.
    /// </summary>
    public const int LongestAddress = 10 * JobFilter.LongestText;

    // As much as a circuit's messages have by default, for what stands beside an address.
    private const int MessageSize = 32 * 1024;

    /// <summary>
    /// Registers the components, the hubs and the layout cache. The host registers <see cref="IRunReader"/>,
    /// <see cref="IRunViews"/>, <see cref="INativeRows"/>, <see cref="IRunSignal"/>, <see cref="IForgetting"/>, <see cref="IPutAside"/>, <see cref="ConfiguredSources"/>, and what tells of
    /// digests.
    /// </summary>
    public static IServiceCollection AddJobLineageUi(this IServiceCollection services)
    {
        // The browser gives the connection up when two heartbeats and a half are missing (app.js): that is ten seconds.
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub =>
            (hub.KeepAliveInterval, hub.MaximumReceiveMessageSize) = (TimeSpan.FromSeconds(4), LongestAddress + MessageSize));
        services.TryAddSingleton(TimeProvider.System);
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            (mud.SnackbarConfiguration.ShowTransitionDuration, mud.SnackbarConfiguration.HideTransitionDuration) = (80, 200);
            mud.SnackbarConfiguration.VisibleStateDuration = 3_500;
        });
        services.AddScoped<PageClock>();
        services.TryAddSingleton<RunHub>();
        services.TryAddSingleton<DigestActions>();
        services.TryAddSingleton<SourceActions>();
        services.TryAddSingleton(QueueLinks.None);
        services.TryAddSingleton(_ => new GraphLayoutCache());
        services.TryAddSingleton<RecentGraphs>();
        return services;
    }

    /// <summary>
    /// Maps the pages and their static files, and adds the middleware they need. Call it after authentication and
    /// authorization, which must come before antiforgery.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="isPage">Whether a person sees the answer to a request: then what is not found is said on a page.</param>
    public static RazorComponentsEndpointConventionBuilder MapJobLineageUi(this WebApplication app, Func<HttpRequest, bool> isPage)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // The API answers in its own way; this turns off the line above only.
            if (!isPage(context.Request))
                context.Features.Get<IStatusCodePagesFeature>()!.Enabled = false;
            return next(context);
        });
        app.UseAntiforgery();
        app.MapStaticAssets();
        return app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
