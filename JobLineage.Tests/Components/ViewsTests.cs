using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>The views of a run, over a store in memory.</summary>
public sealed class ViewsTests : PageContext
{
    private const string Hostile = "<img src=x onerror=alert(1)> {0}";

    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_filters_of_the_address_are_the_query_and_stand_in_the_form()
    {
        var page = Open("tab=jobs&stage=SyncJob%2FMoviePageJob&state=discarded&queue=scraper&error=17&q=eu&below=5&sort=newest&sel=7&sel=8");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-view=jobs] tr[data-job='7']")), Limit);
        var query = Views.Queries[0];
        Assert.Equal(
            ("SyncJob/MoviePageJob", JobState.Discarded, "scraper", 17, "eu", "5", JobSort.Newest),
            (query.Filter.Stage!, query.Filter.States.Single(), query.Filter.Queue!, query.Filter.Error!.Value, query.Filter.Texts.Single(), query.Filter.Below!, query.Sort));
        Assert.Equal(
            ["SyncJob/MoviePageJob", "discarded", "scraper", "Newest"],
            page.FindAll(".filter select").Select(select => select.QuerySelector("option[selected]")!.GetAttribute("value")));
        Assert.Equal("state:discarded stage:SyncJob/MoviePageJob queue:scraper below:5 error:#17 eu", page.Find(".filter input").GetAttribute("value"));
        Assert.Contains("2 selected", page.Markup);
        Assert.Equal("true", page.Find("tr[data-job='7'] [role=checkbox]").GetAttribute("aria-checked"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task A_choice_in_the_form_goes_into_the_address_and_begins_the_list_anew()
    {
        var page = Open($"tab=jobs&queue=scraper&page={new JobsCursor(JobSort.Errors, 3, null, "7")}");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-job]")), Limit);
        Assert.Equal("7", Views.Queries[0].After!.Id);

        await page.FindAll(".filter select")[1].ChangeAsync("discarded");

        Assert.EndsWith("runs/oban/1?tab=jobs&state=discarded&queue=scraper", Nav.Uri);
        page.WaitForAssertion(() => Assert.Equal([JobState.Discarded], Views.Queries[^1].Filter.States), Limit);
    }

    [Fact]
    public async Task Rows_change_where_they_stand_and_newer_ones_wait_to_be_asked_for()
    {
        Views.Jobs = _ => Page(SomeViews.Job("1", JobState.Executing), SomeViews.Job("2"));
        var page = Open("tab=jobs&sort=newest");
        page.WaitForAssertion(() => Assert.Equal(["1", "2"], Rows(page)), Limit);

        Views.Jobs = _ => Page(SomeViews.Job("4"), SomeViews.Job("3"), SomeViews.Job("1"));
        Views.Job = id => id == "2" ? SomeViews.Job("2", JobState.Discarded) : null;
        Reader.Put(SomeRuns.Run(version: 2));
        Signal.Raise(new RunKey("oban", "1"));

        page.WaitForAssertion(() => Assert.Contains("2 newer: refresh", page.Markup), Limit);
        Assert.Equal(["1", "2"], Rows(page));
        Assert.Contains("completed", page.Find("tr[data-job='1'] .c-state").TextContent);
        // It is no longer among the first, and was read by itself.
        page.WaitForAssertion(() => Assert.Contains("discarded", page.Find("tr[data-job='2'] .c-state").TextContent), Limit);
        await page.FindAll("button").First(button => button.TextContent.Contains("newer")).ClickAsync();
        Assert.Equal(["4", "3", "1"], Rows(page));
    }

    [Fact]
    public void What_was_only_looked_for_in_part_says_so_and_leads_further()
    {
        Views.Jobs = _ => new([SomeViews.Job("1")], null, new(JobSort.Errors, 0, null, "1"), 10_000, 500_000, true, false);

        var page = Open("tab=jobs&q=nothing");

        page.WaitForAssertion(() => Assert.Contains("Found by looking at 10,000 jobs of 500,000", page.Find(".found").TextContent), Limit);
        Assert.Contains("page=0.0.n.MQ", page.Find("a[rel=next]").GetAttribute("href"));
    }

    [Fact]
    public void How_many_descendants_were_followed_is_said_where_there_are_more()
    {
        Views.Jobs = _ => new([SomeViews.Job("7")], 1, null, null, null, false, true);
        Views.Below = new([new("SyncJob/MoviePageJob", 3)], true);

        var page = Open("tab=jobs&below=5");
        var below = Render<FailedBelowView>(p => p.Add(x => x.View, Some.JobView()));

        page.WaitForAssertion(() => Assert.Contains("Only its first 10,000 descendants were followed", page.Find(".found").TextContent), Limit);
        below.WaitForAssertion(() => Assert.Contains("Among its first 10,000 descendants; there are more.", below.Markup), Limit);
    }

    [Fact]
    public async Task The_panel_has_20_jobs_and_then_50_more()
    {
        Views.Jobs = query => query.After?.Id switch
        {
            "20" => new(SomeViews.Jobs(21, query.Size), 200, new(JobSort.Errors, 0, null, "70"), null, null, false, false),
            _ => new(SomeViews.Jobs(71, 10), 200, null, null, null, false, false),
        };
        var page = Open("stage=SyncJob%2FMoviePageJob");
        page.WaitForAssertion(() => Assert.Equal(20, page.FindAll("[data-sample]").Count), Limit);
        Assert.Contains("Of the last attempts of all 100 finished jobs", page.Find("[data-basis]").TextContent);
        Assert.Equal("jobs/oban/1", page.Find("[data-sample] a").GetAttribute("href"));

        await page.Find("[data-more]").ClickAsync();

        page.WaitForAssertion(() => Assert.Equal(70, page.FindAll("[data-sample]").Count), Limit);
        await page.Find("[data-more]").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(80, page.FindAll("[data-sample]").Count), Limit);
        Assert.Empty(page.FindAll("[data-more]"));
    }

