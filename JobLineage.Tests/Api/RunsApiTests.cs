using System.Net;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Api;

/// <summary>The list of runs as programs read it, and what of a query is refused.</summary>
[Takes(12)]
public sealed class RunsApiTests
{
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
    [InlineData("q=state:discarded%20args.source_id:13%20from:2h", "state:discarded args.source_id:13 from:2h")]
    [InlineData("q=args.source_id:13%20%22a%20b%22&from=-2h", "args.source_id:13 \"a b\"")]
    [InlineData("q=error:boom&from=2026-03-14T12:00Z", "error:boom")]
    [InlineData("q=state:discarded%20eu", "state:discarded eu")]
    [InlineData("q=2026-03-14T12:00:00Z", "\"2026-03-14T12:00:00Z\"")]
    public async Task A_filter_of_jobs_finds_runs(string parameters, string filter)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Page = dashboard.Store.Page with { IsTimeUp = true, PassedOver = 3 };

        var page = await dashboard.GetAsync($"/api/v1/runs?{parameters}");

        Assert.Equal(filter, dashboard.Store.LastQuery!.Filter.ToString());
        Assert.Equal((true, 3), (page.GetProperty("isTimeUp").GetBoolean(), page.GetProperty("passedOver").GetInt32()));
    }

    [Theory]
    [InlineData("q=args.source_id:13", "'q': args.source_id: is looked for in every job of the runs that are searched, so it takes how far back: add from:, as in from:2h. (at character 1)")]
    [InlineData("q=eu%20error:boom&to=2026-03-14T12:00Z", "'q': error: is looked for in every job of the runs that are searched, so it takes how far back: add from:, as in from:2h. (at character 4)")]
    [InlineData("q=sate:discarded", "'q': 'sate:' is no word of a filter; did you mean state:? A text with a colon is found in quotes. (at character 1)")]
    public async Task A_filter_that_cannot_be_used_is_refused_with_its_place(string parameters, string said)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync($"/api/v1/runs?{parameters}", HttpStatusCode.BadRequest);

        Assert.Equal(said, problem.GetProperty("errors").GetProperty("q")[0].GetString());
        Assert.Null(dashboard.Store.LastQuery);
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
}
