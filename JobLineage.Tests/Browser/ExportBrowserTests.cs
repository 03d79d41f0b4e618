using JobLineage.Tests.Export;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>Taking jobs away from a page.</summary>
[Collection(LookingCollection.Name)]
public sealed class ExportBrowserTests(Chromium chromium, SharedDashboard shared)
{
    private const string Failed = "/runs/oban/60?tab=jobs&state=discarded&stage=SyncJob%2FMoviePageJob%2FMovieDetailJob";

    [Fact]
    public async Task The_jobs_that_are_listed_come_down_as_csv_and_the_selection_by_itself()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync(Failed);
        await Expect(tab.Page.Locator("tr[data-job]")).ToHaveCountAsync(2);
        var shown = await tab.Page.Locator("tr[data-job]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.job)");

        var rows = await DownloadAsync(tab, "jobs");
        Assert.Equal(shown.Order(), rows.Select(row => row["id"]).Order());
        Assert.All(rows, row => Assert.Equal("discarded", row["state"]));

        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Locator("tr[data-job] [role=checkbox]").First.ClickAsync();
        await Expect(tab.Page.Locator(".chosen")).ToHaveTextAsync("1 selected");
        Assert.Equal(shown[..1], (await DownloadAsync(tab, "selected")).Select(row => row["id"]));
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("/runs/oban/60", "run")]
    [InlineData("/runs/oban/60?stage=SyncJob%2FMoviePageJob", "stage")]
    [InlineData(Failed, "jobs")]
    [InlineData("/runs/oban/60?tab=errors", "error-")]
    [InlineData("/runs/oban/60", "finding-")]
    public async Task A_menu_opens_shows_the_statement_that_finds_the_same_and_fits_a_phone(string path, string menu)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);
        await tab.GoAsync(path);
        if (menu == "run")
            await tab.Page.Locator("[data-run-menu]").ClickAsync();
        var button = tab.Page.Locator($"[data-export-menu^='{menu}']").First;
        var name = await button.GetAttributeAsync("data-export-menu");
        var box = tab.Page.Locator($"#export-{name}");
        await Expect(box).ToBeHiddenAsync();

        await button.ClickAsync();
        await Expect(box).ToBeVisibleAsync();
        await box.Locator("[data-sql]").ClickAsync();
        await Expect(box.Locator("[data-sql-text]")).ToContainTextAsync("select *");

        var sql = (await box.Locator("[data-sql-text]").TextContentAsync())!;
        var link = await box.Locator("[data-export=csv]").GetAttributeAsync("href");
        var exported = CsvText.Named(await shared.Dashboard.Client.GetStringAsync("/" + link)).Select(row => long.Parse(row["id"])).Order();
        Assert.Equal(exported, (await shared.Dashboard.Source.ScalarAsync<long[]>($"select array_agg(id order by id) from ({sql.TrimEnd(';')}) s"))!);
        Assert.True(await tab.OverflowAsync() <= 0);
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(box).ToBeHiddenAsync();
        Assert.Empty(tab.Complaints);
    }

    private static async Task<List<Dictionary<string, string>>> DownloadAsync(Tab tab, string menu)
    {
        await tab.Page.Locator($"[data-export-menu={menu}]").ClickAsync();
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.Locator($"#export-{menu} [data-export=csv]").ClickAsync());
        Assert.Matches("^oban-60-[0-9TZ]+[.]csv$", download.SuggestedFilename);
        return CsvText.Named(await File.ReadAllTextAsync((await download.PathAsync())!));
    }
}
