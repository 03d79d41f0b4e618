using JobLineage.Tests.Feed;
using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What comes and goes while a run goes on moves nothing that is looked at: as a browser counts it.</summary>
[Collection(HappeningCollection.Name)]
public sealed class LayoutShiftTests(Chromium chromium)
{
    private const double Most = 0.02;

    [Theory]
    [InlineData("/runs/oban/60")]
    [InlineData("/")]
    public async Task A_page_stays_where_it_is_while_findings_banners_and_counts_change(string path)
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanMid);
        await using var tab = await chromium.OpenAsync(dashboard.Address, width: 1440, height: 900);
        await tab.Page.AddInitScriptAsync(
            """
            window.shift = 0;
            new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
            """);
        await tab.GoAsync(path);
        if (path != "/")
            await Expect(tab.Page.Locator("run-strip")).ToBeVisibleAsync();

        // Findings come and go, one after the other.
        foreach (var state in (string[])["discarded", "completed", "executing", "discarded"])
        {
            var before = path == "/" ? 0 : await tab.VersionAsync();
            await dashboard.Source.ExecuteAsync(
                $"update oban_jobs set state = '{state}', attempted_at = timezone('UTC', now()), completed_at = case when '{state}' = 'completed' then timezone('UTC', now()) end, "
                + $"discarded_at = case when '{state}' = 'discarded' then timezone('UTC', now()) end where id in (select id from oban_jobs where worker like '%MoviePageJob' order by id limit 20)");
            if (path == "/")
                await tab.Page.WaitForTimeoutAsync(800);
            else
                await Soon.IsTrueAsync(async () => await tab.VersionAsync() > before);
        }

        var shift = await tab.Page.EvaluateAsync<double>("() => window.shift");
        Assert.True(shift <= Most, $"{path} has shifted by {shift:0.000}.");
    }
}
