using JobLineage.Tests.Hosting;

namespace JobLineage.Tests.Api;

/// <summary>What holds of the whole API.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task The_sources_are_listed_with_their_state()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var source = (await dashboard.GetAsync("/api/v1/sources")).GetProperty("sources")[0];

        Assert.Equal("oban", source.GetProperty("name").GetString());
        Assert.Equal("live", source.GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_description_names_every_path()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var paths = (await dashboard.GetAsync("/openapi/v1.json")).GetProperty("paths");

        Assert.Equal(
            [
                "/api/v1/compare/{source}/{pair}", "/api/v1/digests", "/api/v1/digests/{id}", "/api/v1/digests/{id}/failures",
                "/api/v1/infer/{source}/{id}", "/api/v1/jobs/{source}/{id}", "/api/v1/mutes", "/api/v1/pipelines/{source}/{worker}",
                "/api/v1/queues/{source}",
                "/api/v1/runs", "/api/v1/runs/{source}/{rootId}", "/api/v1/runs/{source}/{rootId}/errors",
                "/api/v1/runs/{source}/{rootId}/events", "/api/v1/runs/{source}/{rootId}/export", "/api/v1/runs/{source}/{rootId}/failures",
                "/api/v1/runs/{source}/{rootId}/jobs", "/api/v1/runs/{source}/{rootId}/sql", "/api/v1/runs/{source}/{rootId}/stage",
                "/api/v1/runs/{source}/{rootId}/timeline", "/api/v1/schemas/run-export.schema.json", "/api/v1/sources",
            ],
            paths.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answers_are_compressed_for_those_who_ask()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs/oban/10", ("Accept-Encoding", "br"));

        Assert.Equal(["br"], answer.Content.Headers.ContentEncoding);
        Assert.Equal("private, no-cache", string.Join(", ", answer.Headers.CacheControl!.ToString().Split(", ").Order().Reverse()));
    }
}
