using System.Net;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Api;

public sealed class PipelineApiTests
{
    [Theory]
    [InlineData("App.SyncJob", "App.SyncJob")]
    [InlineData("App.Sync/All.Jobs", "App.Sync/All.Jobs")]
    [InlineData("App.Sync%2FAll.Jobs", "App.Sync/All.Jobs")]
    [InlineData("%C3%9Cn%C3%AFcode%20%3C", "Ünïcode <")]
    [InlineData("?worker=a%2F..%2F%252F", "a/../%2F")]
    [InlineData("", "")]
    public async Task A_pipeline_is_found_by_the_whole_name_of_its_worker(string path, string worker)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Pipeline = SomePipelines.Of(worker, SomePipelines.Run(0, failed: 2), SomePipelines.Run(1) with { DroppedAt = SomePipelines.Noon });

        var answer = await dashboard.GetAsync($"/api/v1/pipelines/oban/{path}{(path.Contains('?') ? '&' : '?')}days=400&sort=failures&page=3.5.6");

        Assert.Equal(new() { Source = "oban", Worker = worker, Days = 400, Sort = PipelineSort.Failures, After = new(PipelineSort.Failures, 5, 6) }, dashboard.Store.LastPipeline);
        Assert.Equal(worker, answer.GetProperty("worker").GetString());
        Assert.Equal(["r0", "r1"], answer.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("root").GetString()));
        Assert.Equal(["r1", "r0"], answer.GetProperty("charted").EnumerateArray().Select(r => r.GetProperty("root").GetString()));
        Assert.Equal(("failed", 480.0), (answer.GetProperty("runs")[0].GetProperty("state").GetString(), answer.GetProperty("runs")[0].GetProperty("seconds").GetDouble()));
        Assert.Equal(480.0, answer.GetProperty("usual").GetProperty("seconds").GetDouble());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("stages")[1].GetProperty("points")[1].ValueKind);
    }

    [Theory]
    [InlineData("days=0", "'days' must be")]
    [InlineData("sort=worst", "'sort' must be one of newest, longest, jobs, failures")]
    [InlineData("page=1.2.3", "'page' must be")]
    [InlineData("range=7", "'range' is not a parameter")]
    public async Task What_can_not_be_used_is_said(string query, string sentence)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var answer = await dashboard.Browser.GetAsync("/api/v1/pipelines/oban/App.SyncJob?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_pipeline_that_never_was_is_404_and_a_dropped_run_410_with_its_summary()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Browser.GetAsync("/api/v1/pipelines/oban/App.Never")).StatusCode);
        dashboard.Store.Dropped = SomePipelines.Dropped("a b/c");

        var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/a%20b%2Fc");

        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Contains("was dropped from history on ", problem.GetProperty("detail").GetString());
        Assert.Equal("a b/c", problem.GetProperty("summary").GetProperty("run").GetProperty("root").GetString());
        Assert.Equal(97, problem.GetProperty("summary").GetProperty("stages")[0].GetProperty("counts").GetProperty("completed").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Browser.GetAsync("/api/v1/runs/oban/never")).StatusCode);
    }
}
