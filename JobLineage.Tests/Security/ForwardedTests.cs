using System.Net;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging;

namespace JobLineage.Tests.Security;

/// <summary>What comes through a proxy.</summary>
public sealed class ForwardedTests
{
    private static readonly (string, string?) WithPassword = (AccessRules.PasswordKey, TestDashboard.Password);
    private static readonly (string, string?) WithToken = (AccessRules.ApiTokenKey, TestDashboard.Token);
    private static readonly (string, string?) Trusting = (ProxyRules.TrustedProxiesKey, "127.0.0.0/8");

    [Theory]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-Host", "jobs.example.com")]
    [InlineData("x-forwarded-anything", "1")]
    public async Task Without_a_sign_in_it_is_refused_with_a_sentence(string name, string value)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        foreach (var path in (string[])["/", "/api/v1/runs", "/js/theme.js", "/_blazor/negotiate"])
        {
            var answer = await dashboard.SendAsync(HttpMethod.Get, path, (name, value));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("came through a proxy", text);
            Assert.Contains(AccessRules.PasswordKey, text);
        }

        Assert.Equal(HttpStatusCode.OK, (await dashboard.SendAsync(HttpMethod.Get, "/healthz/live", (name, value))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/runs")).StatusCode);
    }

    [Fact]
    public async Task Refusals_are_told_to_the_log_once_for_each_kind()
    {
        var lines = new LogLines();
        await using var dashboard = await TestDashboard.StartWithAsync(setup => setup.Builder.Logging.AddProvider(lines), ("Logging:LogLevel:Default", "Warning"));

        foreach (var _ in Enumerable.Range(0, 20))
        {
            await dashboard.SendAsync(HttpMethod.Get, "/", ("Via", "1.1 proxy"));
            await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs", ("X-Forwarded-For", "203.0.113.9"));
            await dashboard.SendAsync(HttpMethod.Get, "/", ("X-Forwarded-Anything", "1"));
        }

        Assert.Equal(["Via", "X-Forwarded-*"], lines.All.Where(line => line.Contains("came through a proxy", StringComparison.Ordinal)).Select(line => line.Split('(', ')')[1]));
    }

    [Fact]
    public async Task A_token_lets_programs_through_and_pages_stay_closed()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken);

        var program = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs", ("Via", "1.1 proxy"), ("Authorization", $"Bearer {TestDashboard.Token}"));
        var page = await dashboard.SendAsync(HttpMethod.Get, "/", ("Via", "1.1 proxy"));

        Assert.Equal(HttpStatusCode.OK, program.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
    }

    [Fact]
    public async Task With_a_sign_in_it_is_answered()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        Assert.Equal(HttpStatusCode.OK, (await dashboard.SendAsync(HttpMethod.Get, "/login", ("X-Forwarded-For", "203.0.113.9"))).StatusCode);
    }

    [Fact]
    public async Task Attempts_are_counted_by_the_address_that_a_trusted_proxy_names()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken, Trusting);
        for (var i = 0; i < TokenAttempts.PerAddress; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await TryAsync(dashboard, "wrong-token-of-16", "203.0.113.9"));

        Assert.Equal(HttpStatusCode.TooManyRequests, await TryAsync(dashboard, TestDashboard.Token, "203.0.113.9"));
        // What a client wrote before the proxy added its own counts for nothing.
        Assert.Equal(HttpStatusCode.TooManyRequests, await TryAsync(dashboard, TestDashboard.Token, "198.51.100.1, 203.0.113.9"));
        Assert.Equal(HttpStatusCode.OK, await TryAsync(dashboard, TestDashboard.Token, "203.0.113.10"));
    }

    [Fact]
    public async Task An_address_that_anybody_else_names_counts_for_nothing()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken, WithPassword, (ProxyRules.TrustedProxiesKey, "10.0.0.0/8"));
        for (var i = 0; i < TokenAttempts.PerAddress; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await TryAsync(dashboard, "wrong-token-of-16", $"203.0.113.{i}"));

        Assert.Equal(HttpStatusCode.TooManyRequests, await TryAsync(dashboard, TestDashboard.Token, "203.0.113.99"));
    }

    [Fact]
    public async Task Behind_https_cookies_are_secure_whatever_the_proxy_speaks_to_us()
    {
        await using var named = await TestDashboard.StartAsync(WithPassword, (ProxyRules.PublicUrlKey, "https://jobs.example.com"));
        var form = await named.Browser.GetAsync("/login");
        Assert.All(form.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure", cookie));

        await using var told = await TestDashboard.StartAsync(WithPassword, Trusting);
        form = await told.SendAsync(HttpMethod.Get, "/login", ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9"));
        Assert.All(form.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure", cookie));
        form = await told.Browser.GetAsync("/login");
        Assert.All(form.Headers.GetValues("Set-Cookie"), cookie => Assert.DoesNotContain("; secure", cookie));
    }

    [Theory]
    [InlineData("https://jobs.example.com", true)]
    [InlineData("https://jobs.example.com:443", true)]
    [InlineData("https://JOBS.example.com", true)]
    [InlineData("http://jobs.example.com", false)]
    [InlineData("https://jobs.example.com:8443", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public async Task Behind_a_proxy_the_public_address_is_the_own_origin(string origin, bool isOwn)
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword, (ProxyRules.PublicUrlKey, "https://jobs.example.com"));

        var answer = await dashboard.SendAsync(HttpMethod.Post, "/login", ("Origin", origin));

        Assert.Equal(isOwn, answer.StatusCode != HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Scheme_and_port_are_part_of_an_origin()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        var own = dashboard.Address;

        foreach (var foreign in (string[])[$"https://127.0.0.1:{own.Port}", $"http://127.0.0.1:{own.Port + 1}", "http://127.0.0.1", $"http://localhost:{own.Port}"])
            Assert.Equal(HttpStatusCode.Forbidden, (await dashboard.SendAsync(HttpMethod.Post, "/login", ("Origin", foreign))).StatusCode);
        Assert.NotEqual(HttpStatusCode.Forbidden, (await dashboard.SendAsync(HttpMethod.Post, "/login", ("Origin", $"http://127.0.0.1:{own.Port}"))).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/runs", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/api/v1/runs", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("/api/v1/runs", "same-origin", HttpStatusCode.OK)]
    [InlineData("/api/v1/runs", "none", HttpStatusCode.OK)]
    [InlineData("/api/v1/runs/oban/10/events", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/api/v1/infer/oban/10", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/openapi/v1.json", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/exports/oban/10", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("/login", "cross-site", HttpStatusCode.Redirect)]
    public async Task What_another_sites_page_reads_of_the_API_is_refused(string path, string site, HttpStatusCode expected)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal(expected, (await dashboard.SendAsync(HttpMethod.Get, path, ("Sec-Fetch-Site", site))).StatusCode);
    }

    [Fact]
    public async Task Browsers_that_name_no_site_name_an_origin()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs/oban/10/events", ("Origin", "http://localhost:3000"))).StatusCode);
    }

    [Fact]
    public async Task A_link_to_a_file_that_a_person_clicks_is_no_attack()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.SendAsync(
            HttpMethod.Get, "/exports/oban/10?format=csv", ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-User", "?1"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpStatusCode> TryAsync(TestDashboard dashboard, string token, string client) =>
        (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/sources", ("Authorization", $"Bearer {token}"), ("X-Forwarded-For", client))).StatusCode;
}
