using Bunit;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Pipelines;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class PipelinePageTests : PageContext
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly PipelineQuery Query = new() { Source = "oban", Worker = "App.SyncJob" };

    [Fact]
    public async Task It_lists_and_draws_the_runs_and_a_new_one_appears()
    {
        Put(SomePipelines.Run(1), SomePipelines.Run(2));
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal(["r1", "r2"], Roots(page)), Limit);
        Assert.Equal(3, page.FindAll("figure.bars").Count);
        Assert.Equal(2, page.FindAll("figure.bars")[0].QuerySelectorAll("rect").Length);
        Assert.Equal("compare/oban/r2...r1", page.Find("tr[data-run=r1] .c-compare a").GetAttribute("href"));

        Put(SomePipelines.Run(0), SomePipelines.Run(1), SomePipelines.Run(2));
        Signal.Raise(new RunKey("oban", "r0"));
        page.WaitForAssertion(() => Assert.Equal(["r0", "r1", "r2"], Roots(page)), Limit);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task Nothing_moves_under_the_pointer()
    {
        Put(SomePipelines.Run(1));
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal(["r1"], Roots(page)), Limit);
        await page.Find("[data-page=pipeline]").PointerEnterAsync();

        Put(SomePipelines.Run(0), SomePipelines.Run(1));
        Signal.Raise(new RunKey("oban", "r0"));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".held")), Limit);
        Assert.Equal(["r1"], Roots(page));

        await page.Find("[data-page=pipeline]").PointerLeaveAsync();
        page.WaitForAssertion(() => Assert.Equal(["r0", "r1"], Roots(page)), Limit);
    }

    [Fact]
    public async Task A_pointer_that_left_while_nothing_was_there_holds_nothing()
    {
        Put(SomePipelines.Run(1));
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal(["r1"], Roots(page)), Limit);
        await page.Find("[data-page=pipeline]").PointerEnterAsync(new());

        Reader.Pipelines.Clear();
        Signal.Raise(new RunKey("oban", "r1"));
        page.WaitForAssertion(() => Assert.Empty(Roots(page)), Limit);
        Put(SomePipelines.Run(1));
        Signal.Raise(new RunKey("oban", "r1"));
        page.WaitForAssertion(() => Assert.Equal(["r1"], Roots(page)), Limit);

        Put(SomePipelines.Run(0), SomePipelines.Run(1));
        Signal.Raise(new RunKey("oban", "r0"));
        page.WaitForAssertion(() => Assert.Equal(["r0", "r1"], Roots(page)), Limit);
    }

    [Fact]
    public void What_is_new_and_what_differs_is_said()
    {
        var newest = SomePipelines.Run(0, failed: 7) with
        {
            LastActivityAt = SomePipelines.Noon.AddMinutes(20),
            NewStages = ["SyncJob"],
            LostStages = ["SyncJob/OldJob"],
            NewErrors = [new(9, "a <i>new</i> error", 7, 30)],
        };
        Put(newest, SomePipelines.Run(1) with { DroppedAt = SomePipelines.Noon });
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains("1 new error · 1 new stage · 1 stage gone", page.Find("tr[data-run=r0] .c-news").TextContent), Limit);
        Assert.Contains("usually 8 min 00 s · 2.5×", page.Find("dl.figures").TextContent);
        Assert.Contains("a <i>new</i> error", page.Find("li .error-line").TextContent);
        Assert.Contains("in none of the 30 runs before", page.Find("li").TextContent);
        Assert.Contains("new", page.Find("[data-stage='SyncJob'] .badge").TextContent);
        Assert.Contains("not in the newest", page.Find("[data-stage='SyncJob/OldJob'] .badge").TextContent);
        Assert.Single(page.FindAll("rect.dropped[height='96']"), rect => rect.QuerySelector("title")!.TextContent.StartsWith("100 ", StringComparison.Ordinal));
        Assert.Equal("summary", page.Find("tr[data-run=r1] .dropped").TextContent);
    }

    [Fact]
    public void The_address_holds_range_order_and_page_and_what_it_can_not_mean_is_left_out()
    {
        var after = new PipelineCursor(PipelineSort.Jobs, 17, 4);
        var query = Query with { Days = 7, Sort = PipelineSort.Jobs, After = after };
        Reader.Pipelines[query] = SomePipelines.Of("App.SyncJob", SomePipelines.Run(1));
        Reader.Pipelines[Query] = SomePipelines.Of("App.SyncJob", SomePipelines.Run(2));
        var nav = Services.GetRequiredService<NavigationManager>();
        var address = new PipelineAddress { Source = "oban", Worker = "App.SyncJob", Days = 7, Sort = PipelineSort.Jobs, Page = after };
        Assert.Equal("pipelines/oban/App.SyncJob?days=7&sort=jobs&page=2.17.4", address.ToString());

        nav.NavigateTo(address.ToString());
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal(["r1"], Roots(page)), Limit);
        Assert.Equal("descending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));
        Assert.Equal("pipelines/oban/App.SyncJob?sort=jobs", page.FindAll("nav[aria-label=Range] a")[0].GetAttribute("href"));

        nav.NavigateTo("pipelines/oban/App.SyncJob?days=8&sort=none&page=2.17.4");
        var other = Page();
        other.WaitForAssertion(() => Assert.Equal(["r2"], Roots(other)), Limit);
    }

    [Fact]
    public void A_pipeline_that_never_was_is_a_sentence()
    {
        var page = Page();
        page.WaitForAssertion(() => Assert.Equal("No pipeline App.SyncJob", page.Find("h1").TextContent), Limit);
    }

    [Fact]
    public async Task A_run_that_was_dropped_shows_its_summary_also_while_somebody_looks()
    {
        Reader.Put(SomeRuns.Run());
        var page = Render<RunPage>(p => p.Add(x => x.Source, "oban").Add(x => x.RootId, "1"));
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-page=run]")), Limit);

        Reader.Runs.Clear();
        Reader.Dropped[new("oban", "1")] = SomePipelines.Dropped("1");
        Signal.Raise(new RunKey("oban", "1"));

        page.WaitForAssertion(() => Assert.Equal("1", page.Find("[data-page=dropped-run]").GetAttribute("data-root")), Limit);
        Assert.Contains("dropped from history on ", page.Find(".note").TextContent);
        Assert.Equal("pipelines/oban/App.SyncJob", page.Find(".note a").GetAttribute("href"));
        Assert.Contains("<b>it broke</b>", page.Find(".errors").TextContent);
        await AssertNothingLeaksAsync();
    }

    [Theory]
    [InlineData("App.Sync/All.Jobs", "pipelines/oban/App.Sync/All.Jobs")]
    [InlineData("Ünïcode Job?#", "pipelines/oban/%C3%9Cn%C3%AFcode%20Job%3F%23")]
    [InlineData("..", "pipelines/oban/?worker=..")]
    [InlineData("a/../b", "pipelines/oban/?worker=a%2F..%2Fb")]
    [InlineData("a//b", "pipelines/oban/?worker=a%2F%2Fb")]
    [InlineData("100%2F", "pipelines/oban/?worker=100%252F")]
    [InlineData("", "pipelines/oban/")]
    public void A_workers_name_stays_in_its_place_of_the_address(string worker, string address)
    {
        Assert.Equal(address, Urls.Pipeline("oban", worker));
        var uri = new Uri(new Uri("http://host/base/"), address);
        Assert.StartsWith("/base/pipelines/oban/", uri.AbsolutePath);
    }

    [Fact]
    public void What_is_usual_is_said_only_beside_what_is_known()
    {
        Assert.Null(PipelineWords.Beside(5, null, v => $"{v}"));
        Assert.Equal("usually 4", PipelineWords.Beside(null, 4, v => $"{v}"));
        Assert.Equal("usually 4", PipelineWords.Beside(4.5, 4, v => $"{v}"));
        Assert.Equal("usually 0", PipelineWords.Beside(4.5, 0, v => $"{v}"));
        Assert.Equal("usually 4 · 0.5×", PipelineWords.Beside(2, 4, v => $"{v}"));
        Assert.Equal("usually 4 · 12×", PipelineWords.Beside(48, 4, v => $"{v}"));
    }

    [Fact]
    public void Bars_stand_side_by_side_and_what_is_more_than_nothing_is_seen()
    {
        var bars = Bars.Of([0, 1, null, 1_000_000], 1_000_000);
        Assert.Equal((0.0, 2.0, 96.0), (bars[0]!.Height, bars[1]!.Height, bars[3]!.Height));
        Assert.Null(bars[2]);
        Assert.True(bars[0]!.X + bars[0]!.Width < bars[1]!.X);
        // From one end of the axis to the other, however few there are.
        Assert.Equal((0.0, 1000.0), (bars[0]!.X, Math.Round(bars[3]!.X + bars[3]!.Width, 6)));
        Assert.Equal("", Bars.Path([]));
        Assert.Equal("", Bars.Path([null, 0]));
    }

    [Fact]
    public void A_median_is_not_moved_by_one_bad_night()
    {
        Assert.Equal(3.0, Medians.Of([3.0, 1_000, 2]));
        Assert.Equal(2.5, Medians.Of([3.0, 2]));
        Assert.Null(Medians.Of([(TimeSpan?)null]));
    }

    private void Put(params PipelineRun[] runs) => Reader.Pipelines[Query] = SomePipelines.Of("App.SyncJob", runs);

    private IRenderedComponent<PipelinePage> Page() => Render<PipelinePage>(p => p.Add(x => x.Source, "oban").Add(x => x.Worker, "App.SyncJob"));

    private static IEnumerable<string?> Roots(IRenderedComponent<PipelinePage> page) => page.FindAll("tr[data-run]").Select(row => row.GetAttribute("data-run"));
}
