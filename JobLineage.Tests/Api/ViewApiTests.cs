using System.Net;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Api;

/// <summary>The views of a run for programs.</summary>
public class ViewApiTests
{
    [Fact]
    public async Task Jobs_are_asked_for_by_filter_order_and_place()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var next = new JobsCursor(JobSort.Newest, 0, SomeRuns.Noon.UtcDateTime, "9");
        dashboard.Views.Jobs = query => new(
            [SomeViews.Job("7", JobState.Discarded) with { Error = "boom", Fingerprint = 17 }], null, next, 10_000, 500_000, true, false);

        var page = await dashboard.GetAsync($"/api/v1/runs/oban/10/jobs?stage=SyncJob%2FPageJob&state=discarded&queue=q&error=17&q=eu&below=3&sort=newest&page={next}&pageSize=50");

        Assert.Equal(
            new JobsQuery
            {
                Source = "oban",
                RootId = "10",
                Filter = new() { Stage = "SyncJob/PageJob", States = [JobState.Discarded], Queue = "q", Error = 17, Texts = ["eu"], Below = "3" },
                Sort = JobSort.Newest,
                After = next,
                Size = 50,
            },
            dashboard.Views.Queries.Single());
        Assert.Equal(next.ToString(), page.GetProperty("next").GetString());
        Assert.Equal(JsonValueKind.Null, page.GetProperty("total").ValueKind);
        Assert.Equal((10_000, 500_000), (page.GetProperty("examined").GetInt64(), page.GetProperty("outOf").GetInt64()));
        var job = page.GetProperty("jobs")[0];
        Assert.Equal(("7", "discarded", 17, 5.0), (job.GetProperty("id").GetString(), job.GetProperty("state").GetString(), job.GetProperty("errorId").GetInt32(), job.GetProperty("waitedSeconds").GetDouble()));
        Assert.Equal(7, job.GetProperty("args").GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_typed_filter_and_parameters_are_one_filter_at_every_address()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        const string query = "state=discarded&q=worker%3APageJob+args.source_id%3A13+error%3A%22not+ready%22+older%3A5m+eu";
        await dashboard.GetAsync($"/api/v1/runs/oban/10/jobs?{query}");
        await dashboard.GetAsync($"/api/v1/runs/oban/10/export?{query}");

        const string printed = "state:discarded worker:PageJob args.source_id:13 error:\"not ready\" older:5m eu";
        Assert.Equal(printed, dashboard.Views.Queries.Single().Filter.ToString());
        Assert.Equal(printed, dashboard.Exports.Asked.Single().Filter.ToString());
        foreach (var (wrong, said) in new[]
        {
            ("q=sate%3Adiscarded", "'q': 'sate:' is no word of a filter; did you mean state:? A text with a colon is found in quotes. (at character 1)"),
            ("q=a%00", "'q': There is a character that no database can hold: a NUL, or half of a pair. (at character 2)"),
            ("q=" + new string('x', JobFilter.LongestText + 1), "'q': A filter may have 16,000 characters at most; this has 16,001."),
            ("state=completed&q=eu+state%3Adiscarded", "'q': 'state:' is said twice, \"completed\" and \"discarded\", and no job meets both; write several states behind one state:, with commas between them."),
        })
        {
            foreach (var place in new[] { "jobs", "export", "sql" })
            {
                var problem = await dashboard.ProblemAsync($"/api/v1/runs/oban/10/{place}?{wrong}", HttpStatusCode.BadRequest);
                Assert.Equal(said, problem.GetProperty("errors").GetProperty("q")[0].GetString());
            }
        }
    }

    [Fact]
    public async Task A_filter_is_as_long_in_an_address_as_anywhere()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var ids = Enumerable.Range(0, JobFilter.MostIds).Select(n => new Guid(n, 0, 0, new byte[8]).ToString()).ToList();
        var query = $"q=id%3A{string.Join("%2C", ids)}";
        await dashboard.GetAsync($"/api/v1/runs/oban/10/jobs?{query}");
        await dashboard.GetAsync($"/api/v1/runs/oban/10/export?{query}");

