using System.Net;
using JobLineage.Dashboard.Api;
using JobLineage.Dashboard.Security;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Hosting;

/// <summary>HEAD is answered as GET is, without the body.</summary>
public sealed class HeadTests
{
    private static readonly string[] Paths =
    [
        "/",
        "/runs/oban/10",
        "/jobs/oban/11",
        "/compare/oban/10...11",
        "/infer/oban/10",
        "/pipelines/oban/App.SyncJob",
        "/digests",
        "/digests/1/message",
        "/sources",
        "/admin/job-lineage/11",
        "/no-such-page",
        "/login",
        "/logout",
        "/js/theme.js",
        "/favicon.svg",
        "/healthz/live",
        "/healthz/ready",
        "/openapi/v1.json",
        "/api/v1/sources",
        "/api/v1/runs",
        "/api/v1/runs?state=nonsense",
        "/api/v1/runs/oban/10",
        "/api/v1/runs/oban/999",
        "/api/v1/runs/oban/10/jobs",
        "/api/v1/runs/oban/10/errors",
        "/api/v1/runs/oban/10/timeline",
        "/api/v1/runs/oban/1/export",
        "/api/v1/runs/oban/1/export?format=csv",
        "/exports/oban/1?format=csv",
        "/api/v1/digests",
        "/api/v1/mutes",
        "/api/v1/schemas/run-export.schema.json",
        "/api/v1/no-such-thing",
    ];

    [Fact]
    public async Task Status_and_kind_are_those_of_GET()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        foreach (var path in Paths)
        {
            var get = await dashboard.Browser.GetAsync(path);
            var head = await dashboard.SendAsync(HttpMethod.Head, path);

            Assert.Equal((path, get.StatusCode), (path, head.StatusCode));
            Assert.Equal((path, get.Content.Headers.ContentType?.ToString()), (path, head.Content.Headers.ContentType?.ToString()));
            Assert.Equal(get.Headers.Location, head.Headers.Location);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            // The connection can be used again: nothing that belongs to a body has been sent.
            Assert.Equal((path, get.StatusCode), (path, (await dashboard.SendAsync(HttpMethod.Head, path)).StatusCode));
        }
    }

    [Fact]
    public async Task A_stream_of_events_is_described_and_not_begun()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var head = await dashboard.SendAsync(HttpMethod.Head, "/api/v1/runs/oban/10/events");

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("text/event-stream", head.Content.Headers.ContentType!.MediaType);
        Assert.Equal(0, dashboard.Services.GetRequiredService<EventPlaces>().Taken);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.SendAsync(HttpMethod.Head, "/api/v1/runs/oban/999/events")).StatusCode);
    }

    [Fact]
    public async Task Closed_pages_and_the_API_are_closed_to_HEAD_as_well()
    {
        await using var dashboard = await TestDashboard.StartAsync((AccessRules.PasswordKey, TestDashboard.Password));

        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.SendAsync(HttpMethod.Head, "/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.SendAsync(HttpMethod.Head, "/api/v1/runs")).StatusCode);
    }
}
