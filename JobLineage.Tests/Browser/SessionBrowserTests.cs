using JobLineage.Dashboard.Security;
using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>Signing in and out, and the pages that are open meanwhile, below the path of a proxy.</summary>
[Collection(HappeningCollection.Name)]
public sealed class SessionBrowserTests(Chromium chromium)
{
    private const string Password = "correct horse";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_lives_below_the_path_and_closes_when_another_tab_signs_out(bool keeps)
    {
        await using var proxy = await PathProxy.StartAsync("/lineage", keeps);
        await using var dashboard = await LiveDashboard.StartAsync(
            async source =>
            {
                await RecordedData.ObanEnd.LoadAsync(source);
                return 60;
            },
            new Dictionary<string, string?>
            {
                [AccessRules.PasswordKey] = Password,
                [AccessRules.ApiTokenKey] = LiveDashboard.Token,
                [ProxyRules.PublicUrlKey] = proxy.Address.ToString(),
            });
        proxy.Target = dashboard.Direct;
        await using var tab = await chromium.OpenAsync(proxy.Address);

        await tab.Page.GotoAsync("runs/oban/60");
        await tab.Page.FillAsync("#password", Password);
        await tab.Page.ClickAsync("button");
        await tab.LiveAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Uri(proxy.Address, "runs/oban/60").ToString());
        await tab.Page.ClickAsync("[data-key=b]");
        await Expect(tab.Page).ToHaveURLAsync(new Uri(proxy.Address, "runs/oban/60?tab=jobs").ToString());
        Assert.True(tab.Complaints.Count == 0, string.Join("\n", tab.Complaints));

        var other = await tab.Page.Context.NewPageAsync();
        await other.GotoAsync("logout");
        await other.ClickAsync("button");

        await Expect(tab.Page.Locator("#password")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("[data-stage]")).ToHaveCountAsync(0);
    }
}
