using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>From a list that is filtered to a job, and back by the address.</summary>
[Collection(LookingCollection.Name)]
public sealed class FindTests(Chromium chromium, SharedDashboard shared)
{
    [Fact]
    public async Task Filters_go_into_the_address_and_the_address_restores_them()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/");
        var rows = tab.Page.Locator("tr[data-run]");
        var all = await rows.CountAsync();

        await tab.Page.Locator("input[name=q]").FillAsync("GeocodeJob");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page).ToHaveURLAsync(new Regex(Regex.Escape("/?q=GeocodeJob") + "$"));
        await Expect(rows).ToHaveCountAsync(1);
        Assert.True(all > 1);
        await tab.Page.Locator("select[name=sort]").SelectOptionAsync("Jobs");
        await Expect(tab.Page).ToHaveURLAsync(new Regex(Regex.Escape("/?q=GeocodeJob&sort=jobs") + "$"));
        await tab.Page.Locator("th[aria-sort] a").ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex(Regex.Escape("/?q=GeocodeJob&sort=jobs&order=asc") + "$"));
        Assert.Equal(1, tab.Documents);

        await using var other = await OpenAsync();
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.Locator("input[name=q]")).ToHaveValueAsync("GeocodeJob");
        await Expect(other.Page.Locator("select[name=sort]")).ToHaveValueAsync("Jobs");
        await Expect(other.Page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("Jobs");
        await Expect(other.Page.Locator("tr[data-run='60']")).ToBeVisibleAsync();
        await other.Page.Locator("tr[data-run='60'] a").ClickAsync();
        await Expect(other.Page.Locator("[data-page=run]")).ToBeVisibleAsync();
        await other.Page.GoBackAsync();
        await Expect(other.Page.Locator("input[name=q]")).ToHaveValueAsync("GeocodeJob");
        await Expect(other.Page.Locator("tr[data-run]")).ToHaveCountAsync(1);
        Assert.Empty(other.Complaints);
    }

    [Fact]
    public async Task The_address_of_a_job_in_its_queues_own_tool_finds_its_run_and_the_job_shows_its_row()
    {
        await using var tab = await OpenAsync();
        await tab.GoAsync("/");
        var id = await shared.Dashboard.Source.ScalarAsync<long>("select min(id) from oban_jobs where worker like '%GeocodeJob' and meta->>'parent_job_id' is not null");

        await tab.Page.Locator("#search").FillAsync($" https://ops.internal/oban/jobs/{id}?state=available ");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.WaitForURLAsync($"**/runs/oban/60?job={id}");

        await tab.Page.Locator("[data-panel=job] a.id").First.ClickAsync();
        await Expect(tab.Page.Locator("[data-page=job]")).ToHaveAttributeAsync("data-job", $"{id}");
        await Expect(tab.Page.Locator("[data-column=id]")).ToHaveTextAsync($"{id}");
        await Expect(tab.Page.Locator("[data-column]")).ToHaveCountAsync(await shared.Dashboard.Source.ScalarAsync<int>(
            "select count(*)::int from pg_attribute where attrelid = 'oban_jobs'::regclass and attnum > 0 and not attisdropped"));
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("/?q=GeocodeJob&from=2020-01-01T00%3A00Z&to=2030-01-01T00%3A00Z")]
    [InlineData("/?q=nothing-of-the-kind")]
    [InlineData("/?sort=duration")]
    public async Task A_filtered_list_fits_a_phone(string path)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);

        await tab.GoAsync(path);
        await Expect(tab.Page.Locator("form.filter")).ToBeVisibleAsync();

        Assert.True(await tab.OverflowAsync() <= 0, $"the page is {await tab.OverflowAsync()} px too wide");
        Assert.Empty(tab.Complaints);
    }

    private Task<Tab> OpenAsync() => chromium.OpenAsync(shared.Dashboard.Address);
}
