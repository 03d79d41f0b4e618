using Deque.AxeCore.Commons;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Playwright;

namespace JobLineage.Tests.Browser;

/// <summary>No page keeps anybody out: checked by axe, in light and dark.</summary>
[Takes(400)]
public sealed class AccessibilityTests(Chromium chromium, SharedDashboard shared) : IClassFixture<Chromium>, IClassFixture<SharedDashboard>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/?q=GeocodeJob&from=2020-01-01T00%3A00Z&to=2030-01-01T00%3A00Z&sort=jobs")]
    [InlineData("/runs/oban/60?stage=SyncJob%2FMoviePageJob")]
    [InlineData("/runs/oban/60?tab=tree&job=292")]
    [InlineData("/runs/oban/60?tab=jobs&state=discarded&sel=100")]
    [InlineData("/runs/oban/60?tab=errors")]
    [InlineData("/runs/oban/60?tab=timeline&stage=SyncJob%2FMoviePageJob%2FShowtimeProcessJob")]
    [InlineData("/jobs/oban/60")]
    [InlineData("/compare/oban/60...60")]
    [InlineData("/infer/oban/60")]
    [InlineData("/pipelines/oban/EventasaurusDiscovery.Sources.KinoKrakow.Jobs.SyncJob")]
    [InlineData("/sources")]
    [InlineData("/digests")]
    [InlineData("/docs")]
    [InlineData("/docs/diagnosis")]
    [InlineData("/no/such/page")]
    public async Task A_page_has_no_serious_violation_in_light_or_dark(string path)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync(path);
        await HasNoneAsync(tab);
    }

    [Fact]
    public async Task The_graph_has_none_with_a_card_a_search_and_closed_stages()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync("/runs/oban/60?closed=SyncJob%2FMoviePageJob%2FShowtimeProcessJob");
        await tab.Page.Locator(".graph-search").FillAsync("movie");
        await Assertions.Expect(tab.Page.Locator(".node-hit")).ToHaveCountAsync(2);
        await tab.Page.Locator(".edge[data-to='SyncJob/MoviePageJob'] .edge-label").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".card table")).ToBeVisibleAsync();
        await HasNoneAsync(tab);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?tab=tree")]
    [InlineData("?tab=timeline")]
    [InlineData("?tab=jobs")]
    [InlineData("?tab=errors")]
    public async Task No_view_has_any_with_all_findings_unfolded_and_in_a_narrow_window(string view)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width: 390, height: 844);
        await tab.GoAsync("/runs/oban/60" + view);
        await tab.Page.Locator(".findings summary.rest").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("details [data-finding]").Last).ToBeVisibleAsync();
        await HasNoneAsync(tab);
    }

    [Fact]
    public async Task The_sign_in_has_none_either()
    {
        await using var dashboard = await TestDashboard.StartAsync((AccessRules.PasswordKey, TestDashboard.Password));
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.Page.GotoAsync("/login");
        await HasNoneAsync(tab);
        await tab.Page.Locator("input[type=password]").FillAsync("wrong");
        await tab.Page.Locator("button").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("[role=alert], .alert").First).ToBeVisibleAsync();
        await HasNoneAsync(tab);
    }

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Checks what is shown now, in light and dark.</summary>
    /// <remarks>
    /// In one call, which answers with what is wrong alone: to write up what is in order, as the packaged one does, takes several times
    /// as long on a page of hundreds of rows. The palette changes colours and nothing else: rules that are not about colours are asked once.
    /// </remarks>
    internal static async Task HasNoneAsync(Tab tab)
    {
        await tab.Page.EvaluateAsync(Axe);
        foreach (var (scheme, options) in new[] { (ColorScheme.Light, "{}"), (ColorScheme.Dark, "{ runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }") })
        {
            await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var violations = await tab.Page.EvaluateAsync(
                $$"""
                async () => (await axe.run({ ...{{options}}, resultTypes: ['violations'] })).violations
                    .filter(violation => ['serious', 'critical'].includes(violation.impact))
                    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => ({ id, help, html })))
                """);
            var told = violations!.Value.EnumerateArray()
                .Select(v => (Id: v.GetProperty("id").GetString()!, Help: v.GetProperty("help").GetString(), Html: v.GetProperty("html").GetString()!))
                .Where(v => !IsNodeOfGraph(v.Id, v.Html)).Select(v => $"{scheme} {v.Id}: {v.Help}: {v.Html}").ToList();
            Assert.True(told.Count == 0, string.Join('\n', told));
        }
    }

    [Fact]
    public async Task What_is_wrong_is_seen_in_both_palettes()
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync("/no/such/page");
        await tab.Page.EvaluateAsync("() => { const p = document.createElement('p'); p.innerHTML = 'pale'; p.className = 'pale'; document.querySelector('main, body').append(p); }");
        foreach (var scheme in new[] { "light", "dark" })
        {
            await tab.Page.AddStyleTagAsync(new() { Content = $"@media (prefers-color-scheme: {scheme}) {{ .pale {{ color: #777; background: #707070; }} }} @media not (prefers-color-scheme: {scheme}) {{ .pale {{ color: #fff; background: #000; }} }}" });
            var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => HasNoneAsync(tab));
            Assert.Contains("color-contrast", failure.Message, StringComparison.Ordinal);
            Assert.Contains(scheme, failure.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    // A node, and what it hides, is drawn with icons for some words; its name begins with what is drawn largest and says the rest in words.
    private static bool IsNodeOfGraph(string rule, string html) => rule == "label-content-name-mismatch"
        && (html.StartsWith("<a class=\"node", StringComparison.Ordinal) || html.StartsWith("<a class=\"fold", StringComparison.Ordinal));
}
