using Bunit;
using Bunit.TestDoubles;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>The list of runs: what it shows, and what its address holds.</summary>
public sealed class RunListPageTests : PageContext
{
    private const string Hostile = "<img src=x onerror=alert(1)> {0} %s \"'&";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Theory]
    [InlineData("./", "./")]
    [InlineData("./?source=oban&state=stuck&worker=App.SyncJob&q=a%20b%26c", null)]
    [InlineData("./?from=-24h&sort=jobs&order=asc", null)]
    [InlineData("./?from=2026-03-14T12%3A00Z&to=2026-03-14T13%3A30%3A05Z", null)]
    [InlineData("./?sort=duration&page=2.d.-5.7.99", null)]
    [InlineData("./?page=2", "./")]
    [InlineData("./?state=nonsense&sort=7&order=up&from=yesterday&to=-1h&page=0.d.1.1.0", "./?page=0.d.1.1.0")]
    [InlineData("./?page=2.d.1.1.0&sort=jobs", "./?sort=jobs")]
    [InlineData("./?q=%20%20", "./")]
    public void An_address_is_read_and_written_the_same(string address, string? written)
    {
        var parts = System.Web.HttpUtility.ParseQueryString(address.TrimStart('.', '/', '?'));

        var read = RunsAddress.Of(
            parts["source"], parts["worker"], parts["state"], parts["q"], parts["from"], parts["to"], parts["sort"], parts["order"], parts["page"]);

        Assert.Equal(written ?? address, read.ToString());
    }

    [Fact]
    public async Task The_address_is_what_the_store_is_asked_for_and_what_the_form_shows()
    {
        Reader.Page = Page(Run("1")) with { Pipelines = [new("oban", "App.SyncJob", 3), new("oban", "App.Other", 1)] };
        Reader.Sources = [new("oban", FeedState.Live, SomeRuns.Noon, null, 0, 0), new("mails", FeedState.Live, SomeRuns.Noon, null, 0, 0)];
        Nav.NavigateTo("./?source=oban&worker=App.SyncJob&state=failed&q=boom&from=-24h&sort=failures&order=asc");

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);
        Assert.Equal(
            new RunsQuery
            {
                Source = "oban",
                Worker = "App.SyncJob",
                State = RunState.Failed,
                Text = "boom",
                Last = TimeSpan.FromDays(1),
                Sort = RunSort.Failures,
                Ascending = true,
            },
            Reader.LastQuery);
        Assert.Equal("oban", page.Find("select[name=source] option[selected]").GetAttribute("value"));
        Assert.Equal("App.SyncJob", page.Find("input[name=worker]").GetAttribute("value"));
        Assert.Equal("SyncJob", page.Find("#pipeline-choice").GetAttribute("value"));
        Assert.Equal("-24h", page.Find("select[name=from] option[selected]").GetAttribute("value"));
        Assert.Equal("boom", page.Find("input[name=q]").GetAttribute("value"));
        Assert.Equal("ascending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));
        Assert.Contains("failed", page.Find("nav[aria-label=State] [aria-current=true]").TextContent);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task A_choice_goes_into_the_address_and_begins_at_the_beginning()
    {
        Reader.Page = Page(Run("1")) with { Pipelines = [new("oban", "App.SyncJob", 3)] };
        Nav.NavigateTo("./?page=0.d.1.1.0");
        var page = Render<RunListPage>();
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);

        var pipeline = page.FindComponent<MudBlazor.MudAutocomplete<string>>();
        Assert.Equal(["App.SyncJob"], await pipeline.Instance.SearchFunc!("sync", default)!);
        await pipeline.InvokeAsync(() => pipeline.Instance.ValueChanged.InvokeAsync("App.SyncJob"));
        Assert.EndsWith("/?worker=App.SyncJob", Nav.Uri);

        await page.Find("input[name=q]").ChangeAsync(Hostile);
        // The list goes on meanwhile, and is drawn once more.
        page.Render();
        await page.Find("form.filter").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(Hostile, Reader.LastQuery?.Text), Limit);
        Assert.Equal("App.SyncJob", Reader.LastQuery!.Worker);
        Assert.Empty(page.FindAll("img"));
        Assert.Contains(Hostile, page.Find(".chips").TextContent);
    }

    [Fact]
    public void Hostile_arguments_and_names_are_text_and_addresses_are_escaped()
    {
        Reader.Page = Page(Run("a/../<b>") with { Worker = "App.<b>Job", RootArgs = $$"""{"note":"{{Hostile.Replace("\"", "\\\"")}}"}""" })
            with
        { Pipelines = [new("oban", Hostile, 3)] };

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run]")), Limit);
        Assert.Empty(page.FindAll("img, b"));
        Assert.Contains("onerror", page.Find("code.args").TextContent);
        Assert.DoesNotContain("../", page.Find("[data-run] a").GetAttribute("href"));
    }

    [Fact]
    public void A_run_shows_what_is_wrong_with_it_and_the_last_runs_of_its_pipeline()
    {
        var trend = new PipelineTrend([
            new("7", TimeSpan.FromMinutes(4), 10, 0), new("9", null, 10, 0), new("8", TimeSpan.FromMinutes(2), 10, 3)]);
        Reader.Page = Page(Run("1") with { Counts = new(Completed: 50, Discarded: 1_234, Available: 2), Findings = new(Stuck: 2, Failing: 1), Trend = trend });

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);
        Assert.Equal(["2 stuck", "1,234 failing"], page.FindAll(".finding").Select(finding => finding.GetAttribute("title")));
        var line = page.Find(".trend");
        Assert.Equal("The last 3 runs that ended: 1 failed; the last took 2 min 00 s, the longest 4 min 00 s", line.GetAttribute("aria-label"));
        Assert.Equal(["runs/oban/7", "runs/oban/9", "runs/oban/8"], line.QuerySelectorAll("a").Select(run => run.GetAttribute("href")));
        Assert.Equal("Run 8, took 2 min: 3 of 10 jobs failed", line.QuerySelector("a.bad")!.GetAttribute("title"));
        // Two known times are too few to say what is usual.
        Assert.Empty(page.FindAll(".usual"));
        Assert.Equal("1,234 of 1,286 jobs failed", page.Find(".why").TextContent);
    }

    [Fact]
    public void A_run_says_why_it_is_where_it_is_and_what_is_usual()
    {
        var trend = new PipelineTrend([new("<7>", TimeSpan.FromMinutes(4), 10, 0), new("9", TimeSpan.FromMinutes(6), 10, 0), new("8", TimeSpan.FromMinutes(2), 10, 3)]);
        Reader.Page = Page(Run("1") with { State = RunState.Stuck, Findings = new(Stuck: 1, Failing: 1), Reason = "scraper_detail stopped 2 min ago", Trend = trend });

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal("scraper_detail stopped 2 min ago", page.Find("[data-run='1'] .why").TextContent), Limit);
        Assert.Equal("usual 4 min", page.Find(".usual").TextContent);
        Assert.Equal("Run <7>, took 4 min: 10 jobs", page.Find(".trend a").GetAttribute("title"));
    }

    [Fact]
    public void The_first_run_of_a_pipeline_has_nothing_to_be_compared_with()
    {
        Reader.Page = Page(Run("1") with { Trend = new([]) });

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);
        Assert.Empty(page.FindAll(".trend, .usual"));
    }

    [Fact]
    public void Three_incidents_stand_above_the_list_and_chips_count_conditions_apart()
    {
        Reader.Page = Page(Run("1"));
        Incident Stopped(int queue) => new($"queue:oban:q{queue}", "oban", FindingKind.Stuck, $"q{queue} stopped")
        {
            Since = SomeRuns.Noon.AddMinutes(-4),
            Waiting = 64,
            Failed = 1_111,
            Advice = "Resume it, or start a node.",
            Runs = [new("1", "App.SyncJob", "stuck:1", "SyncJob/Page", 900), new("2", "App.SyncJob", "stuck:1", "SyncJob/Page", 275)],
        };
        Reader.Incidents = new(SomeRuns.Noon, [.. Enumerable.Range(1, 5).Select(Stopped)]) { Running = 9, Stuck = 3, Failing = 2 };

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll(".cards [data-incident]").Count), Limit);
        Assert.Equal("queue:oban:q1", page.Find("[data-incident]").GetAttribute("data-incident"));
        Assert.EndsWith("64 waiting · 1,111 failures since · 2 runs", page.Find(".facts").TextContent);
        Assert.Equal(["runs/oban/1?stage=SyncJob%2FPage", "runs/oban/2?stage=SyncJob%2FPage"], page.FindAll("[data-incident] .runs a").Take(2).Select(a => a.GetAttribute("href")));
        Assert.Equal("2 more incidents", page.Find(".incidents summary").TextContent);
        Assert.Equal(["All", "running 9", "stuck 3", "failing 2", "failed", "finished"], page.FindAll("nav[aria-label=State] a").Select(a => a.TextContent.Trim()));
        Assert.Equal(new IncidentsQuery(), Reader.LastIncidents);
    }

    [Theory]
    [InlineData("./?state=failed", 10_000L, true, null, false, "At least 10,000 runs match.")]
    [InlineData("./", 1_000_000L, false, null, false, "1,000,000 runs.")]
    [InlineData("./?state=stuck", 0L, false, null, false, "No run matches.")]
    [InlineData("./?q=x", null, false, 10_000L, true, "1 run found so far. Looked into 10,000 runs")]
    [InlineData("./?q=x", 1L, false, 120L, false, "1 run matches. Looked into 120 runs")]
    public void How_many_there_are_is_said_as_far_as_it_is_known(string address, long? total, bool isAtLeast, long? examined, bool stopped, string said)
    {
        Reader.Page = (total == 0 ? Page() : Page(Run("1"))) with
        {
            Total = total,
            IsAtLeast = isAtLeast,
            Examined = examined,
            Stopped = stopped,
            Next = stopped ? new(RunSort.Activity, false, 1, 1, 0) : null,
        };
        Nav.NavigateTo(address);

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.StartsWith(said, page.Find(".head [role=status]").TextContent), Limit);
        Assert.Equal(stopped ? 1 : 0, page.FindAll("a[rel=next]").Count);
        if (stopped)
            Assert.Equal("Look further →", page.Find("a[rel=next]").TextContent);
    }

    [Fact]
    public async Task A_filter_of_jobs_that_lacks_a_time_is_said_with_what_to_write_and_nothing_is_listed()
    {
        Reader.Page = Page(Run("1"));
        Nav.NavigateTo("./?state=failed&q=args.source_id%3A13");

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Contains("add from:, as in from:2h. (at character 1)", page.Find("[data-filter-problem]").TextContent), Limit);
        Assert.Empty(page.FindAll("[data-run]"));
        // Nothing is asked, so nothing is fresh, and nothing is on its way.
        Assert.Empty(page.FindAll(".freshness"));
        Assert.Null(Reader.LastQuery);
        Assert.Equal("args.source_id:13", page.Find("input[name=q]").GetAttribute("value"));
        Assert.Equal("./?state=failed&q=args.source_id%3A13%20from%3A2h", page.Find("[data-filter-problem] a").GetAttribute("href"));

        // A time that is chosen does as well.
        await page.Find("select[name=from]").ChangeAsync("-24h");
        Assert.EndsWith("/?state=failed&q=args.source_id%3A13&from=-24h", Nav.Uri);
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);
        Assert.Equal(("args.source_id:13", TimeSpan.FromDays(1)), (Reader.LastQuery!.Filter.ToString(), Reader.LastQuery.Last));
        Assert.Empty(page.FindAll("[data-filter-problem]"));
        Assert.NotNull(page.Find(".freshness"));
        // Back to what can't be read: what was listed is not its answer.
        Nav.NavigateTo("./?q=sate%3Adiscarded");
        page.WaitForAssertion(() => Assert.Contains("did you mean state:?", page.Find("[data-filter-problem]").TextContent), Limit);
        Assert.Empty(page.FindAll("[data-run]"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task A_run_that_a_filter_of_jobs_finds_opens_with_these_jobs_and_its_words_are_offered()
    {
        Reader.Page = Page(Run("1") with { RootArgs = """{"source_id":13}""" }) with { Examined = 7, Stopped = true, IsTimeUp = true, PassedOver = 2, Total = null, Next = new(RunSort.Activity, false, 1, 1, 0) };
        Nav.NavigateTo("./?q=eu%20state%3Adiscarded%20args.source_id%3A13%20from%3A2h");

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.EndsWith("runs/oban/1?tab=jobs&state=discarded&q=args.source_id%3A13", page.Find("[data-run='1'] a").GetAttribute("href")), Limit);
        Assert.Equal(
            "1 run found so far. Looked into 7 runs, for a job that meets the filter: ids and run keys exactly, workers, steps, errors and the root's arguments for the text. "
                + "That took 5 s, which is all that a page may take. 2 runs had too many jobs to look at all of them, and are left out.",
            page.Find(".head [role=status]").TextContent);
        await page.Find(".filter-ask").ChangeAsync("2:fr");
        Assert.Equal("from:", page.Find("[role=option]").GetAttribute("data-insert"));
        await page.Find(".filter-ask").ChangeAsync("2:so");
        Assert.Equal("args.source_id:", page.Find("[role=option]").GetAttribute("data-insert"));
        Assert.Equal(JobFilterWords.Of(JobFilterScope.AllRuns).Count + 1, page.FindAll("#filter-words dt").Count);
    }

    [Theory]
    [InlineData(true, 0, "No run found so far", "No run found so far. Looked into 7 runs, for a job that meets the filter.")]
    [InlineData(true, 1, "No run found so far", "No run found so far. Looked into 7 runs, for a job that meets the filter. 1 run had too many jobs to look at all of them, and is left out.")]
    [InlineData(false, 2, "No run found among those looked at", "No run found among those looked at. Looked into 7 runs, for a job that meets the filter. 2 runs had too many jobs to look at all of them, and are left out.")]
    public void Where_not_all_runs_could_be_looked_at_none_is_said_to_match_in_all(bool stopped, int passedOver, string heading, string said)
    {
        Reader.Page = Page() with { Examined = 7, Stopped = stopped, PassedOver = passedOver, Total = null, Next = stopped ? new(RunSort.Activity, false, 1, 1, 0) : null };
        Nav.NavigateTo("./?q=state%3Adiscarded%20from%3A2h");

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal(heading, page.Find(".empty h2").TextContent), Limit);
        Assert.Equal(said, page.Find(".head [role=status]").TextContent);
        // The same where some were found.
        Assert.StartsWith(
            passedOver == 0 || stopped ? "1 run found so far." : "1 run found among those looked at.",
            RunsWords.Found(Reader.Page with { Runs = [Run("1")] }, new() { Text = "state:discarded from:2h" }));
    }

    [Fact]
    public void A_filter_is_read_once_for_an_address_and_anew_for_another()
    {
        var address = new RunsAddress { Text = "args.n:13" };
        var same = new RunsAddress { Text = "args.n:13" };

        Assert.Same(address.Reading, address.Reading);
        Assert.Same(address.Reading.Filter, address.Query.Filter);
        Assert.Equal(same, address);
        Assert.NotNull(address.Reading.Problem);
        Assert.Null((address with { Last = TimeSpan.FromHours(2) }).Reading.Problem);
        Assert.Equal("state:discarded", (address with { Text = "state:discarded" }).Reading.Filter.ToString());
    }

    [Fact]
    public void A_text_that_is_found_in_no_run_leads_to_the_job_of_that_id()
    {
        Reader.Page = Page() with { Examined = 5 };
        Nav.NavigateTo("./?q=mail%2F7");

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal("admin/job-lineage/mail/7", page.Find(".empty a[href^=admin]").GetAttribute("href")), Limit);
    }

    private static RunSummary Run(string root) => new()
    {
        Source = "oban",
        RootId = root,
        Worker = "App.SyncJob",
        Version = 1,
        Counts = new(Completed: 1),
        Stages = 1,
        State = RunState.Finished,
        StartedAt = SomeRuns.Noon,
        LastActivityAt = SomeRuns.Noon.AddMinutes(1),
    };

    private static RunsPage Page(params RunSummary[] runs) => new(runs, [], runs.Length, SomeRuns.Noon);
}
