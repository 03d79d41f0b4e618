using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What may be below a job, in a browser: read from the queue once the page lives.</summary>
[Collection(LookingCollection.Name)]
public sealed class InferBrowserTests(Chromium chromium, SharedDashboard shared)
{
    [Fact]
    public async Task Stages_are_inferred_and_the_address_restores_key_window_and_stage()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync("/infer/oban/60");
        await Expect(tab.Page.Locator("[data-window]")).ToBeVisibleAsync();
        await Expect(tab.Page.GetByText("not recorded")).ToBeVisibleAsync();
        await tab.Page.Locator("tr[data-stage='SyncJob/MoviePageJob'] a").First.ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("stage=SyncJob%2FMoviePageJob"));
        await Expect(tab.Page.Locator("tr[data-job]").First).ToBeVisibleAsync();
        await tab.Page.Locator("nav[aria-label=Window] a").Last.ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("window=7d"));
        await Expect(tab.Page.Locator("tr[data-job]").First).ToBeVisibleAsync();
        var jobs = await tab.Page.Locator("tr[data-job]").CountAsync();

        await using var other = await chromium.OpenAsync(shared.Dashboard.Address);
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.Locator("tr[data-job]")).ToHaveCountAsync(jobs);
        Assert.True(await other.OverflowAsync() <= 0);
        Assert.Empty(tab.Complaints);
        Assert.Empty(other.Complaints);
    }
}
