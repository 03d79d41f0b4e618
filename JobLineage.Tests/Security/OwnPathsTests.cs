using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Security;

/// <summary>One table knows what is below our paths.</summary>
public sealed class OwnPathsTests
{
    [Fact]
    public async Task Every_path_that_is_mapped_is_in_the_table()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var mapped = dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').Split('/')).ToList();

        Assert.True(mapped.Count > 40, $"{mapped.Count} endpoints");
        // The first page, files at the root, and what catches all the rest are below no name.
        Assert.Empty(mapped.Where(parts => parts[0].Length > 0 && !(parts.Length == 1 && parts[0].Contains('.')) && parts[0][0] != '{' && !OwnPaths.Has(parts[0])).Select(parts => string.Join('/', parts)));
    }

    [Theory]
    [InlineData("/api/v1/runs", PathKind.Api)]
    [InlineData("/API", PathKind.Api)]
    [InlineData("/openapi/v1.json", PathKind.Api)]
    [InlineData("/apis", PathKind.Page)]
    [InlineData("/exports/oban/1", PathKind.Export)]
    [InlineData("/_blazor/negotiate", PathKind.Circuit)]
    [InlineData("/healthz/live", PathKind.Health)]
    [InlineData("/js/app.js", PathKind.Asset)]
    [InlineData("/", PathKind.Page)]
    [InlineData("", PathKind.Page)]
    [InlineData("/runs/api", PathKind.Page)]
    public void A_path_is_what_its_first_part_says(string path, object kind) => Assert.Equal(kind, OwnPaths.KindOf(path));
}
