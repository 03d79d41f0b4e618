using JobLineage.Dashboard.Live;
using JobLineage.Dashboard.Security;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The one place where the pages join the host.</summary>
internal static class DashboardPages
{
    /// <summary>What pages need.</summary>
    public static void AddTo(IServiceCollection services) => services.AddJobLineageUi();

    /// <summary>The pages and their files.</summary>
    public static void MapTo(WebApplication app) =>
        app.MapJobLineageUi(request => OwnPaths.KindOf(request.Path) == PathKind.Page);
}
