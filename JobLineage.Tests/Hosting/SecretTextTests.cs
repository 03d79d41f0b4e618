using JobLineage.Dashboard.Cli;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Cli;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Hosting;

/// <summary>No sentence about the configuration holds a secret.</summary>
public sealed class SecretTextTests
{
    private const string Secret = "Xq7-hidden.value";

    // Wrong in as many ways as can be, each with a secret in it.
    private static readonly (string Key, string? Value)[] Wrong =
    [
        ("urls", $"http://user:{Secret}@0.0.0.0:http"),
        (AccessRules.PasswordKey, "pw7"),
        (ProxyRules.PublicUrlKey, $"ftp://user:{Secret}@host/"),
        (ProxyRules.TrustedProxiesKey, $"https://{Secret}@proxy"),
        ("ConnectionStrings:Store", $"Host=h;Password={Secret};Nonsense=1"),
        ("JobLineage:Sources:a:Preset", "oban"),
        ("JobLineage:Sources:a:ConnectionString", $"postgres://user:{Secret}@h:port/x"),
        ("JobLineage:Sources:b:Preset", "oban"),
        ("JobLineage:Sources:b:ConnectionString", $"Host=h;Password={Secret};Pasword=1"),
        ("JobLineage:Sources:c:Preset", $"https://u:{Secret}@oban"),
        ("JobLineage:Sources:c:JobUrl", $"https://u:{Secret}@h/jobs"),
        ("JobLineage:Digest:Channel", "Webhook"),
        ("JobLineage:Digest:Cron", $"token={Secret}"),
        ("JobLineage:Digest:BaseUrl", $"https://u:{Secret}@h"),
        ("JobLineage:Digest:Webhook:Url", $"hooks.example.com/{Secret}"),
        ("JobLineage:Digest:Webhook:Secret", Secret[..15]),
        ("JobLineage:Digest:Since", $"https://h/?access_token={Secret}"),
        ("JobLineage:Health:DegradedStatus", $"password={Secret}"),
    ];

    [Fact]
    public void Whatever_is_wrong()
    {
        using var folder = new TempFolder();

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(folder, null, Wrong, more: setup =>
        {
            DashboardData.ReadSources(setup.Builder.Configuration, setup.Errors);
            DigestSettings.Read(setup.Builder.Configuration, setup.Options, setup.Errors);
        }));

        var all = string.Join('\n', error.Sentences) + error.Message;
        Assert.True(error.Sentences.Count >= 12, all);
        Assert.DoesNotContain("hidden", all);
        Assert.DoesNotContain(Secret[..15], all);
    }

    [Fact]
    public void What_is_secret_by_its_key_is_masked_wherever_it_stands()
    {
        var errors = new ConfigurationErrors(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["JobLineage:Access:ApiToken"] = "abcd-plain-words",
            ["ConnectionStrings:Store"] = "Host=h;Username=me;Password='my horse';Database=d",
        }).Build());

        errors.Add("JobLineage:Anything", "is 'abcd-plain-words', and my horse");

        Assert.Equal("JobLineage:Anything is '[redacted]', and [redacted].", Assert.Single(errors.Sentences));
    }

    [Fact]
    public void A_password_is_found_in_any_form_of_a_connection_string()
    {
        foreach (var text in new[] { "Host=h;Password=my horse;Database=d", "host=h password='my horse' user=me", "postgres://me:my%20horse@h/d" })
        {
            var errors = new ConfigurationErrors(new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Store", text)]).Build());
            errors.Add("JobLineage:Anything", "is my horse");
            Assert.Equal("JobLineage:Anything is [redacted].", Assert.Single(errors.Sentences));
        }
    }

    [Theory]
    [InlineData("'https://token@host/x'", "'https://[redacted]@host/x'")]
    [InlineData("Host=h;Password=a b;Database=d", "Host=h;Password=[redacted];Database=d")]
    [InlineData("host=h password='a b' user=u", "host=h password=[redacted] user=u")]
    [InlineData("urls holds 'x', which is no address like http://127.0.0.1:5080.", "urls holds 'x', which is no address like http://127.0.0.1:5080.")]
    [InlineData("is not a URL of the form postgres://user@host:port/database", "is not a URL of the form postgres://user@host:port/database")]
    [InlineData("write it as Host=…;Database=…;Username=… or postgres://user@host:port/database", "write it as Host=…;Database=…;Username=… or postgres://user@host:port/database")]
    [InlineData("JobLineage:Digest:SendGrid:ApiKey is missing; set SENDGRID_API_KEY.", "JobLineage:Digest:SendGrid:ApiKey is missing; set SENDGRID_API_KEY.")]
    [InlineData("JobLineage:Access:Password must have at least 8 characters.", "JobLineage:Access:Password must have at least 8 characters.")]
    public void What_looks_like_a_secret_is_masked_and_nothing_else(string text, string expected) => Assert.Equal(expected, SecretText.Without(text));

    [Fact]
    public async Task A_verb_repeats_no_secret_of_the_configuration()
    {
        var ran = await LineageCommandsTests.RunAsync(["stats", "1", "--source", "t"], new()
        {
            ["JobLineage:Access:ApiToken"] = "plain-words-of-mine",
            ["JobLineage:Sources:t:Preset"] = "plain-words-of-mine",
        });
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("JobLineage:Sources:t:Preset", ran.Error);
        Assert.DoesNotContain("plain-words", ran.Error);
    }

    [Fact]
    public void The_terminal_tells_none_either()
    {
        Assert.DoesNotContain(Secret, new QueryFailure(2, $"postgres://u:{Secret}@h can't be read").Message);
        Assert.DoesNotContain(Secret, Assert.Single(Failure.Of(new InvalidOperationException($"postgres://u:{Secret}@h")).Sentences));
    }
}
