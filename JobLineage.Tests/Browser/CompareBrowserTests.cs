using System.Text.RegularExpressions;
using JobLineage.Tests.Export;
using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>From a run to its comparison and around in it, in a browser.</summary>
[Collection(HappeningCollection.Name)]
public sealed class CompareBrowserTests(Chromium chromium)
{
    [Fact]
    public async Task A_run_is_found_opened_compared_with_the_last_good_one_and_taken_away()
    {
        // A run of the same pipeline, before the recorded one, in which all went well.
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, source => source.ExecuteAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, errors, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at)
            select n, case when n = 900001 then r.worker else replace(r.worker, 'SyncJob', 'MoviePageJob') end, 'completed', r.queue, '{}',
                case when n = 900001 then '{}' else '{"parent_job_id": 900001}' end::jsonb, '{}', 1, 3,
                r.inserted_at - interval '1 day', r.inserted_at - interval '1 day', r.inserted_at - interval '1 day', r.inserted_at - interval '23 hours'
            from generate_series(900001, 900007) n cross join (select * from oban_jobs where id = 60) r
            """));
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        // Found by the id of any of its jobs.
        await tab.GoAsync("/");
        await tab.Page.Locator("#search").FillAsync("292");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync("**/runs/oban/60?job=292");
        await tab.Page.Locator("[data-run-menu]").ClickAsync();
        await tab.Page.Locator("[data-compare]").ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/compare/oban/900001\\.\\.\\.60$"));
        await Expect(tab.Page.Locator("[data-stage='SyncJob/MoviePageJob/MovieDetailJob']")).ToHaveAttributeAsync("data-change", "added");

        await tab.Page.Locator("[data-stage='SyncJob/MoviePageJob']").ClickAsync();
        await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Failed for good", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator("tr.selected")).ToHaveAttributeAsync("data-stage-row", "SyncJob/MoviePageJob");
        await Expect(tab.Page.Locator("th[aria-sort=descending]")).ToHaveTextAsync("Failed for good");
        var rows = await tab.Page.Locator("[data-stage-row]").AllTextContentsAsync();
        var address = tab.Page.Url;

        await using var other = await chromium.OpenAsync(dashboard.Address);
        await other.GoAsync(new Uri(address).PathAndQuery);
        await Expect(other.Page.Locator("tr.selected")).ToHaveAttributeAsync("data-stage-row", "SyncJob/MoviePageJob");
        Assert.Equal(rows, await other.Page.Locator("[data-stage-row]").AllTextContentsAsync());

        // And taken away.
        await other.Page.Locator("[data-side='60']").GetByText("Open the run").ClickAsync();
        await other.Page.Locator("[data-run-menu]").ClickAsync();
        await other.Page.Locator("[data-export-menu=run]").ClickAsync();
        var download = await other.Page.RunAndWaitForDownloadAsync(() => other.Page.Locator("#export-run [data-export=csv]").ClickAsync());
        var exported = CsvText.Named(await File.ReadAllTextAsync((await download.PathAsync())!));
        Assert.Equal(RecordedData.ObanEnd.ReadTruth().Stages.Sum(s => (long)s.Total), exported.Count);
        Assert.Empty(tab.Complaints);
        Assert.Empty(other.Complaints);
    }
}
