using System.Net;
using JobLineage.Dashboard.Api;
using JobLineage.Dashboard.Security;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Hosting;

/// <summary>HEAD is answered as GET is, without the body.</summary>
public sealed class HeadTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/runs/oban/10")]
    [InlineData("/jobs/oban/11")]
    [InlineData("/compare/oban/10...11")]
    [InlineData("/infer/oban/10")]
    [InlineData("/pipelines/oban/App.SyncJob")]
    [InlineData("/digests")]
    [InlineData("/digests/1/message")]
    [InlineData("/sources")]
    [InlineData("/admin/job-lineage/11")]
    [InlineData("/no-such-page")]
    [InlineData("/login")]
    [InlineData("/logout")]
    [InlineData("/js/theme.js")]
    [InlineData("/favicon.svg")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/runs")]
    [InlineData("/api/v1/runs?state=nonsense")]
    [InlineData("/api/v1/runs/oban/10")]
    [InlineData("/api/v1/runs/oban/999")]
    [InlineData("/api/v1/runs/oban/10/jobs")]
    [InlineData("/api/v1/runs/oban/10/errors")]
    [InlineData("/api/v1/runs/oban/10/timeline")]
    [InlineData("/api/v1/runs/oban/1/export")]
    [InlineData("/api/v1/runs/oban/1/export?format=csv")]
    [InlineData("/exports/oban/1?format=csv")]
    [InlineData("/api/v1/digests")]
    [InlineData("/api/v1/mutes")]
    [InlineData("/api/v1/schemas/run-export.schema.json")]
    [InlineData("/api/v1/no-such-thing")]
    public async Task Status_and_kind_are_those_of_GET(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var get = await dashboard.Browser.GetAsync(path);
        var head = await dashboard.SendAsync(HttpMethod.Head, path);

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType?.ToString(), head.Content.Headers.ContentType?.ToString());
        Assert.Equal(get.Headers.Location, head.Headers.Location);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        // The connection can be used again: nothing that belongs to a body has been sent.
        Assert.Equal(get.StatusCode, (await dashboard.SendAsync(HttpMethod.Head, path)).StatusCode);
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
