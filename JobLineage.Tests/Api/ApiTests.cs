using System.Net;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Api;

[Takes(40)]
public class ApiTests
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
        Assert.Equal(
            """
            [{"kind":"stuck","stage":"SyncJob/PageJob","reason":"Nothing has moved for 20 minutes.","evidence":{"available":3,"since":"2026-03-01T11:40:00+00:00"},"jobs":["11","12"]}]
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
    public async Task A_job_that_is_not_a_root_answers_with_its_run()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal("10", (await dashboard.GetAsync("/api/v1/runs/oban/11")).GetProperty("root").GetString());
    }

    [Fact]
    public async Task An_id_may_hold_a_slash()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal("10", (await dashboard.GetAsync("/api/v1/runs/oban/a%2Fb")).GetProperty("root").GetString());
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

    [Fact]
    public async Task The_runs_list_has_runs_singles_and_the_total()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var page = await dashboard.GetAsync(
            "/api/v1/runs?source=oban&state=Stuck&worker=SyncJob&q=+boom+&from=-24h&to=2026-03-14T12:00%2B02:00&sort=jobs&order=asc&page=3.a.-7.12.0&pageSize=10");

        Assert.Equal(
            new RunsQuery
            {
                Source = "oban",
                State = RunState.Stuck,
                Worker = "SyncJob",
                Text = "boom",
                Last = TimeSpan.FromDays(1),
                To = new(2026, 3, 14, 10, 0, 0, TimeSpan.Zero),
                Sort = RunSort.Jobs,
                Ascending = true,
                After = new(RunSort.Jobs, true, -7, 12, 0),
                PageSize = 10,
            },
            dashboard.Store.LastQuery);
        Assert.Equal(1, page.GetProperty("total").GetInt64());
        Assert.False(page.GetProperty("totalIsAtLeast").GetBoolean());
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        Assert.Equal("10", page.GetProperty("runs")[0].GetProperty("root").GetString());
        Assert.Equal("stuck", page.GetProperty("runs")[0].GetProperty("state").GetString());
        Assert.Equal(7, page.GetProperty("singles")[0].GetProperty("counts").GetProperty("completed").GetInt64());
    }

    [Fact]
    public async Task All_parameters_that_cannot_be_used_are_told_at_once()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync("/api/v1/runs?state=broken&page=0&pageSize=1e3&colour=red", HttpStatusCode.BadRequest);

        var errors = problem.GetProperty("errors");
        Assert.Equal(["colour", "page", "pageSize", "state"], errors.EnumerateObject().Select(e => e.Name).Order());
        Assert.Equal("'state' must be one of running, stuck, failing, failed, finished.", errors.GetProperty("state")[0].GetString());
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=-9h&to=-2h", "to")]
    [InlineData("from=2026-03-14T12:00Z&to=2026-03-14T12:00Z", "to")]
    [InlineData("from=-999999999d", "from")]
    [InlineData("sort=colour", "sort")]
    [InlineData("order=up", "order")]
    [InlineData("page=2", "page")]
    [InlineData("page=0.d.1.1.0&sort=jobs", "page")]
    [InlineData("page=0.d.1.1.0&order=asc", "page")]
    [InlineData("q=%00", "q")]
    public async Task A_time_an_order_or_a_place_that_is_none_is_told(string parameters, string wrong)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync($"/api/v1/runs?{parameters}", HttpStatusCode.BadRequest);

        Assert.Equal(wrong, problem.GetProperty("errors").EnumerateObject().Single().Name);
        Assert.Null(dashboard.Store.LastQuery);
    }

    [Theory]
    [InlineData("source", 0)]
    [InlineData("worker", 0)]
    [InlineData("worker", 1_001)]
    public async Task A_text_that_no_database_takes_and_one_that_is_no_name_are_refused(string name, int length)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync($"/api/v1/runs?{name}={(length == 0 ? "App%00Job" : new string('w', length))}", HttpStatusCode.BadRequest);

        Assert.Equal($"'{name}' must be a text of at most 1000 characters without NUL.", problem.GetProperty("errors").GetProperty(name)[0].GetString());
        Assert.Null(dashboard.Store.LastQuery);
    }

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
        var parent = view.GetProperty("ancestors")[0];
        Assert.True(parent.GetProperty("isMissing").GetBoolean());
        Assert.Equal(JsonValueKind.Null, parent.GetProperty("state").ValueKind);
        var children = view.GetProperty("children")[0];
        Assert.Equal(2, children.GetProperty("total").GetInt64());
        Assert.Equal("20", children.GetProperty("sample")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_sources_are_listed_with_their_state()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var source = (await dashboard.GetAsync("/api/v1/sources")).GetProperty("sources")[0];

        Assert.Equal("oban", source.GetProperty("name").GetString());
        Assert.Equal("live", source.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("/api/v1/runs/oban/999", "Source 'oban' has no run with job '999', or it is older than what is kept.")]
    [InlineData("/api/v1/jobs/oban/999", "Source 'oban' has no job '999', or it is older than what is kept.")]
    [InlineData("/api/v1/runs/oben/10", "There is no source 'oben'; there are oban.")]
    [InlineData("/api/v1/nothing", "There is nothing at this path.")]
    [InlineData("/api/v2/runs", "There is nothing at this path.")]
    public async Task What_does_not_exist_is_a_problem_with_a_sentence(string path, string detail)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync(path, HttpStatusCode.NotFound);

        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_know_is_a_problem()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.Browser.DeleteAsync("/api/v1/runs/oban/10");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/runs")]
    [InlineData("/api/v1/runs/oban/10")]
    [InlineData("/api/v1/jobs/oban/10")]
    public async Task A_store_that_does_not_answer_is_a_503_that_tells_nothing_of_it(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new NpgsqlException("Failed to connect to 10.1.2.3:5432");

        var answer = await dashboard.SendAsync(HttpMethod.Get, path, ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("10.1.2.3", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_mistake_of_ours_is_a_500_without_a_stack_trace()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new InvalidOperationException("secret inside");

        var problem = await dashboard.ProblemAsync("/api/v1/sources", HttpStatusCode.InternalServerError);

        Assert.DoesNotContain("secret", problem.GetRawText());
        Assert.DoesNotContain(" at ", problem.GetRawText());
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
