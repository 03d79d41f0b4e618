using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Security;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Security;

public class AccessRulesTests
{
    private const string Open = "http://0.0.0.0:8080";

    [Fact]
    public void On_loopback_nothing_is_asked()
    {
        var rules = Read();

        Assert.False(rules.PagesAsk);
        Assert.False(rules.ApiAsks);
    }

    [Fact]
    public void A_password_is_asked_for_on_loopback_too()
    {
        var rules = Read((AccessRules.PasswordKey, "correct horse"));

        Assert.True(rules.PagesAsk);
        Assert.True(rules.ApiAsks);
    }

    [Fact]
    public void A_token_alone_closes_the_API_on_loopback_and_the_pages_elsewhere()
    {
        Assert.False(Read((AccessRules.ApiTokenKey, "0123456789abcdef")).PagesAsk);
        Assert.True(Read((AccessRules.ApiTokenKey, "0123456789abcdef")).ApiAsks);
        Assert.True(Read((AccessRules.ApiTokenKey, "0123456789abcdef"), ("urls", Open)).PagesAsk);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_open_address_without_password_or_token_is_refused(string? password)
    {
        var error = Assert.Single(Errors(("urls", Open), (AccessRules.PasswordKey, password)));

        Assert.Equal(
            "'http://0.0.0.0:8080' (urls) can be reached from other machines, so a sign-in is needed: set JobLineage:Access:Password "
            + "(pages and API) or JobLineage:Access:ApiToken (the API alone), or listen on http://127.0.0.1:5080 only.", error);
    }

    [Fact]
    public void A_host_name_of_ones_own_on_loopback_means_a_proxy_so_a_sign_in_is_needed()
    {
        Assert.Contains("AllowedHosts names 'jobs.example.com'", Assert.Single(Errors(("AllowedHosts", "jobs.example.com"))));
        var rules = Read(("AllowedHosts", "jobs.example.com"), (AccessRules.PasswordKey, "correct horse"));
        Assert.Contains("jobs.example.com", rules.Hosts);
        Assert.Contains("localhost", rules.Hosts);
    }

    [Fact]
    public void On_loopback_any_host_is_not_any_host() => Assert.DoesNotContain("*", Read(("AllowedHosts", "*")).Hosts);

    [Fact]
    public void On_open_addresses_any_host_is_allowed_unless_named() =>
        Assert.Equal(["*"], Read(("urls", Open), (AccessRules.PasswordKey, "correct horse")).Hosts);

    [Fact]
    public void Short_secrets_are_errors() => Assert.Equal(
        [
            "JobLineage:Access:Password must have at least 8 characters.",
            "JobLineage:Access:ApiToken must have at least 16 characters.",
        ],
        Errors((AccessRules.PasswordKey, "seven77"), (AccessRules.ApiTokenKey, "fifteen-letters")));

    [Fact]
    public void A_secret_is_compared_whole_and_is_not_shown()
    {
        var secret = new Secret("correct horse");

        Assert.True(secret.Is("correct horse"));
        Assert.False(secret.Is("correct hors"));
        Assert.False(secret.Is("Correct horse"));
        Assert.False(secret.Is(null));
        Assert.DoesNotContain("horse", secret.ToString() + secret.Stamp);
    }

    [Theory]
    [InlineData("/runs/oban/10?tab=errors#x", "/runs/oban/10?tab=errors#x")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("runs", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/?q=łódź \"x\"", "/?q=%C5%82%C3%B3d%C5%BA%20\"x\"")]
    public void A_sign_in_leads_back_to_this_site_only(string? url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url));

    [Fact]
    public void Half_a_character_in_an_address_is_no_failure() => Assert.Equal("/%EF%BF%BD", LocalUrl.OrHome("/\ud800"));

