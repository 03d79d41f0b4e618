using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What a run page says, as a person reads it off.</summary>
internal static class FoundOnPage
{
    /// <summary>The finding of a kind whose sentence holds a text; unfolds the list when it stands further down.</summary>
    public static async Task<ILocator> FindingAsync(this Tab tab, string kind, string text)
    {
        var finding = tab.Page.Locator($"[data-finding={kind}]", new() { Has = tab.Page.Locator(":scope > .reason", new() { HasText = text }) });
        await Expect(finding).ToHaveCountAsync(1);
        if (!await finding.IsVisibleAsync())
            await tab.Page.Locator(".findings summary.rest").ClickAsync();
        await Expect(finding).ToBeVisibleAsync();
        return finding;
    }

    /// <summary>The sentence.</summary>
    public static async Task<string> ReasonAsync(this ILocator finding) => OneLine(await finding.Locator(":scope > .reason").InnerTextAsync());

    /// <summary>The evidence, which may be folded: "exist 89 of 108".</summary>
    public static async Task<IReadOnlyList<string>> FactsAsync(this ILocator finding) =>
        [.. (await finding.Locator(":scope > .foot .facts > div").AllTextContentsAsync()).Select(OneLine)];

    /// <summary>The ids of jobs that are linked beside the sentence, the samples last.</summary>
    public static async Task<IReadOnlyList<string>> JobsAsync(this ILocator finding) => await finding.Locator(":scope > .foot a.id").AllTextContentsAsync();

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The job's id leads to the run of a root, and its way up begins there.</summary>
    public static async Task BelongsToAsync(this Tab tab, string job, string root)
    {
        await tab.GoAsync($"/admin/job-lineage/{job}");
        await Expect(tab.Page).ToHaveURLAsync(new Regex($"/runs/oban/{root}\\?.*job={job}"));
        await tab.GoAsync($"/jobs/oban/{job}");
        await Expect(tab.Page.Locator($"nav.path a[href='jobs/oban/{root}']")).ToContainTextAsync($"SyncJob {root}");
    }

    /// <summary>What the card of an edge says.</summary>
    public static async Task<string> EdgeAsync(this Tab tab, string from, string to)
    {
        await tab.Page.Locator($".edge[data-from='{from}'][data-to='{to}'] .edge-label").ClickAsync();
        await Expect(tab.Page.Locator(".card table")).ToBeVisibleAsync();
        return await tab.Page.Locator(".card").InnerTextAsync();
    }
}
