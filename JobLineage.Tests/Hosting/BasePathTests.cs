using System.Net;
using System.Text.RegularExpressions;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Hosting;

/// <summary>The dashboard below a path of a proxy, which keeps the path or takes it off.</summary>
public sealed partial class BasePathTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_address_stays_below_the_path(bool keeps)
    {
        await using var proxy = await PathProxy.StartAsync("/lineage", keeps);
        await using var dashboard = await StartAsync(proxy);
        var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = proxy.Address };

        // The sign-in, and back from it.
        var refused = await browser.GetAsync("runs/oban/10?tab=errors");
        Assert.Equal("/lineage/login?returnUrl=%2Flineage%2Fruns%2Foban%2F10%3Ftab%3Derrors", refused.Headers.Location!.OriginalString);
        var form = await browser.GetStringAsync(refused.Headers.Location);
        Assert.Contains("action=\"/lineage/login?returnUrl=", form);
        var signedIn = await browser.PostAsync(
            WebUtility.HtmlDecode(Action().Match(form).Groups[1].Value),
            new FormUrlEncodedContent([new("password", TestDashboard.Password), new(Token().Match(form).Groups[1].Value, WebUtility.HtmlDecode(Token().Match(form).Groups[2].Value))]));
        Assert.Equal("/lineage/runs/oban/10?tab=errors", signedIn.Headers.Location!.OriginalString);
        Assert.All(handler.CookieContainer.GetAllCookies(), cookie => Assert.Equal("/lineage", cookie.Path));

        // A page, and all that it loads.
        var page = await browser.GetStringAsync("runs/oban/10");
        Assert.Contains("<base href=\"/lineage/\"", page);
        foreach (Match file in File().Matches(page))
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(file.Groups[1].Value)).StatusCode);
        Assert.DoesNotContain("href=\"/runs", page);

        // Redirects, the API, exports.
        Assert.Equal("/lineage/runs/oban/10?job=11", (await browser.GetAsync("admin/job-lineage/11")).Headers.Location!.OriginalString);
        // One that takes the path off leads there by itself.
        if (keeps)
            Assert.Equal("/lineage/", (await browser.GetAsync("/lineage")).Headers.Location!.OriginalString);
        Assert.Equal("/lineage/jobs/oban/?id=50%25", (await browser.GetAsync("jobs/oban/50%25")).Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("api/v1/runs/oban/10")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("api/v1/runs/oban/a%2Fb")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("exports/oban/10?format=csv")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("no-such-page")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("healthz/ready")).StatusCode);
        using var events = await browser.GetAsync("api/v1/runs/oban/10/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);

        // And out.
        var ask = await browser.GetStringAsync("logout");
        Assert.Contains("action=\"/lineage/logout\"", ask);
        Assert.Contains("href=\"/lineage/\"", ask);
    }

    [Fact]
    public async Task Whoever_comes_to_the_process_itself_needs_no_path()
    {
        await using var dashboard = await TestDashboard.StartAsync(
            (ProxyRules.PublicUrlKey, "https://example.com/lineage"), (AccessRules.PasswordKey, TestDashboard.Password));

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/lineage/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/lineage/login")).StatusCode);
    }

    [Fact]
    public async Task A_trusted_proxy_may_name_the_path_that_it_takes_off()
    {
        await using var dashboard = await TestDashboard.StartAsync(
            (ProxyRules.TrustedProxiesKey, "127.0.0.1"), (AccessRules.PasswordKey, TestDashboard.Password));

        var answer = await dashboard.SendAsync(HttpMethod.Get, "/sources", ("X-Forwarded-Prefix", "/lineage"), ("X-Forwarded-For", "203.0.113.9"));

        Assert.Equal("/lineage/login?returnUrl=%2Flineage%2Fsources", answer.Headers.Location!.OriginalString);
    }

    private static async Task<TestDashboard> StartAsync(PathProxy proxy)
    {
        var dashboard = await TestDashboard.StartAsync(
            (ProxyRules.PublicUrlKey, proxy.Address.ToString()), (AccessRules.PasswordKey, TestDashboard.Password));
        proxy.Target = dashboard.Address;
        return dashboard;
    }

    [GeneratedRegex("action=\"([^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]+)\">")]
    private static partial Regex Token();

    [GeneratedRegex("<(?:script|link)[^>]* (?:src|href)=\"([^\"#]+)\"")]
    private static partial Regex File();
}