    [Fact]
    public async Task Of_a_long_list_no_more_jobs_are_read_again_than_may_be_asked_for_at_once()
    {
        Views.Jobs = _ => new(SomeViews.Jobs(21, 600), 620, null, null, null, false, false);
        var page = Open("stage=SyncJob%2FMoviePageJob");
        page.WaitForAssertion(() => Assert.Equal(20, page.FindAll("[data-sample]").Count), Limit);
        await page.Find("[data-more]").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(620, page.FindAll("[data-sample]").Count), Limit);

        Reader.Put(SomeRuns.Run(version: 2));
        Signal.Raise(new RunKey("oban", "1"));

        // The first 20 are on the page that is read anyway.
        page.WaitForAssertion(() => Assert.Equal(Enumerable.Range(21, IRunViews.MostIds).Select(id => $"{id}"), Views.Asked.Single()), Limit);
    }

    [Fact]
    public void The_panel_says_what_its_figures_are_from()
    {
        Views.Stage = SomeViews.Evidence("SyncJob/MoviePageJob") with
        {
            Sampled = 5_000,
            Finished = 400_000,
            PerMinute = [20, 20, 20, 20, 20],
            Forecast = new(TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(18), 8, 35, 52, 10),
            Contrast = new(500, 400, [new("region", "eu", 0.94, 0.11), new("tmdb_id", null, 0.5, 0)]),
        };

        var page = Open("stage=SyncJob%2FMoviePageJob");

        page.WaitForAssertion(() => Assert.Contains("Of the newest 5,000 of 400,000 finished jobs", page.Find("[data-basis]").TextContent), Limit);
        Assert.Contains("20 finished a minute over the last 5 minutes. The remaining 8 jobs take 12 min to 18 min at 35 to 52 a minute, as in the last 10 minutes", page.Find("[data-pace]").TextContent);
        Assert.Equal("94 % of failures have region=eu; 11 % of the others", page.Find("[data-contrast=region]").TextContent.Trim());
        Assert.Equal("50 % of failures have no tmdb_id; 0 % of the others", page.Find("[data-contrast=tmdb_id]").TextContent.Trim());
        Assert.Contains("the newest 500 failed and 400 succeeded jobs", page.Markup);
    }

    [Fact]
    public void Errors_lead_to_their_jobs_and_failures_to_their_ancestors()
    {
        Views.Errors = new(
            [new(17, $"boom {Hostile}", 5, 1, SomeRuns.Noon, SomeRuns.Noon, "a/b", [new("SyncJob/MoviePageJob", 6)])], 300, 900,
            [new("SyncJob", 5), new("SyncJob/MoviePageJob", 4)]);
        Views.Groups = new("", [new(SomeViews.Job("9"), 4)], 70, 90, 400_000, 10_000);

        var page = Open("tab=errors");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-ancestor='9']")), Limit);
        Assert.Contains(Hostile, page.Find("[data-error='17']").TextContent);
        Assert.Empty(page.FindAll("img"));
        Assert.Equal("runs/oban/1?tab=jobs&error=17", page.Find("[data-error='17'] .c-error a").GetAttribute("href"));
        Assert.Equal("jobs/oban/a/b", page.Find("[data-error='17'] .c-sample a").GetAttribute("href"));
        Assert.Contains("The first 1 are shown", page.Markup);
        Assert.Equal("SyncJob/MoviePageJob", page.Find(".levels a[aria-current]").GetAttribute("title"));
        var said = page.Find("[data-view=ancestors] p").TextContent;
        Assert.Contains("the 1 with the most are shown", said);
        Assert.Contains("Only the newest 10,000 of 400,000 failures were followed", said);
        Assert.Equal("runs/oban/1?tab=jobs&state=discarded&below=9", page.Find("[data-ancestor='9'] .c-failed a").GetAttribute("href"));
    }

    [Fact]
    public void The_tree_folds_by_its_address()
    {
        var page = Open("tab=tree&fold=SyncJob%2FMoviePageJob");

        page.WaitForAssertion(() => Assert.Equal(["SyncJob", "SyncJob/MoviePageJob"], page.FindAll("[data-stage]").Select(row => row.GetAttribute("data-stage"))), Limit);
        var fold = page.Find("[data-stage='SyncJob/MoviePageJob'] .fold");
        Assert.Equal(("false", "runs/oban/1?tab=tree"), (fold.GetAttribute("aria-expanded"), fold.GetAttribute("href")));
        Assert.Contains("2 stages folded away", page.Markup);
    }

    [Fact]
    public async Task The_tree_is_copied_as_the_terminal_writes_it()
    {
        var copy = JSInterop.Setup<bool>("jobLineageCopy", _ => true).SetResult(true);
        var page = Open("tab=tree&fold=SyncJob");
        page.WaitForAssertion(() => Assert.NotNull(page.Find(".tree table")), Limit);

        await page.FindAll("button").First(button => button.TextContent.Contains("Copy as text")).ClickAsync();

        Assert.Equal(JobLineage.Core.Export.TextTree.OfStages(SomeRuns.Run()), copy.Invocations.Single().Arguments[0]);
        Assert.Equal("Copied", Assert.Single(Services.GetRequiredService<MudBlazor.ISnackbar>().ShownSnackbars).Message);
    }

    [Fact]
    public void The_timeline_draws_stages_and_the_way_to_the_last_finish()
    {
        Views.Timeline = new(
            SomeRuns.Noon.AddMinutes(10), SomeRuns.Noon, SomeRuns.Noon.AddMinutes(10),
            [new("SyncJob", new(Completed: 1), SomeRuns.Noon, SomeRuns.Noon.AddMinutes(1), SomeRuns.Noon.AddMinutes(2)), new("SyncJob/MoviePageJob", new(Available: 8), SomeRuns.Noon.AddMinutes(5), null, null)],
            new(SomeRuns.Noon, SomeRuns.Noon.AddMinutes(10), [0, 5, 0], [], 20_000, false),
            new([SomeViews.Job("1"), SomeViews.Job("9")], 260, true));

        var page = Open("tab=timeline");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-step='9']")), Limit);
        Assert.Equal("left:0%;width:10%", page.Find("[data-span=SyncJob] .wait").GetAttribute("style"));
        Assert.Equal("left:10%;width:10%", page.Find("[data-span=SyncJob] .run").GetAttribute("style"));
        Assert.Equal("left:50%;width:50%", page.Find("[data-span='SyncJob/MoviePageJob'] .wait").GetAttribute("style"));
        Assert.Contains("260 jobs between, left out", page.Markup);
        Assert.Contains("too many jobs wait to be drawn", page.Markup);
        Assert.Contains("the newest 20,000", page.Markup);
    }

    [Fact]
    public void A_store_that_does_not_answer_is_a_sentence_in_the_view()
    {
        Views.Failure = new TimeoutException();

        var page = Open("tab=errors");

        page.WaitForAssertion(() => Assert.Contains("does not answer", page.Find("[data-view=errors] [role=alert]").TextContent), Limit);
    }

    [Theory]
    [InlineData("tab=nonsense&state=x&error=-1&sort=9&page=%00")]
    [InlineData("tab=jobs&state=x&error=99999999999&sort=none&page=abc&queue=%00&below=%00&stage=%00")]
    public void What_an_address_cannot_mean_is_left_out(string query)
    {
        var page = Open(query);

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-stage], [data-job]")), Limit);
        Assert.All(Views.Queries, asked => Assert.Equal(new JobsQuery { Source = "oban", RootId = "1" }, asked));
    }

    [Fact]
    public void Many_viewers_of_one_view_are_one_reading()
    {
        var pages = Enumerable.Range(0, 10).Select(_ => Open("tab=jobs")).ToList();

        Assert.All(pages, page => page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-job]")), Limit));
        Assert.Single(Views.Queries);
        // Each of the run, of the sources, of what is usual, of the run over time, and of the view.
        Assert.Equal(50, Hub.Viewers);
        Assert.Equal(4, Hub.Readings);
    }

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    private IRenderedComponent<RunPage> Open(string query)
    {
        if (Reader.Runs.IsEmpty)
            Reader.Put(SomeRuns.Run());
        Nav.NavigateTo("runs/oban/1?" + query);
        return Render<RunPage>(p => p.Add(x => x.Source, "oban").Add(x => x.RootId, "1"));
    }

    private static JobsPage Page(params JobLine[] jobs) => new(jobs, jobs.Length, null, null, null, false, false);

    private static IEnumerable<string?> Rows(IRenderedComponent<RunPage> page) => page.FindAll("tr[data-job]").Select(row => row.GetAttribute("data-job"));
}
