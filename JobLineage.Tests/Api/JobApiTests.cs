using System.Net;
using System.Text.Json;
using JobLineage.Tests.Hosting;

namespace JobLineage.Tests.Api;

/// <summary>A job as programs read it.</summary>
public sealed class JobApiTests
{
    [Fact]
    public async Task A_job_has_the_row_of_its_source_when_it_is_asked_for()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Job = Some.JobView() with { Siblings = new(new(Retryable: 1, Completed: 2), false, "9", null) };

        var plain = await dashboard.GetAsync("/api/v1/jobs/oban/11");
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("native").ValueKind);
        Assert.Equal((3, "9"), (plain.GetProperty("siblings").GetProperty("total").GetInt64(), plain.GetProperty("siblings").GetProperty("previous").GetString()));
        var native = (await dashboard.GetAsync("/api/v1/jobs/oban/11?native=true")).GetProperty("native");
        Assert.Equal("gone", native.GetProperty("state").GetString());
        await dashboard.ProblemAsync("/api/v1/jobs/oban/11?native=perhaps", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_job_has_its_ancestors_from_the_root_down_and_its_children_by_stage()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Job = Some.JobView();

        var view = await dashboard.GetAsync("/api/v1/jobs/oban/11");

        Assert.Equal("10", view.GetProperty("root").GetString());
        Assert.Equal("SyncJob/PageJob", view.GetProperty("stage").GetString());
        var job = view.GetProperty("job");
        Assert.Equal("retryable", job.GetProperty("state").GetString());
        Assert.Equal(1, job.GetProperty("args").GetProperty("page").GetInt32());
        Assert.Equal("{\"cut\":", job.GetProperty("meta").GetString());
        Assert.Equal("boom", job.GetProperty("errors")[0].GetProperty("message").GetString());
        Assert.Equal("SyncJob/PageJob", job.GetProperty("stage").GetString());
        var parent = view.GetProperty("ancestors")[0];
        Assert.True(parent.GetProperty("isMissing").GetBoolean());
        Assert.Equal(JsonValueKind.Null, parent.GetProperty("state").ValueKind);
        var children = view.GetProperty("children")[0];
        Assert.Equal(2, children.GetProperty("total").GetInt64());
        Assert.Equal(("20", "SyncJob/PageJob/DetailJob"), (children.GetProperty("sample")[0].GetProperty("id").GetString(), children.GetProperty("sample")[0].GetProperty("stage").GetString()));
    }

    [Fact]
    public async Task Arguments_are_one_line_and_escaped_however_a_queue_wrote_them()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var view = Some.JobView();
        dashboard.Store.Job = view with { Job = view.Job with { Args = "{\n  \"name\": \"<b>ż</b>\",\r\n  \"page\": 1.0\n}", Worker = "App.<ż>" } };

        var answer = await dashboard.Browser.GetStringAsync("/api/v1/jobs/oban/11");

        Assert.Contains("""args":{"name":"\u003Cb\u003E\u017C\u003C/b\u003E","page":1.0}""", answer);
        Assert.DoesNotContain(answer, c => c is '\n' or '\r' or '<' or 'ż');
    }
}
