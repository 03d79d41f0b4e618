using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>A page is honest about its age, holds still when told to, and moves nothing under the pointer.</summary>
public sealed class FreshnessTests : PageContext
{
    private PageClock Clock => Services.GetRequiredService<PageClock>();

    [Fact]
    public void A_paused_page_says_how_old_its_picture_is()
    {
        var status = new SourceStatus("oban", FeedState.Live, SomeRuns.Noon.AddSeconds(70), null, 0, 0);

        var line = FreshnessLine.Of(status, SomeRuns.Noon, HubConnection.Connected, SomeRuns.Noon.AddSeconds(10), SomeRuns.Noon.AddSeconds(71));

        Assert.Equal(("as of 12:00:10 UTC · 1 min behind · paused", true), (line.Text, line.Ticks));
    }

    [Theory]
    [InlineData(FeedState.Live, "age unknown · live")]
    [InlineData(FeedState.Polling, "age unknown · polling")]
    public void A_source_whose_age_nobody_knows_is_not_called_fresh(FeedState state, string word)
    {
        var status = new SourceStatus("oban", state, null, "It can't be known.", 0, 0);
        Assert.Equal((word, "late"), (Line(null).Text, Line(null).Css));
        // Nor where the picture has a time of its own.
        Assert.Equal("late", Line(SomeRuns.Noon).Css);
        Assert.Equal("ok", FreshnessLine.Of(status with { AsOf = SomeRuns.Noon }, null, HubConnection.Connected, null, SomeRuns.Noon).Css);

        FreshnessLine Line(DateTimeOffset? asOf) => FreshnessLine.Of(status, asOf, HubConnection.Connected, null, SomeRuns.Noon);
    }

