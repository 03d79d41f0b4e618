using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>The views of a run in a browser.</summary>
[Collection(LookingCollection.Name)]
public sealed class RunViewsBrowserTests(Chromium chromium, SharedDashboard shared)
{
    private const string Showtime = "SyncJob%2FMoviePageJob%2FShowtimeProcessJob";

    [Theory]
    [InlineData("tab=jobs", "tr[data-job]")]
    [InlineData("tab=errors", "[data-error]")]
    [InlineData("tab=timeline", "[data-step]")]
    [InlineData("tab=tree", "[data-stage]")]
    [InlineData("stage=" + Showtime, "[data-sample]")]
    public async Task Each_view_is_in_the_first_html_of_its_address_and_then_lives(string query, string what)
    {
        Assert.Contains(what.Trim('[', ']').Replace("tr[", ""), await shared.Dashboard.Client.GetStringAsync("/runs/oban/60?" + query));
        await using var tab = await OpenAsync();

        await tab.GoAsync("/runs/oban/60?" + query);

        await Expect(tab.Page.Locator(what).First).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Views_are_reached_with_keys()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60");

        foreach (var (key, view) in new[] { ("b", "[data-view=jobs]"), ("e", "[data-view=errors]"), ("l", "[data-view=timeline]"), ("t", ".tree table"), ("g", "job-graph") })
        {
            await tab.Page.Keyboard.PressAsync(key);
            await Expect(tab.Page.Locator(view)).ToBeVisibleAsync();
        }

        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task Filters_go_into_the_address_and_the_address_restores_them()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60?tab=jobs");
        await Expect(tab.Page.Locator(".found")).ToHaveTextAsync("752 jobs.");

        await tab.Page.GetByLabel("State").SelectOptionAsync("discarded");
        await tab.Page.GetByLabel("Stage").SelectOptionAsync("SyncJob/MoviePageJob/ShowtimeProcessJob");
        await Expect(tab.Page.Locator(".found")).ToHaveTextAsync("294 jobs match.");
        await tab.Page.Locator("tr[data-job] [role=checkbox]").First.ClickAsync();
        await Expect(tab.Page.Locator(".chosen")).ToHaveTextAsync("1 selected");
        var chosen = await tab.Page.Locator("tr.selected").GetAttributeAsync("data-job");

        await using var other = await OpenAsync();
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.GetByLabel("State")).ToHaveValueAsync("discarded");
        await Expect(other.Page.GetByLabel("Stage")).ToHaveValueAsync("SyncJob/MoviePageJob/ShowtimeProcessJob");
        await Expect(other.Page.Locator(".found")).ToHaveTextAsync("294 jobs match.");
        await Expect(other.Page.Locator("tr.selected")).ToHaveAttributeAsync("data-job", chosen!);
        await other.Page.GetByRole(AriaRole.Link, new() { Name = "Show all jobs" }).ClickAsync();
        await Expect(other.Page.Locator(".found")).ToHaveTextAsync("752 jobs.");
        await Expect(other.Page.GetByLabel("State")).ToHaveValueAsync("");
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Scrolling_on_reads_on_to_the_last_job_and_keeps_few_rows_in_the_document()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60?tab=jobs&sort=oldest");
        var last = await shared.Dashboard.Client.GetStringAsync("/api/v1/runs/oban/60/jobs?sort=newest&pageSize=1");
        var id = System.Text.Json.JsonDocument.Parse(last).RootElement.GetProperty("jobs")[0].GetProperty("id").GetString();
        var row = tab.Page.Locator($"tr[data-job='{id}']");

        for (var i = 0; i < 60 && await row.CountAsync() == 0; i++)
        {
            await tab.Page.EvaluateAsync("() => scrollTo(0, document.documentElement.scrollHeight)");
            await tab.Page.WaitForTimeoutAsync(200);
        }

        await Expect(row).ToBeVisibleAsync();
        Assert.InRange(await tab.Page.Locator("tr[data-job]").CountAsync(), 100, 250);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task The_panel_loads_20_then_50_more()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60?stage=" + Showtime);
        await Expect(tab.Page.Locator("[data-sample]")).ToHaveCountAsync(20);

        await tab.Page.Locator("[data-more]").ClickAsync();

        await Expect(tab.Page.Locator("[data-sample]")).ToHaveCountAsync(70);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task The_tree_is_copied_as_plain_text()
    {
        await using var tab = await OpenAsync();
        await tab.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await tab.GoAsync("/runs/oban/60?tab=tree");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Copy as text" }).ClickAsync();

        await Expect(tab.Page.Locator(".mud-snackbar")).ToContainTextAsync("Copied");
        var text = await tab.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        Assert.StartsWith("SyncJob (1)  completed 1\n└─ MoviePageJob (89)", text);
    }

    [Fact]
    public async Task An_error_leads_to_its_jobs_and_an_ancestor_to_the_failures_below_it()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/runs/oban/60?tab=errors");
        var row = tab.Page.Locator("[data-ancestor]").First;
        var failed = (await row.Locator(".c-failed").InnerTextAsync()).Trim();

        await row.Locator(".c-failed a").ClickAsync();

        await Expect(tab.Page.Locator(".found")).ToHaveTextAsync($"{failed} jobs match.");
        await tab.Page.GoBackAsync();
        // Those that failed for good, and those whose last error it is all the same.
        var error = tab.Page.Locator("[data-error]").First;
        var jobs = int.Parse(await error.Locator(".c-final").InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
            + int.Parse(await error.Locator(".c-other").InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        await error.Locator(".c-error a").ClickAsync();
        await Expect(tab.Page.Locator(".found")).ToHaveTextAsync($"{jobs} jobs match.");
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    private Task<Tab> OpenAsync() => chromium.OpenAsync(shared.Dashboard.Address);
}
