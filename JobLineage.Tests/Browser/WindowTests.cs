using System.Globalization;
using JobLineage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>A run is seen in one window, the styles that are served are all that the pages need, and the keyboard reaches everything.</summary>
[Collection(LookingCollection.Name)]
public sealed class WindowTests(Chromium chromium, SharedDashboard shared)
{
    [Fact]
    public async Task A_run_is_seen_whole_without_scrolling()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 1440, height: 900);
        await tab.GoAsync("/runs/oban/60?stage=SyncJob%2FMoviePageJob");
        await Expect(tab.Page.Locator("run-strip")).ToBeVisibleAsync();

        Assert.True(await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollHeight - innerHeight") <= 0);
        foreach (var part in (string[])[".run-head", ".run-states", "[data-finding]", "job-graph", ".panel", "run-strip"])
        {
            var box = (await tab.Page.Locator(part).First.BoundingBoxAsync())!;
            Assert.True(box.Y >= 0 && box.Y < 900 - 20, $"{part} begins at {box.Y}");
        }

        var graph = (await tab.Page.Locator("job-graph").BoundingBoxAsync())!;
        Assert.True(graph.Y < 190 && graph.Height > 480, $"The graph begins at {graph.Y} and is {graph.Height} high.");
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs/oban/60")]
    [InlineData("/runs/oban/60?stage=SyncJob%2FMoviePageJob")]
    [InlineData("/runs/oban/60?tab=jobs&state=discarded")]
    [InlineData("/digests")]
    public async Task Nothing_is_wider_than_a_phone_and_the_bar_is_low(string path)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);
        await tab.GoAsync(path);
        Assert.True(await tab.OverflowAsync() <= 0);
        Assert.True((await tab.Page.Locator(".shell").BoundingBoxAsync())!.Height <= 56);
    }

    [Fact]
    public async Task The_keyboard_goes_from_the_list_to_a_stage_a_job_and_back()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 1440, height: 900);
        var keys = tab.Page.Keyboard;
        await tab.GoAsync("/");
        await Expect(tab.Page.Locator("[data-row]").First).ToBeVisibleAsync();

        await keys.PressAsync("Control+k");
        await Expect(tab.Page.Locator("#find-all")).ToBeFocusedAsync();
        await keys.TypeAsync("60");
        await Expect(tab.Page.Locator("#find-results a[href='runs/oban/60?job=60']")).ToBeVisibleAsync();
        await keys.PressAsync("ArrowDown");
        await Expect(tab.Page.Locator("#find-results [data-meant]")).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-page=run]")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator(".mud-dialog")).ToHaveCountAsync(0);

        await tab.Stage("SyncJob").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-panel=stage]")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(tab.Page.Locator(".panel")).ToHaveCountAsync(0);

        await tab.Page.Locator("run-strip").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator(".strip [data-window]")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(tab.Page.Locator(".strip [data-window]")).ToHaveCountAsync(0);

        await keys.PressAsync("b");
        await Expect(tab.Page.Locator("[data-view=jobs] [data-row]").First).ToBeVisibleAsync();
        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-page=job]")).ToBeVisibleAsync();
        await keys.PressAsync("?");
        await Expect(tab.Page.Locator("#keys")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(tab.Page.Locator("#keys")).ToHaveCountAsync(0);
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_finding_marks_its_stages_and_a_span_of_time_fades_the_others()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 1440, height: 900);
        await tab.GoAsync("/runs/oban/60");
        var card = tab.Page.Locator("[data-finding=failing]").First;
        await card.HoverAsync();
        var stage = (await card.GetAttributeAsync("data-marks"))!.Split('"')[1];
        await Expect(tab.Page.Locator("job-graph [data-marked]").First).ToHaveAttributeAsync("data-stage", stage);
        await tab.Page.Mouse.MoveAsync(700, 20);
        await Expect(tab.Page.Locator("[data-marked]")).ToHaveCountAsync(0);

        var box = (await tab.Page.Locator("run-strip").BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + 2, box.Y + 20);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + 40, box.Y + 20);
        await tab.Page.Mouse.UpAsync();
        await Expect(tab.Page.Locator(".strip [data-window]")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("job-graph [data-faded]")).Not.ToHaveCountAsync(0);
        Assert.Contains("from=", tab.Page.Url, StringComparison.Ordinal);
        await tab.Page.Locator(".strip a", new() { HasText = "Jobs that ran then" }).ClickAsync();
        await Expect(tab.Page.Locator("[data-view=jobs] [data-window]")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_page_that_is_to_be_dark_is_dark_before_any_script_of_the_server()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, scheme: ColorScheme.Dark);
        await tab.Page.RouteAsync("**/*.js", route => route.AbortAsync());
        await tab.Page.GotoAsync("/");
        foreach (var part in (string[])["body", ".shell .mud-appbar"])
            Assert.True(await LightnessAsync(tab, part) < 60, part);
    }

    [Fact]
    public async Task Times_are_those_of_the_zone_that_was_chosen_from_the_first_html_on()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.Page.Context.AddCookiesAsync([new() { Name = "times", Value = "Asia%2FKolkata", Url = shared.Dashboard.Address.ToString() }]);
        var html = await (await tab.GoAsync("/runs/oban/60")).TextAsync();
        Assert.Contains("UTC&#x2B;5:30", html, StringComparison.Ordinal);
        Assert.Contains("UTC+5:30", await tab.Page.Locator(".as-of").InnerTextAsync(), StringComparison.Ordinal);
    }

    private static async Task<double> LightnessAsync(Tab tab, string selector)
    {
        var colour = await tab.Page.Locator(selector).First.EvaluateAsync<string>("element => getComputedStyle(element).backgroundColor");
        return colour[(colour.IndexOf('(') + 1)..].TrimEnd(')').Split(',').Take(3).Average(part => double.Parse(part, CultureInfo.InvariantCulture));
    }
}
