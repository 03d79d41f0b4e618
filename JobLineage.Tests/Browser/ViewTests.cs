using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>Views, addresses and keys.</summary>
[Collection(LookingCollection.Name)]
public sealed class ViewTests(Chromium chromium, SharedDashboard shared)
{
    private const string Showtime = "SyncJob/MoviePageJob/ShowtimeProcessJob";

    [Fact]
    public async Task A_choice_goes_into_the_address_and_the_address_restores_it()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60");
        await Expect(tab.Page.Locator("job-graph")).ToBeVisibleAsync();

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Tree" }).ClickAsync();
        await Expect(tab.Page.Locator(".tree table")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("job-graph")).ToHaveCountAsync(0);
        await tab.Stage(Showtime).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("ShowtimeProcessJob");
        Assert.Equal(1, tab.Documents);

        await using var other = await OpenAsync();
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.Locator(".tree table")).ToBeVisibleAsync();
        await Expect(other.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("ShowtimeProcessJob");
        await other.Page.GetByRole(AriaRole.Link, new() { Name = "Graph" }).ClickAsync();
        await Expect(other.Page.Locator("job-graph .node-selected")).ToHaveAttributeAsync("data-stage", Showtime);
        await other.Page.GoBackAsync();
        await Expect(other.Page.Locator(".tree table")).ToBeVisibleAsync();
        await other.Page.GetByRole(AriaRole.Link, new() { Name = "Close" }).ClickAsync();
        await Expect(other.Page.Locator("[data-panel=stage]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_stage_is_chosen_with_a_click_in_the_graph()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60");

        await tab.Stage(Showtime).ClickAsync();

        await Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("498 jobs");
        await Expect(tab.Stage(Showtime)).ToHaveAttributeAsync("aria-current", "true");
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task A_link_with_any_jobs_id_lands_on_its_run_focused_on_it()
    {
        await using var tab = await OpenAsync();
        // A job of the third level.
        var id = await shared.Dashboard.Source.ScalarAsync<long>("select min(id) from oban_jobs where worker like '%GeocodeJob' and meta->>'parent_job_id' is not null");

        await tab.GoAsync($"/admin/job-lineage/{id}");

        await Expect(tab.Page.Locator("[data-page=run]")).ToHaveAttributeAsync("data-root", "60");
        await Expect(tab.Page.Locator("[data-panel=job]")).ToHaveAttributeAsync("data-job", $"{id}");
        await Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("GeocodeJob");
        Assert.Equal($"/runs/oban/60?job={id}", new Uri(tab.Page.Url).PathAndQuery);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task What_is_stuck_stands_above_the_list_and_in_the_title()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/");

        await Expect(tab.Page.Locator("[data-incident='queue:oban:scraper_detail']")).ToContainTextAsync("scraper_detail stopped");
        await tab.Page.Locator(".incidents .runs a[href^='runs/oban/60']").First.ClickAsync();

        await Expect(tab.Page).ToHaveTitleAsync("⧗ KinoKrakow SyncJob 60 · Job Lineage");
        await Expect(tab.Page.Locator("[data-finding=stuck]").First).ToContainTextAsync("waiting");
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task The_list_is_worked_with_keys_alone()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/");
        var (keys, rows) = (tab.Page.Keyboard, tab.Page.Locator("[data-row]"));
        await Expect(rows.First).ToBeVisibleAsync();

        await keys.PressAsync("j");
        await Expect(rows.Nth(0)).ToBeFocusedAsync();
        await keys.PressAsync("j");
        await Expect(rows.Nth(1)).ToBeFocusedAsync();
        await keys.PressAsync("k");
        await Expect(rows.Nth(0)).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-page=run]")).ToBeVisibleAsync();

        await keys.PressAsync("/");
        await Expect(tab.Page.Locator("#search")).ToBeFocusedAsync();
        await keys.TypeAsync("60");
        await keys.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/runs/oban/60?job=60");
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task The_run_is_worked_with_keys_alone()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60");
        var keys = tab.Page.Keyboard;

        await keys.PressAsync("t");
        await Expect(tab.Page.Locator(".tree table")).ToBeVisibleAsync();
        await keys.PressAsync("j");
        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("MoviePageJob");
        await keys.PressAsync("g");
        await Expect(tab.Page.Locator("job-graph .node-selected")).ToHaveAttributeAsync("data-stage", "SyncJob/MoviePageJob");
        await tab.Stage("SyncJob").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(tab.Stage("SyncJob/MoviePageJob")).ToBeFocusedAsync();
        await keys.PressAsync("?");
        await Expect(tab.Page.Locator("#keys")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(tab.Page.Locator("#keys")).ToBeHiddenAsync();
        Assert.Equal(1, tab.Documents);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?state=failed")]
    [InlineData("/runs/oban/60")]
    [InlineData("/runs/oban/60?tab=tree&stage=SyncJob%2FMoviePageJob")]
    [InlineData("/runs/oban/60?tab=jobs&state=discarded&sel=100")]
    [InlineData("/runs/oban/60?tab=errors")]
    [InlineData("/runs/oban/60?tab=timeline&stage=SyncJob%2FMoviePageJob%2FShowtimeProcessJob")]
    [InlineData("/jobs/oban/60")]
    [InlineData("/sources")]
    [InlineData("/admin/job-lineage/60")]
    public async Task Nothing_is_wider_than_a_phone_and_the_console_is_silent(string path)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);

        Assert.Equal(200, (await tab.GoAsync(path)).Status);
        await Expect(tab.Page.Locator("[data-page]")).ToBeVisibleAsync();

        Assert.True(await tab.OverflowAsync() <= 0, $"the page is {await tab.OverflowAsync()} px too wide");
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("/no/such/page", "There is no such page")]
    [InlineData("/runs/oban/999999", "No run of job 999999")]
    [InlineData("/jobs/oban/999999", "No job 999999")]
    [InlineData("/jobs/elsewhere/60", "No job 60")]
    [InlineData("/admin/job-lineage/999999", "No job 999999")]
    public async Task What_is_not_there_is_a_sentence_and_404(string path, string sentence)
    {
        await using var tab = await OpenAsync();

        Assert.Equal(404, (await tab.GoAsync(path)).Status);

        await Expect(tab.Page.Locator("h1")).ToHaveTextAsync(sentence);
        // The browser itself complains of the document's status, and of nothing else.
        Assert.All(tab.Complaints, complaint => Assert.Contains(path, complaint));
    }

    private Task<Tab> OpenAsync() => chromium.OpenAsync(shared.Dashboard.Address);
}
