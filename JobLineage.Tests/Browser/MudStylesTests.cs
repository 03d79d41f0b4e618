using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>The style sheet that the build makes of MudBlazor's has the rules of all components that are on our pages.</summary>
[Collection(LookingCollection.Name)]
public sealed partial class MudStylesTests(Chromium chromium, SharedDashboard shared)
{
    // Their look is ours: rows and cells are styled by app.css.
    private static readonly string[] Ours = ["mud-simple-table", "mud-grid", "mud-expand-panel"];

    [Fact]
    public async Task No_class_on_a_page_has_lost_its_rules()
    {
        var client = shared.Dashboard.Client;
        var whole = ClassesOf(await client.GetStringAsync("/_content/MudBlazor/MudBlazor.min.css"));
        var served = ClassesOf(await client.GetStringAsync("/mud.css"));
        Assert.True(served.Count > 100);

        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 1440, height: 900);
        var used = new HashSet<string>();
        await LookAsync("/", async () =>
        {
            await tab.Page.Locator("[data-display]").ClickAsync();
            await Expect(tab.Page.Locator("[data-set-theme=dark]")).ToBeVisibleAsync();
        });
        await LookAsync("/?from=2020-01-01T00%3A00Z&to=2030-01-01T00%3A00Z&q=Sync", async () =>
        {
            await tab.Page.Locator("#pipeline-choice").ClickAsync();
            await Expect(tab.Page.Locator(".mud-popover-open .mud-list-item").First).ToBeVisibleAsync();
        });
        await LookAsync("/?from=2020-01-01T00%3A00Z&to=2030-01-01T00%3A00Z", async () =>
        {
            await tab.Page.Locator(".days .mud-input-adornment button").ClickAsync();
            await Expect(tab.Page.Locator(".mud-picker-calendar-day").First).ToBeVisibleAsync();
        });
        await LookAsync("/runs/oban/60", async () =>
        {
            await tab.Page.Locator("[data-export-menu^=finding]").First.ClickAsync();
            await Expect(tab.Page.Locator(".mud-dialog [data-export=csv]")).ToBeVisibleAsync();
        });
        await LookAsync("/runs/oban/60?tab=tree", async () =>
        {
            await tab.Page.Locator("button", new() { HasText = "Copy as text" }).ClickAsync();
            await Expect(tab.Page.Locator(".mud-snackbar")).ToBeVisibleAsync();
        });
        await LookAsync("/digests?source=oban&pipeline=X", () => Task.CompletedTask);
        await LookAsync("/sources", () => Task.CompletedTask);
        await tab.Page.SetViewportSizeAsync(390, 844);
        await LookAsync("/", async () =>
        {
            await tab.Page.Locator("[data-drawer]").ClickAsync();
            await Expect(tab.Page.Locator(".drawer .mud-nav-link").First).ToBeVisibleAsync();
        });

        Assert.Contains("mud-drawer", used);
        // No page is written from right to left.
        var lost = used.Where(name => whole.Contains(name) && !served.Contains(name) && !Ours.Any(name.StartsWith) && !name.EndsWith("-rtl", StringComparison.Ordinal)).Order().ToList();
        Assert.True(lost.Count == 0, $"build/MudStyles.cs leaves out the rules of {string.Join(", ", lost)}.");

        async Task LookAsync(string path, Func<Task> open)
        {
            await tab.GoAsync(path);
            await open();
            used.UnionWith(await tab.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[class*=mud-]')].flatMap(element => [...element.classList]).filter(name => name.startsWith('mud-'))"));
        }
    }

    [Fact]
    public async Task What_all_pages_load_is_light()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync("/");
        var files = await tab.Page.EvaluateAsync<string[]>("() => performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname).filter(path => /[.](css|js|svg)$/.test(path) && !path.includes('_framework'))");
        long total = 0;
        foreach (var file in files.Distinct())
        {
            using var buffer = new MemoryStream();
            await using (var brotli = new System.IO.Compression.BrotliStream(buffer, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
                await brotli.WriteAsync(await shared.Dashboard.Client.GetByteArrayAsync(file));
            total += buffer.Length;
        }

        Assert.InRange(files.Length, 5, 60);
        Assert.True(total <= 120 * 1024, $"{files.Length} files have {total} bytes, compressed.");
    }

    private static HashSet<string> ClassesOf(string css) => [.. Class().Matches(css).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"\.(mud-(?:\\.|[\w-])+)")]
    private static partial Regex Class();
}
