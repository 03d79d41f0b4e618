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
    public void A_sign_in_leads_back_to_this_site_only(string? url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url));

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