        Assert.Equal(ids, dashboard.Views.Queries.Single().Filter.Ids);
        Assert.Equal(ids, dashboard.Exports.Asked.Single().Filter.Ids);
        // A page that was reached by typing can be loaded again, whatever its letters.
        using var page = await dashboard.Browser.GetAsync($"/runs/oban/10?tab=jobs&q={string.Concat(Enumerable.Repeat("%E5%90%8D", JobFilter.LongestText))}");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task All_parameters_that_cannot_be_used_are_told_at_once()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync("/api/v1/runs/oban/10/jobs?state=broken&sort=up&error=x&page=abc&pageSize=1000&q=%00&colour=red", HttpStatusCode.BadRequest);

        Assert.Equal(
            ["colour", "error", "page", "pageSize", "q", "sort", "state"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Fact]
    public async Task A_place_in_another_order_is_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync($"/api/v1/runs/oban/10/jobs?page={new JobsCursor(JobSort.Newest, 0, null, "9")}", HttpStatusCode.BadRequest);

        Assert.Contains("same order", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Errors_failures_timeline_and_stage_have_their_answers()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Views.Errors = new([new(17, "boom", 5, 1, SomeRuns.Noon, SomeRuns.Noon, "7", [new("SyncJob", 6)])], 1, 6, [new("SyncJob", 5)]);
        dashboard.Views.Groups = new("", [new(SomeViews.Job("9"), 4)], 1, 4, 4, 4);
        dashboard.Views.Timeline = new(
            SomeRuns.Noon, SomeRuns.Noon, SomeRuns.Noon, [new("SyncJob", new(Completed: 1), SomeRuns.Noon, null, null)],
            new(SomeRuns.Noon, SomeRuns.Noon, [1, 0], [0, 0], 1, true), new([SomeViews.Job("9")], 0, true));

        var errors = await dashboard.GetAsync("/api/v1/runs/oban/10/errors");
        var failures = await dashboard.GetAsync("/api/v1/runs/oban/10/failures?by=SyncJob%2FPageJob");
        var timeline = await dashboard.GetAsync("/api/v1/runs/oban/10/timeline");
        var stage = await dashboard.GetAsync("/api/v1/runs/oban/10/stage?path=SyncJob%2FPageJob");

        Assert.Equal(("boom", 5), (errors.GetProperty("errors")[0].GetProperty("fingerprint").GetString(), errors.GetProperty("errors")[0].GetProperty("discarded").GetInt64()));
        Assert.Equal("9", failures.GetProperty("groups")[0].GetProperty("ancestor").GetProperty("id").GetString());
        Assert.Equal("""{"completed":1}""", timeline.GetProperty("stages")[0].GetProperty("counts").GetRawText());
        Assert.Equal("9", timeline.GetProperty("path")[0].GetProperty("id").GetString());
        Assert.Equal(50, stage.GetProperty("waiting").GetProperty("p95Seconds").GetDouble());
    }

    [Theory]
    [InlineData("jobs?stage=No", "The run of job '10' has no stage 'No'.")]
    [InlineData("failures?by=No", "The run of job '10' has no stage 'No'.")]
    [InlineData("timeline", "Source 'oban' has no run with job '10', or it is older than what is kept.")]
    public async Task What_does_not_exist_is_a_problem_with_a_sentence(string path, string detail)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Views.Jobs = _ => null;

        var problem = await dashboard.ProblemAsync("/api/v1/runs/oban/10/" + path, HttpStatusCode.NotFound);

        Assert.Equal(detail, problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("failures")]
    [InlineData("stage?path=")]
    public async Task A_stage_must_be_named(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        await dashboard.ProblemAsync("/api/v1/runs/oban/10/" + path, HttpStatusCode.BadRequest);
    }
}