    [Fact]
    public async Task A_paused_page_holds_its_picture_and_shows_the_newest_when_it_goes_on()
    {
        Reader.Put(SomeRuns.Run(version: 7));
        var page = Render<RunPage>(p => p.Add(x => x.Source, "oban").Add(x => x.RootId, "1"));
        page.WaitForAssertion(() => Assert.Equal("7", Version(page)), Limit);

        await page.Find("[data-key=p]").ClickAsync(new());
        Reader.Put(SomeRuns.Run(version: 8));
        Signal.Raise(new RunKey("oban", "1"));
        page.WaitForAssertion(() => Assert.Contains("paused, newer waits", page.Find(".freshness").TextContent), Limit);

        Assert.Equal("7", Version(page));
        Assert.Equal("stopped", page.Find(".freshness").GetAttribute("data-clock"));
        await page.Find("[data-key=p]").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Equal("8", Version(page)), Limit);
        Assert.Null(page.Find(".freshness").GetAttribute("data-clock"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task Another_view_of_a_paused_page_is_paused_and_another_page_is_not()
    {
        var nav = Services.GetRequiredService<NavigationManager>();
        nav.NavigateTo("runs/oban/1");
        await Renderer.Dispatcher.InvokeAsync(Clock.Toggle);

        await Renderer.Dispatcher.InvokeAsync(() => nav.NavigateTo("runs/oban/1?tab=tree"));
        Assert.True(Clock.IsPaused);
        await Renderer.Dispatcher.InvokeAsync(() => nav.NavigateTo("runs/oban/2"));
        Assert.False(Clock.IsPaused);
    }

    [Theory]
    [InlineData(FeedState.Reconnecting, HubConnection.Connected, true)]
    [InlineData(FeedState.Stopped, HubConnection.Connected, true)]
    [InlineData(FeedState.Live, HubConnection.Disconnected, true)]
    [InlineData(FeedState.Live, HubConnection.Connected, false)]
    [InlineData(FeedState.Polling, HubConnection.Connected, false)]
    public void Clocks_stop_when_the_data_does(FeedState feed, HubConnection connection, bool stopped)
    {
        Clock.Follow(new("oban", feed, SomeRuns.Noon, null, 0, 0), connection);

        Assert.Equal(stopped, Clock.IsStopped);
        Assert.Equal(stopped, Clock.Now == SomeRuns.Noon);
        Clock.Follow(new("oban", FeedState.Live, SomeRuns.Noon, null, 0, 0), HubConnection.Connected);
        Assert.False(Clock.IsStopped);
    }

    [Fact]
    public void A_list_that_is_pointed_at_changes_figures_and_moves_no_row()
    {
        var list = new SteadyRuns();
        list.Take("all", Page(("1", 1), ("2", 1)), held: false);

        list.Take("all", Page(("3", 1), ("2", 5)), held: true);

        Assert.Equal(["1:1", "2:5"], Lines(list));
        Assert.Equal((1, true), (list.Waiting, list.IsLate));
        list.Take("all", Page(("3", 1), ("2", 6)), held: false);
        Assert.Equal(["3:1", "2:6"], Lines(list));
        Assert.Equal((0, false), (list.Waiting, list.IsLate));
    }

    [Fact]
    public void A_list_of_something_else_is_shown_although_it_is_pointed_at()
    {
        var list = new SteadyRuns();
        list.Take("all", Page(("1", 1)), held: false);

        list.Take("stuck", Page(("9", 1)), held: true);

        Assert.Equal(["9:1"], Lines(list));
    }

    [Fact]
    public async Task Rows_wait_for_the_pointer_to_leave_and_the_page_says_so()
    {
        Reader.Page = Page(("1", 1), ("2", 1));
        var page = Render<RunListPage>();
        page.WaitForAssertion(() => Assert.Equal(["1", "2"], Rows(page)), Limit);

        await page.Find(".steady").PointerEnterAsync(new PointerEventArgs());
        Reader.Page = Page(("3", 1), ("2", 9), ("1", 1));
        Signal.Raise();

        page.WaitForAssertion(() => Assert.Contains("9", page.Find("[data-run='2'] .c-jobs").TextContent), Limit);
        Assert.Equal(["1", "2"], Rows(page));
        Assert.Contains("1 newer", page.Find(".held").TextContent);
        await page.Find(".steady").PointerLeaveAsync(new PointerEventArgs());
        page.WaitForAssertion(() => Assert.Equal(["3", "2", "1"], Rows(page)), Limit);
        Assert.Empty(page.FindAll(".held"));
    }

    [Fact]
    public async Task A_pointer_that_left_while_the_list_was_empty_holds_nothing()
    {
        Reader.Page = Page(("1", 1));
        var page = Render<RunListPage>();
        page.WaitForAssertion(() => Assert.Equal(["1"], Rows(page)), Limit);
        await page.Find(".steady").PointerEnterAsync(new PointerEventArgs());

        Services.GetRequiredService<NavigationManager>().NavigateTo("./?q=nothing");
        Reader.Page = Page();
        Signal.Raise();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".steady")), Limit);
        Reader.Page = Page(("1", 1));
        Signal.Raise();
        page.WaitForAssertion(() => Assert.Equal(["1"], Rows(page)), Limit);

        Reader.Page = Page(("2", 1), ("1", 1));
        Signal.Raise();
        page.WaitForAssertion(() => Assert.Equal(["2", "1"], Rows(page)), Limit);
    }

    private static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    private static string? Version(IRenderedComponent<RunPage> page) => page.Find("[data-version]").GetAttribute("data-version");

    private static IEnumerable<string?> Rows(IRenderedComponent<RunListPage> page) => page.FindAll("[data-run]").Select(row => row.GetAttribute("data-run"));

    private static IEnumerable<string> Lines(SteadyRuns list) => list.Shown!.Runs.Select(run => $"{run.RootId}:{run.Counts.Total}");

    private static RunsPage Page(params (string Id, long Jobs)[] runs) => new(
        [.. runs.Select(run => new RunSummary
        {
            Source = "oban", RootId = run.Id, Worker = "App.SyncJob", Version = run.Jobs, Counts = new(Completed: run.Jobs), Stages = 1,
            State = RunState.Finished, StartedAt = SomeRuns.Noon, LastActivityAt = SomeRuns.Noon,
        })],
        [], runs.Length, SomeRuns.Noon);
}
