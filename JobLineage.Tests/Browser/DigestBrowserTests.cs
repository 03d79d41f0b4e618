using System.Collections.Concurrent;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>From a failure to the message about it, through the file channel.</summary>
[Collection(TellingCollection.Name)]
public sealed class DigestBrowserTests(Chromium chromium)
{
    [Fact]
    public async Task What_failed_is_seen_sent_and_nothing_in_a_message_runs_or_is_fetched()
    {
        await using var dashboard = await StartAsync();
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        var elsewhere = new ConcurrentQueue<string>();
        tab.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(dashboard.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                elsewhere.Enqueue(request.Url);
        };

        // Made while it is looked at, it appears by itself.
        await tab.GoAsync("/digests");
        await Expect(tab.Page.Locator("[data-delivery=accepted]").First).ToBeVisibleAsync();
        await Expect(tab.Page.Locator(".summary")).ToContainTextAsync("well");
        await IsHarmlessAsync(tab);
        await AccessibilityTests.HasNoneAsync(tab);

        await tab.Page.Locator("tr:has([data-delivery=accepted]) a").Last.ClickAsync();
        var message = tab.Page.FrameLocator("iframe").Locator("body");
        await Expect(message).ToContainTextAsync("failed for good");
        await Expect(message).ToContainTextAsync("<script>alert(1)</script>");
        await Expect(message.Locator("#injected, img, script, [onerror], a[href^='javascript:']")).ToHaveCountAsync(0);
        await IsHarmlessAsync(tab);

        await tab.Page.Locator(".choices a", new() { HasText = "Text" }).ClickAsync();
        await Expect(tab.Page.Locator("pre")).ToContainTextAsync("<script>alert(1)</script>");
        await tab.Page.Locator(".choices a", new() { HasText = "Failures" }).ClickAsync();
        await Expect(tab.Page.Locator("[data-failure]")).ToHaveCountAsync(50);
        var newest = await tab.Page.Locator("[data-failure]").First.GetAttributeAsync("data-failure");
        await tab.Page.Locator(".pager [rel=next]").ClickAsync();
        await Expect(tab.Page.Locator($"[data-failure='{newest}']")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator("[data-failure]")).ToHaveCountAsync(50);
        await IsHarmlessAsync(tab);
        await AccessibilityTests.HasNoneAsync(tab);

        await tab.GoAsync("/jobs/oban/9002");
        await Expect(tab.Page.Locator("[data-digests-of] a")).ToHaveTextAsync("Digest 1");
        await IsHarmlessAsync(tab);
        Assert.Empty(tab.Complaints);
        Assert.Empty(elsewhere);
    }

    [Fact]
    public async Task A_test_message_goes_out_once_and_a_pipeline_is_muted_on_a_narrow_screen()
    {
        await using var dashboard = await StartAsync();
        await using var tab = await chromium.OpenAsync(dashboard.Address, width: 390, height: 844);
        await tab.GoAsync("/digests?source=oban&pipeline=Evil.Root");
        await tab.Page.Locator(".test button").ClickAsync();
        await Expect(tab.Page.Locator("[data-said=good]")).ToContainTextAsync("Accepted");
        await tab.Page.Locator(".test button").ClickAsync();
        await Expect(tab.Page.Locator("[data-said=bad]")).ToContainTextAsync("within the last 30 s");

        await Expect(tab.Page.Locator(".mute-form .pipeline input")).ToHaveValueAsync("Evil.Root (oban)");
        await tab.Page.Locator(".reason input").FillAsync("<img src=x onerror=alert(1)> known");
        await tab.Page.Locator(".mute-form button[type=submit]").ClickAsync();
        await Expect(tab.Page.Locator("tr:has([data-mute])")).ToContainTextAsync("known");
        await IsHarmlessAsync(tab);
        await tab.Page.Locator("tr:has([data-mute]) button").ClickAsync();
        await Expect(tab.Page.Locator("tr:has([data-mute])")).ToContainTextAsync("ended by hand");
        Assert.Empty(tab.Complaints);
    }

    /// <summary>With one digest, of all that the first reading found: one of the schedule's own might be made in its midst.</summary>
    private static async Task<LiveDashboard> StartAsync()
    {
        var dashboard = await LiveDashboard.StartAsync(
            async source =>
            {
                await RecordedData.ObanEnd.LoadAsync(source);
                await HostileTextTests.PlantAsync(source);
                return 60;
            },
            new Dictionary<string, string?>
            {
                ["JobLineage:Digest:Channel"] = "File",
                ["JobLineage:Digest:Cron"] = "0 0 0 1 1 ?",
                ["JobLineage:Digest:Since"] = "2020-01-01",
            });
        await Soon.IsTrueAsync(() => dashboard.Store.ScalarAsync<bool>("select backfilled from job_lineage.source"));
        await dashboard.Services.GetRequiredService<DigestRuns>().FireAsync(TimeProvider.System.GetUtcNow(), default);
        return dashboard;
    }

    private static async Task IsHarmlessAsync(Tab tab)
    {
        await Expect(tab.Page.Locator("#injected, img, [onerror], a[href^='javascript:'], main script")).ToHaveCountAsync(0);
        Assert.True(await tab.OverflowAsync() <= 0, $"{tab.Page.Url} is {await tab.OverflowAsync()} px too wide");
    }
}
