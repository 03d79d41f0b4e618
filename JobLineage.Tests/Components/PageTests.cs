using Bunit;
using Bunit.TestDoubles;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class PageTests : PageContext
{
    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task The_run_page_carries_its_version_and_follows_the_hub()
    {
        Reader.Put(SomeRuns.Run(version: 7));
        var page = RunPage("1");
        page.WaitForAssertion(() => Assert.Equal("7", page.Find("[data-version]").GetAttribute("data-version")));

        Reader.Put(SomeRuns.Run(version: 8));
        Signal.Raise(new JobLineage.Core.Runs.RunKey("oban", "1"));

        page.WaitForAssertion(() => Assert.Equal("8", page.Find("[data-version]").GetAttribute("data-version")), Limit);
        await AssertNothingLeaksAsync();
    }

    [Theory]
    [InlineData("runs/oban/1?stage=SyncJob")]
    [InlineData("runs/oban/1?tab=tree&stage=SyncJob")]
    public void Each_stage_is_on_the_page_once_whatever_the_view(string address)
    {
        Reader.Put(SomeRuns.Run() with { Findings = [new(FindingKind.Failing, "SyncJob", "It failed.", new Dictionary<string, object?>(), ["7"])] });
        Nav.NavigateTo(address);

        var page = RunPage("1");

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("[data-stage]").Count), Limit);
        Assert.Equal(4, page.FindAll("[data-stage]").Select(stage => stage.GetAttribute("data-stage")).Distinct().Count());
        Assert.Equal("100", page.Find("[data-stage='SyncJob/MoviePageJob'] [data-state=completed]").GetAttribute("data-count"));
        Assert.All(page.FindAll("[data-state]"), count => Assert.NotNull(count.Closest("[data-stage]")));
        Assert.Contains("It failed.", page.Find("[data-finding=failing]").TextContent);
        Assert.NotNull(page.Find("[data-panel=stage]"));
    }

    [Fact]
    public void A_run_that_merged_leads_to_its_new_address_and_stays_focused_on_the_job()
    {
        Reader.Runs[new("oban", "1")] = SomeRuns.Run(rootId: "100");

        var page = RunPage("1");

        page.WaitForAssertion(() => Assert.EndsWith("runs/oban/100?job=1", Nav.Uri), Limit);
    }

    [Fact]
    public void An_unknown_run_is_a_sentence()
    {
        var page = RunPage("999");

        page.WaitForAssertion(() => Assert.Equal("No run of job 999", page.Find("h1").TextContent), Limit);
    }

    [Fact]
    public void A_store_that_does_not_answer_is_a_sentence_beside_the_last_known_state()
    {
        Reader.Put(SomeRuns.Run());
        var page = RunPage("1");
        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("[data-stage]").Count), Limit);

        Reader.Failure = new TimeoutException();
        Signal.Raise();

        page.WaitForAssertion(() => Assert.Contains("does not answer", page.Find("[role=alert]").TextContent), Limit);
        Assert.Equal(4, page.FindAll("[data-stage]").Count);
        Assert.Contains("reconnecting", page.Find(".freshness").TextContent);
    }

    [Fact]
    public void Arguments_and_errors_are_shown_as_text()
    {
        const string hostile = "<img src=x onerror=alert(1)> {0} %s";
        var job = new Job
        {
            Source = "oban",
            Id = "7",
            Worker = "App.<b>Job</b>",
            State = JobState.Discarded,
            Args = $$"""{"a":"{{hostile}}"}""",
            Errors = [new(1, SomeRuns.Noon, hostile + "\n  stack")],
            IsGone = true,
        };
        Reader.Jobs[new("oban", "7")] = new(job, "1", "SyncJob", [], []);

        var page = Render<JobPage>(p => p.Add(x => x.Source, "oban").Add(x => x.Id, "7"));

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-job='7']")), Limit);
        Assert.Empty(page.FindAll("img, b"));
        Assert.Contains(hostile, page.Find("section > pre").TextContent);
        Assert.Contains(hostile, page.Find("summary").TextContent);
        Assert.Contains("no longer has this row", page.Markup);
    }

    [Fact]
    public async Task Without_sources_the_list_shows_what_to_configure()
    {
        Reader.Sources = [];

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal("No queue is watched yet", page.Find("h2").TextContent), Limit);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void A_list_without_runs_says_so_and_a_source_in_trouble_has_its_banner()
    {
        Reader.Sources = [new("oban", FeedState.Misconfigured, null, "the table is missing.", 0, 0), new("other", FeedState.Backfilling, null, null, 5, 10)];

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.Equal("No runs yet", page.Find(".empty h2").TextContent), Limit);
        page.WaitForAssertion(() => Assert.Contains("the table is missing.", page.Find("[data-source=oban]").TextContent), Limit);
        Assert.Equal("5", page.Find("[data-source=other] progress").GetAttribute("value"));
    }

    [Fact]
    public void The_list_shows_runs_with_their_state_in_words_and_singles_apart()
    {
        Reader.Page = new(
            [new() { Source = "oban", RootId = "1", Worker = "App.SyncJob", Version = 1, Counts = new(Completed: 50_000), Stages = 4, State = RunState.Finished, StartedAt = SomeRuns.Noon, LastActivityAt = SomeRuns.Noon.AddMinutes(2) }],
            [new("oban", "App.Mail", new(Completed: 3))], 1, SomeRuns.Noon);

        var page = Render<RunListPage>();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-run='1']")), Limit);
        var row = page.Find("[data-run='1']").TextContent;
        Assert.Contains("finished", row);
        Assert.Contains("50,000", row);
        Assert.Contains("2 min 00 s", row);
        Assert.Equal("runs/oban/1", page.Find("[data-run='1'] a").GetAttribute("href"));
        Assert.Contains("Mail", page.Find(".singles").TextContent);
    }

    [Theory]
    [InlineData("", "No job 7")]
    [InlineData("oban,research_jobs", "Job 7 is in 2 sources")]
    public void An_id_that_no_source_or_several_have_is_a_sentence_or_a_choice(string sources, string title)
    {
        Reader.SourcesOfJob = sources.Split(',', StringSplitOptions.RemoveEmptyEntries);

        var page = Render<LookupPage>(p => p.Add(x => x.JobId, "7"));

        page.WaitForAssertion(() => Assert.Equal(title, page.Find("h1").TextContent), Limit);
        Assert.Equal(Reader.SourcesOfJob.Count, page.FindAll(".choice a").Count);
        Assert.Equal(Reader.SourcesOfJob.Count > 1 ? 2 : 1, page.FindAll(".choice li").Count);
    }

    [Fact]
    public void An_id_that_one_source_has_leads_to_its_run()
    {
        Reader.SourcesOfJob = ["oban"];
        Reader.Runs[new("oban", "7")] = SomeRuns.Run(rootId: "1");

        var page = Render<LookupPage>(p => p.Add(x => x.JobId, "7"));

        page.WaitForAssertion(() => Assert.EndsWith("runs/oban/1?job=7", Nav.Uri), Limit);
    }

    [Fact]
    public void What_was_pasted_with_an_id_does_not_hide_it_and_what_is_not_there_says_where_it_was_looked_for()
    {
        Reader.JobSources["7"] = ["oban"];
        Reader.Runs[new("oban", "7")] = SomeRuns.Run(rootId: "1");
        var found = Render<LookupPage>(p => p.Add(x => x.JobId, "https://ops.internal/oban/jobs/7?x=1"));
        found.WaitForAssertion(() => Assert.EndsWith("runs/oban/1?job=7", Nav.Uri), Limit);

        var lost = Render<LookupPage>(p => p.Add(x => x.JobId, " \"<b>8\" "));
        lost.WaitForAssertion(() => Assert.StartsWith("No job", lost.Find("h1").TextContent), Limit);
        Assert.Empty(lost.FindAll("b"));
        Assert.Contains("oban", lost.Find(".choice").TextContent);
        Assert.Equal("./?q=b%3E8", lost.Find("a[data-row]").GetAttribute("href"));
    }

    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    private IRenderedComponent<RunPage> RunPage(string rootId) =>
        Render<RunPage>(p => p.Add(x => x.Source, "oban").Add(x => x.RootId, rootId));
}
