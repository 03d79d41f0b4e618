using System.Net;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;

namespace JobLineage.Tests.Api;

/// <summary>A run as programs read it.</summary>
public sealed class RunApiTests
{
    [Fact]
    public async Task A_run_has_the_stages_of_stats_and_its_state_version_time_and_findings()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var run = await dashboard.GetAsync("/api/v1/runs/oban/10");

        Assert.Equal("oban", run.GetProperty("source").GetString());
        Assert.Equal("10", run.GetProperty("root").GetString());
        Assert.Equal("stuck", run.GetProperty("state").GetString());
        Assert.Equal(42, run.GetProperty("version").GetInt64());
        Assert.Equal(Some.Noon, run.GetProperty("asOf").GetDateTimeOffset());
        Assert.Equal(9, run.GetProperty("rootArgs").GetProperty("source_id").GetInt32());
        var stage = run.GetProperty("stages")[1];
        Assert.Equal(["path", "worker", "depth", "total", "counts"], stage.EnumerateObject().Select(p => p.Name).Take(5));
        Assert.Equal("""{"available":3}""", stage.GetProperty("counts").GetRawText());
        Assert.Equal("SyncJob/PageJob", stage.GetProperty("path").GetString());
        Assert.Equal("App.PageJob", stage.GetProperty("worker").GetString());
        Assert.Equal(2, stage.GetProperty("depth").GetInt32());
        Assert.Equal(3, stage.GetProperty("total").GetInt64());
        Assert.Equal("""[{"from":"SyncJob","to":"SyncJob/PageJob","jobs":3}]""", run.GetProperty("edges").GetRawText());
        Assert.Equal(("[]", 0, false), (run.GetProperty("links").GetRawText(), run.GetProperty("linksOmitted").GetInt32(), run.GetProperty("linksTruncated").GetBoolean()));
        Assert.Equal(
            """
            [{"kind":"stuck","stage":"SyncJob/PageJob","alsoStages":null,"reason":"Nothing has moved for 20 minutes.","evidence":{"available":3,"since":"2026-03-01T11:40:00Z"},"jobs":["11","12"],"id":"stuck:SyncJob/PageJob","headline":"Nothing has moved for 20 minutes","sentence":"","advice":null,"cause":null,"affected":0,"began":null}]
            """,
            run.GetProperty("findings").GetRawText());
    }

    [Fact]
    public async Task An_answer_is_bounded_whatever_a_queue_calls_its_workers_and_says_what_is_left_out()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var tree = new StageTree();
        var stage = tree.Root("App.Level0");
        for (var level = 1; level < 3_000; level++)
            stage = tree.Child(stage, $"App.Level{level}");
        var paths = tree.Paths(tree.Names());
        dashboard.Store.Run = Some.Run() with
        {
            Stages = [.. paths.Select((path, n) => Some.Run().Stages[0] with { Path = path, ParentPath = n == 0 ? null : paths[n - 1], Name = $"Level{n}", Depth = n + 1 })],
            Edges = [.. Enumerable.Range(1, 2_999).Select(n => new StageEdge(paths[n - 1], paths[n], 1))],
        };

        var text = await dashboard.Browser.GetStringAsync("/api/v1/runs/oban/10");

        Assert.InRange(text.Length, 1, 4_000_000);
        var run = JsonDocument.Parse(text).RootElement;
        Assert.Equal((2_000, 1_000), (run.GetProperty("stages").GetArrayLength(), run.GetProperty("stagesOmitted").GetInt32()));
        Assert.Equal((2_999, 0), (run.GetProperty("edges").GetArrayLength(), run.GetProperty("edgesOmitted").GetInt32()));
    }

    [Fact]
    public async Task Links_between_stages_are_in_the_answer_and_what_was_not_counted_is_said()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Run = Some.Run() with { Links = [new("SyncJob", "SyncJob/PageJob", 7)], LinksAreCut = true };

        var run = await dashboard.GetAsync("/api/v1/runs/oban/10");

        Assert.Equal("""[{"from":"SyncJob","to":"SyncJob/PageJob","jobs":7}]""", run.GetProperty("links").GetRawText());
        Assert.True(run.GetProperty("linksTruncated").GetBoolean());
        var described = (await dashboard.GetAsync("/openapi/v1.json")).GetProperty("components").GetProperty("schemas").GetProperty("RunAnswer").GetProperty("properties");
        Assert.Contains("further parents", described.GetProperty("links").GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_job_that_is_not_a_root_answers_with_its_run()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal("10", (await dashboard.GetAsync("/api/v1/runs/oban/11")).GetProperty("root").GetString());
    }

    [Fact]
    public async Task A_run_that_has_not_changed_is_not_sent_again()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var tag = (await dashboard.Browser.GetAsync("/api/v1/runs/oban/10")).Headers.ETag!.ToString();

        // Time alone does not make it another answer.
        dashboard.Store.Run = dashboard.Store.Run with { AsOf = Some.Noon.AddMinutes(1) };
        var same = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs/oban/10", ("If-None-Match", $"\"other\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Headers.ETag!.ToString());
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());

        dashboard.Store.Run = dashboard.Store.Run with { Version = 43 };
        var changed = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs/oban/10", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task A_finding_that_comes_with_time_alone_is_sent()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var tag = (await dashboard.Browser.GetAsync("/api/v1/runs/oban/10")).Headers.ETag!.ToString();

        dashboard.Store.Run = dashboard.Store.Run with { Findings = [] };
        var answer = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs/oban/10", ("If-None-Match", tag));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
