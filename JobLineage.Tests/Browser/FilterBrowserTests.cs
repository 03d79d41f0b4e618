using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>A filter that is typed into a page.</summary>
[Collection(LookingCollection.Name)]
public sealed class FilterBrowserTests(Chromium chromium, SharedDashboard shared) : IClassFixture<SharedDashboard>
{
    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task It_completes_itself_with_keys_alone_and_finds_the_jobs(int width)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: width, height: 844);
        await tab.GoAsync("/runs/oban/60?tab=jobs");
        var box = tab.Page.Locator("[role=combobox]");
        var options = tab.Page.Locator("[role=option]");
        await Expect(tab.Page.Locator("[role=listbox]")).ToBeHiddenAsync();

        // Options of what stood there a letter before look alike: what is waited for is the answer to what stands there now, and that it is shown.
        async Task OfferedAsync(string text, int count)
        {
            await Expect(box).ToHaveValueAsync(text);
            await Expect(tab.Page.Locator("[role=listbox]")).ToHaveAttributeAsync("data-asked", $"{text.Length}:{text}");
            await Expect(box).ToHaveAttributeAsync("aria-expanded", "true");
            await Expect(options).ToHaveCountAsync(count);
        }

        await box.FocusAsync();
        await box.PressSequentiallyAsync("st");
        await OfferedAsync("st", 2);
        await box.PressAsync("ArrowDown");
        await Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        Assert.Equal(await options.First.GetAttributeAsync("id"), await box.GetAttributeAsync("aria-activedescendant"));
        Assert.True(await tab.OverflowAsync() <= 0);
        await box.PressAsync("Enter");
        await Expect(box).ToHaveValueAsync("state:");
        await box.PressSequentiallyAsync("dis");
        await OfferedAsync("state:dis", 1);
        await box.PressAsync("Tab");
        await Expect(box).ToHaveValueAsync("state:discarded ");
        await box.PressSequentiallyAsync("worker:detail");
        await OfferedAsync("state:discarded worker:detail", 1);
        // Closed, the box keeps what was typed.
        await box.PressAsync("Escape");
        await Expect(tab.Page.Locator("[role=listbox]")).ToBeHiddenAsync();
        await Expect(box).ToHaveValueAsync("state:discarded worker:detail");
        await box.PressAsync("ArrowDown");
        await OfferedAsync("state:discarded worker:detail", 1);
        await options.First.ClickAsync();
        await Expect(box).ToHaveValueAsync("state:discarded worker:MovieDetailJob ");
        await box.PressAsync("Escape");
        await box.PressAsync("Enter");

        await Expect(tab.Page).ToHaveURLAsync(new Regex(Regex.Escape("tab=jobs&state=discarded&q=worker%3AMovieDetailJob") + "$"));
        await Expect(tab.Page.Locator("tr[data-job]")).ToHaveCountAsync(2);
        await Expect(box).ToHaveValueAsync("state:discarded worker:MovieDetailJob");
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Its_words_are_told_and_a_wrong_one_is_mended_with_a_click()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);
        await tab.GoAsync("/runs/oban/60?tab=jobs");
        await tab.Page.Locator("[popovertarget=filter-words]").ClickAsync();
        await Expect(tab.Page.Locator("#filter-words")).ToContainTextAsync("args.source_id:13");
        Assert.True(await tab.OverflowAsync() <= 0);
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator("#filter-words")).ToBeHiddenAsync();

        var box = tab.Page.Locator("[role=combobox]");
        await box.FillAsync("sate:discarded worker:MovieDetailJob");
        await box.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-filter-problem]")).ToContainTextAsync("did you mean state:?");
        await Expect(box).ToHaveValueAsync("sate:discarded worker:MovieDetailJob");
        await tab.Page.Locator("[data-filter-problem] a").ClickAsync();
        await Expect(tab.Page.Locator("tr[data-job]")).ToHaveCountAsync(2);
        await Expect(tab.Page.Locator("[data-filter-problem]")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }
}