    [Theory]
    [InlineData("/lineage/runs/oban/10", "/lineage/runs/oban/10")]
    [InlineData("/runs/oban/10", "/lineage/")]
    [InlineData("/lineage", "/lineage/")]
    [InlineData("/lineage//evil.example", "/lineage/")]
    [InlineData("/lineagexyz/", "/lineage/")]
    public void Below_a_path_it_leads_back_below_it(string url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url, "/lineage"));

    [Theory]
    [InlineData("http://unix:/run/joblineage.sock")]
    [InlineData("http://127.0.0.1:5080;http://unix:/run/joblineage.sock")]
    public void A_socket_asks_for_a_sign_in_for_a_proxy_may_open_it(string urls)
    {
        Assert.Contains("'http://unix:/run/joblineage.sock' (urls) is a socket", Assert.Single(Errors(("urls", urls))));
        Assert.True(Read(("urls", urls), (AccessRules.PasswordKey, "correct horse")).PagesAsk);
    }

    [Theory]
    [InlineData(ProxyRules.PublicUrlKey, "https://lineage.example.com")]
    [InlineData(ProxyRules.TrustedProxiesKey, "127.0.0.1")]
    public void A_proxy_that_is_configured_lets_others_in_so_a_sign_in_is_needed(string key, string value)
    {
        Assert.StartsWith(key, Assert.Single(Errors((key, value))));
        Assert.True(Read((key, value), (AccessRules.PasswordKey, "correct horse")).PagesAsk);
    }

    [Fact]
    public void The_public_name_is_answered_on_loopback_too() => Assert.Contains(
        "lineage.example.com", Read((ProxyRules.PublicUrlKey, "https://lineage.example.com/jobs-of-ours"), (AccessRules.PasswordKey, "correct horse")).Hosts);

    [Theory]
    [InlineData(ProxyRules.PublicUrlKey, "lineage.example.com", "which is not the address of a site")]
    [InlineData(ProxyRules.PublicUrlKey, "https://u:secret-word@lineage.example.com", "which is not the address of a site")]
    [InlineData(ProxyRules.PublicUrlKey, "https://lineage.example.com/?a=b", "which is not the address of a site")]
    [InlineData(ProxyRules.PublicUrlKey, "https://lineage.example.com/runs/x", "'/runs' is the dashboard's own")]
    [InlineData(ProxyRules.PublicUrlKey, "https://lineage.example.com/a%20b", "it can hold letters")]
    [InlineData(ProxyRules.TrustedProxiesKey, "10.0.0.0/33", "which is no network")]
    [InlineData(ProxyRules.TrustedProxiesKey, "proxy", "which is no network")]
    [InlineData(ProxyRules.TrustedProxiesKey, "10.0.0.0/8, ::/0", "which is everybody")]
    public void What_is_said_of_proxies_is_checked(string key, string value, string sentence)
    {
        var error = Assert.Single(Errors((key, value), (AccessRules.PasswordKey, "correct horse")));

        Assert.StartsWith(key, error);
        Assert.Contains(sentence, error);
        Assert.DoesNotContain("secret-word", error);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("192.168.0.7", true)]
    [InlineData("192.168.0.8", false)]
    [InlineData("fd00::1", true)]
    [InlineData(null, false)]
    public void Networks_and_single_addresses_are_trusted(string? remote, bool expected)
    {
        var rules = Read(
            ($"{ProxyRules.TrustedProxiesKey}:0", "10.0.0.0/8"), ($"{ProxyRules.TrustedProxiesKey}:1", "192.168.0.7"),
            ($"{ProxyRules.TrustedProxiesKey}:2", "fd00::/8"), (AccessRules.PasswordKey, "correct horse"));

        Assert.Equal(expected, rules.Proxy.Trusts(remote is null ? null : System.Net.IPAddress.Parse(remote)));
    }

    private static AccessRules Read(params (string Key, string? Value)[] settings)
    {
        var (rules, errors) = ReadAll(settings);
        Assert.Empty(errors);
        return rules;
    }

    private static IReadOnlyList<string> Errors(params (string Key, string? Value)[] settings) => ReadAll(settings).Errors;

    private static (AccessRules Rules, IReadOnlyList<string> Errors) ReadAll((string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
        var errors = new ConfigurationErrors();
        return (AccessRules.Read(configuration, ListenAddresses.Read(configuration, errors), errors), errors.Sentences);
    }
}
