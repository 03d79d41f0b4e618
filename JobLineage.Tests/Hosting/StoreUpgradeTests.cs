using System.Net;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Hosting;

/// <summary>While a store of an earlier version is brought up to date nobody waits in front of a page that says nothing.</summary>
public sealed class StoreUpgradeTests
{
    [Fact]
    public async Task Pages_the_api_and_health_say_how_far_it_is_until_it_is_done()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var upgrade = dashboard.Services.GetRequiredService<StoreUpgrade>();
        upgrade.Tell(new(1, 5, "payload"));
        dashboard.Clock.Advance(TimeSpan.FromSeconds(12));
        upgrade.Tell(new(3, 5, "source keys"));
        const string sentence = "The store is brought up to date by this version: step 3 of 5 (source keys), 12 s so far. Nothing is read or shown until that is done.";

        var page = await dashboard.Browser.GetAsync("/");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (page.StatusCode, page.Headers.GetValues("Refresh").Single()));
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains(sentence, html);
        Assert.Contains("<progress value=\"2\" max=\"5\"", html);
        var api = await dashboard.Browser.GetAsync("/api/v1/sources");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (api.StatusCode, api.Content.Headers.ContentType!.MediaType));
        Assert.Contains(sentence, await api.Content.ReadAsStringAsync());
        var ready = await dashboard.Browser.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains(sentence, await ready.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/live")).StatusCode);

        upgrade.Tell(null);

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/ready")).StatusCode);
    }
}
