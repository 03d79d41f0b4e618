using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Hosting;

public sealed class DigestSettingsTests
{
    private static readonly (string, string)[] SendGrid =
    [
        ("Channel", "sendgrid"), ("From", "Job Lineage <lineage@example.com>"), ("Recipients", "ops@example.com, night@example.com"),
        ("BaseUrl", "https://lineage.example.com/jobs/"), ("SendGrid:ApiKey", "SG.key"),
    ];

    [Fact]
    public void Without_a_channel_there_are_no_digests_and_nothing_is_wrong()
    {
        var (settings, errors) = Read();
        Assert.Null(settings.Channel);
        Assert.Empty(errors);
    }

    [Fact]
    public void A_channel_gets_what_is_configured_for_it()
    {
        var (settings, errors) = Read([.. SendGrid, ("Cron", "30 6 * * 1-5"), ("Since", "2026-03-01"), ("AtMostOnce", "true")]);
        Assert.Empty(errors);
        var options = Assert.IsType<SendGridOptions>(settings.ChannelOptions);
        Assert.Equal(["ops@example.com", "night@example.com"], options.Recipients.Select(r => r.Address));
        Assert.Equal(SendGridOptions.DefaultEndpoint, options.Endpoint.AbsoluteUri);
        Assert.Equal("https://lineage.example.com/jobs", settings.BaseUrl);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), settings.Since);
        Assert.True(settings.Delivery.AtMostOnce);
        Assert.Equal(
            new DateTimeOffset(2026, 3, 16, 6, 30, 0, TimeSpan.Zero), settings.Cron.GetNextValidTimeAfter(new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Digests_are_made_each_hour_unless_something_else_is_said() => Assert.Equal(
        new DateTimeOffset(2026, 3, 14, 13, 0, 0, TimeSpan.Zero), Read().Settings.Cron.GetNextValidTimeAfter(new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void The_demo_needs_no_more_than_the_name_of_its_channel()
    {
        var (settings, errors) = Read(("Channel", "File"));
        Assert.Empty(errors);
        Assert.Equal("http://127.0.0.1:5080", settings.BaseUrl);
        Assert.EndsWith("digests", Assert.IsType<FolderOptions>(settings.ChannelOptions).Directory);
    }

    [Theory]
    [InlineData("Channel", "Pigeon", "JobLineage:Digest:Channel is 'Pigeon'; it can be SendGrid, Smtp, Slack, Webhook or File.")]
    [InlineData("Cron", "hourly", "JobLineage:Digest:Cron is 'hourly'")]
    [InlineData("Since", "yesterday", "JobLineage:Digest:Since is 'yesterday'")]
    [InlineData("BaseUrl", "javascript:alert(1)", "JobLineage:Digest:BaseUrl is 'javascript:alert(1)'")]
    [InlineData("AtMostOnce", "maybe", "JobLineage:Digest:AtMostOnce is 'maybe'")]
    [InlineData("From", "a@example.com\r\nBcc: b@example.com", "JobLineage:Digest:From is ")]
    [InlineData("Recipients", "ops", "JobLineage:Digest:Recipients holds 'ops'")]
    [InlineData("Recipients", ",", "JobLineage:Digest:Recipients is missing; give the addresses that get the digest.")]
    [InlineData("Recipients", " ; ,", "JobLineage:Digest:Recipients holds ';'")]
    [InlineData("Overdue", "App.SyncJob", "JobLineage:Digest:Overdue has a value; it is a list: set JobLineage:Digest:Overdue:0:Pipeline, :Source, :Within.")]
    [InlineData("SendGrid:Endpoint", "ftp://x", "JobLineage:Digest:SendGrid:Endpoint is 'ftp://x'")]
    [InlineData("SendGrid:ApiKeey", "x", "ApiKey")]
    [InlineData("Recipient", "ops@example.com", "Recipients")]
    public void What_is_wrong_is_said_by_name(string key, string value, string sentence)
    {
        var (_, errors) = Read([.. SendGrid.Where(s => s.Item1 != key), (key, value)]);
        Assert.Contains(sentence, Assert.Single(errors));
    }

    [Fact]
    public void Pipelines_that_are_expected_are_read_with_what_is_known_of_their_sources()
    {
        var (settings, errors) = Read([("Channel", "File"), ("KeepFor", "30.00:00:00"), ("Overdue:0:Source", "OBAN"), ("Overdue:0:Pipeline", "App.SyncJob"), ("Overdue:0:Within", "1.00:00:00")]);
        Assert.Empty(errors);
        Assert.Equal([new OverdueRule("oban", "App.SyncJob", TimeSpan.FromDays(1))], settings.Overdue);
        Assert.Equal(TimeSpan.FromDays(30), settings.KeepFor);
        Assert.Equal(TimeSpan.FromDays(90), Read().Settings.KeepFor);
    }

    [Theory]
    [InlineData("TENANTS.acme_1", "tenants.acme_1", null)]
    [InlineData("tenants", "tenants", "is 'tenants', which is no source; there are oban, tenants.SCHEMA.")]
    [InlineData("tenants.other", "tenants.other", "is 'tenants.other', which is no source")]
    public void A_pipeline_of_one_of_several_schemas_is_named_with_its_schema(string source, string read, string? error)
    {
        var (settings, errors) = Read(
            [("Channel", "File"), ("Overdue:0:Source", source), ("Overdue:0:Pipeline", "App.SyncJob"), ("Overdue:0:Within", "1.00:00:00")],
            ("JobLineage:Sources:tenants:Preset", "oban"), ("JobLineage:Sources:tenants:Schemas:0", "acme_*"));
        Assert.Equal(read, Assert.Single(settings.Overdue).Source);
        if (error is null)
            Assert.Empty(errors);
        else
            Assert.Contains(error, Assert.Single(errors));
    }

    [Theory]
    [InlineData("tenants.acme.1", "tenants.acme_1")]
    [InlineData("tenants.acme_1", "tenants.acme_1")]
    [InlineData("tenants.acme.own", "tenants.acme.own")]
    [InlineData("tenants.acme;1", null)]
    public void A_schema_is_written_as_the_database_has_it_or_as_its_source_is_called(string source, string? read)
    {
        var (settings, errors) = Read(
            [("Channel", "File"), ("Overdue:0:Source", source), ("Overdue:0:Pipeline", "App.SyncJob"), ("Overdue:0:Within", "1.00:00:00")],
            ("JobLineage:Sources:tenants:Preset", "oban"), ("JobLineage:Sources:tenants:Schemas:0", "acme.*"), ("JobLineage:Sources:tenants.acme.own:Preset", "oban"));
        Assert.Equal(read is null, errors.Count == 1);
        Assert.Equal(read ?? source, Assert.Single(settings.Overdue).Source);
    }

    [Theory]
    [InlineData("KeepFor", "1:00", "JobLineage:Digest:KeepFor is '1:00'")]
    [InlineData("Overdue:0:Source", "obam", "JobLineage:Digest:Overdue:0:Source is 'obam', which is no source; there are oban.")]
    [InlineData("Overdue:0:Pipeline", "", "JobLineage:Digest:Overdue:0:Pipeline is missing")]
    [InlineData("Overdue:0:Within", "", "JobLineage:Digest:Overdue:0:Within is missing")]
    [InlineData("Overdue:0:Within", "-1", "JobLineage:Digest:Overdue:0:Within is '-1'")]
    [InlineData("Overdue:0:Witin", "1", "Within")]
    public void What_is_wrong_with_them_is_said_by_name(string key, string value, string sentence)
    {
        (string, string)[] whole = [("Overdue:0:Source", "oban"), ("Overdue:0:Pipeline", "App.SyncJob"), ("Overdue:0:Within", "1.00:00:00")];
        Assert.Contains(sentence, Assert.Single(Read([.. whole.Where(s => s.Item1 != key), (key, value)]).Errors));
    }

    [Fact]
    public void Each_rule_that_says_the_same_again_is_told_by_its_own_key_and_the_first_ones()
    {
        (string, string)[] Rule(int number, string source, string pipeline) =>
            [($"Overdue:{number}:Source", source), ($"Overdue:{number}:Pipeline", pipeline), ($"Overdue:{number}:Within", "1.00:00:00")];

        var errors = Read([.. Rule(0, "oban", "App.OtherJob"), .. Rule(2, "oban", "App.SyncJob"), .. Rule(5, "OBAN", "App.SyncJob"), .. Rule(7, "oban", "App.SyncJob")]).Errors;

        Assert.Equal(
            [
                "JobLineage:Digest:Overdue:5 names pipeline 'App.SyncJob' of source 'oban', which JobLineage:Digest:Overdue:2 names already.",
                "JobLineage:Digest:Overdue:7 names pipeline 'App.SyncJob' of source 'oban', which JobLineage:Digest:Overdue:2 names already.",
            ],
            errors);
    }

    [Theory]
    [InlineData("SendGrid")]
    [InlineData("Smtp")]
    [InlineData("File")]
    public void Who_is_named_twice_gets_one_message(string channel)
    {
        var (settings, errors) = Read([
            .. SendGrid.Where(s => s.Item1 is not ("Channel" or "Recipients")), ("Channel", channel), ("Smtp:Host", "mail.example.com"),
            ("Recipients", "Ops <ops@example.com>, night@example.com, OPS@example.com, ops@example.com")]);

        Assert.Empty(errors);
        Assert.Equal([new("ops@example.com", "Ops"), new("night@example.com", null)], Recipients(settings));
    }

    [Fact]
    public void Only_different_addresses_count_towards_what_SendGrid_takes()
    {
        (string, string)[] Many(int different) =>
            [.. SendGrid.Where(s => s.Item1 != "Recipients"), ("Recipients", string.Join(',', Enumerable.Range(0, 1_100).Select(i => $"p{i % different}@example.com")))];

        Assert.Empty(Read(Many(1_000)).Errors);
        Assert.Equal("JobLineage:Digest:Recipients has 1001 addresses; SendGrid takes 1000 a message.", Assert.Single(Read(Many(1_001)).Errors));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(",")]
    public void A_file_is_to_somebody_also_where_the_recipients_are_blank(string blank)
    {
        var (settings, errors) = Read(("Channel", "File"), ("Recipients", blank));

        Assert.Empty(errors);
        Assert.Equal(Recipients(Read(("Channel", "File")).Settings), Recipients(settings));
        Assert.Single(Recipients(settings));
    }

    [Fact]
    public void Where_Slacks_address_is_found_is_said_whether_it_is_missing_or_something_else()
    {
        Assert.Contains(
            "JobLineage:Digest:Slack:Url is missing; it is shown where the webhook was made; the environment variable SLACK_WEBHOOK_URL may hold it as well.",
            Read(("Channel", "Slack"), ("BaseUrl", "https://x.example")).Errors);
        Assert.Equal(
            "JobLineage:Digest:Slack:Url is something else, which is not an https address without a user name; it is shown where the webhook was made.",
            Assert.Single(Read(("Channel", "Slack"), ("BaseUrl", "https://x.example"), ("Slack:Url", "T000/B000/XXX")).Errors));
    }

    [Fact]
    public void What_pages_show_of_a_channel_holds_no_secret()
    {
        var plan = DigestPlans.Of(Read([.. SendGrid]).Settings);
        Assert.Equal("2 recipients (ops@example.com, night@example.com) by api.sendgrid.com", plan.Target);
        Assert.Equal("each hour", plan.Schedule);
        Assert.Contains("JobLineage:Digest:SendGrid:ApiKey", plan.Keys);
        (string, string)[] hook = [("Channel", "Webhook"), ("BaseUrl", "https://x.example"), ("Webhook:Url", "https://hook.example/token-1?key=token-2"), ("Webhook:Secret", "0123456789abcdef")];
        Assert.Equal("hook.example", DigestPlans.Of(Read(hook).Settings).Target);
    }

    [Theory]
    [InlineData("Smtp:Port", "465", "Smtp:StartTls", "false", "JobLineage:Digest:Smtp:Port is 465")]
    [InlineData("Smtp:User", "lineage", "Smtp:StartTls", "false", "JobLineage:Digest:Smtp:StartTls is false, and the password would go to mail.example.com in clear")]
    [InlineData("Smtp:Authorities", "/nowhere/ca.pem", "Smtp:Port", "25", "JobLineage:Digest:Smtp:Authorities is '/nowhere/ca.pem', which can't be read")]
    [InlineData("Smtp:Authorities", "/dev/null", "Smtp:Port", "25", "JobLineage:Digest:Smtp:Authorities is '/dev/null', which holds no certificate")]
    [InlineData("Smtp:Port", "0", "Smtp:User", "x", "JobLineage:Digest:Smtp:Port is '0'")]
    [InlineData("From", "lineage@exämple.com", "Smtp:Port", "25", "JobLineage:Digest:From is 'lineage@exämple.com'")]
    public void What_a_mail_server_would_refuse_or_give_away_is_said_by_name(string key, string value, string other, string its, string sentence)
    {
        (string, string)[] smtp = [("Channel", "Smtp"), ("From", "a@example.com"), ("Recipients", "b@example.com"), ("BaseUrl", "https://x.example"), ("Smtp:Host", "mail.example.com")];
        Assert.Empty(Read(smtp).Errors);
        Assert.Empty(Read([.. smtp, ("Smtp:Port", "465")]).Errors);
        Assert.Empty(Read([.. smtp.SkipLast(1), ("Smtp:Host", "localhost"), ("Smtp:User", "x"), ("Smtp:StartTls", "false")]).Errors);
        Assert.Contains(sentence, Assert.Single(Read([.. smtp.Where(s => s.Item1 != key), (key, value), (other, its)]).Errors));
    }

    [Theory]
    [InlineData("SendGrid", "SendGrid:Endpoint")]
    [InlineData("Webhook", "Webhook:Url")]
    [InlineData("Slack", "Slack:Url")]
    public void No_key_and_no_message_goes_to_another_machine_in_clear(string channel, string key)
    {
        (string, string)[] whole = [.. SendGrid.Where(s => s.Item1 != "Channel"), ("Channel", channel), ("Webhook:Secret", "0123456789abcdef"), ("Webhook:Url", "https://x.example"), ("Slack:Url", "https://x.example")];
        whole = [.. whole.Where(s => s.Item1 != key)];
        var error = Assert.Single(Read([.. whole, (key, "http://mail.example.com/token-1")]).Errors);
        Assert.Equal($"JobLineage:Digest:{key} is an http address of another machine (mail.example.com), and messages and keys would go there in clear; give an https address.", error);
        foreach (var here in new[] { "http://127.0.0.1:9", "http://localhost/x", "http://[::1]:9/", "https://mail.example.com/token-1" })
            Assert.Empty(Read([.. whole, (key, here)]).Errors);
        Assert.DoesNotContain("hush", Assert.Single(Read([.. whole, (key, "https://me:hush@mail.example.com/hush")]).Errors));
    }

    [Fact]
    public void A_senders_name_that_SendGrid_refuses_is_said_at_the_start() => Assert.Contains(
        "JobLineage:Digest:From has the name 'Nächte'", Assert.Single(Read([.. SendGrid.Where(s => s.Item1 != "From"), ("From", "Nächte <night@example.com>")]).Errors));

    [Theory]
    [InlineData("SendGrid", "SendGrid:ApiKey", "From", "Recipients", "BaseUrl")]
    [InlineData("Smtp", "Smtp:Host", "From", "Recipients", "BaseUrl")]
    [InlineData("Slack", "Slack:Url", "BaseUrl")]
    [InlineData("Webhook", "Webhook:Url", "Webhook:Secret", "BaseUrl")]
    public void All_that_is_missing_is_said_at_once(string channel, params string[] keys)
    {
        var (_, errors) = Read(("Channel", channel));
        Assert.Equal(keys.Order(), errors.Select(e => e.Split(' ')[0]["JobLineage:Digest:".Length..]).Order());
    }

    private static IReadOnlyList<MailboxAddress> Recipients(DigestSettings settings) => settings.ChannelOptions switch
    {
        SendGridOptions sendGrid => sendGrid.Recipients,
        SmtpOptions smtp => smtp.Recipients,
        FolderOptions folder => folder.Recipients,
        _ => throw new InvalidOperationException("This channel has no recipients."),
    };

    private static (DigestSettings Settings, IReadOnlyList<string> Errors) Read(params (string Key, string Value)[] settings) => Read(settings, []);

    private static (DigestSettings Settings, IReadOnlyList<string> Errors) Read((string Key, string Value)[] settings, params (string Key, string Value)[] others)
    {
        using var folder = new TempFolder();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"{DigestSettings.Section}:{s.Key}", (string?)s.Value))
                .Append(new("JobLineage:Sources:oban:Preset", "oban")).Concat(others.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))))
            .Build();
        var errors = new ConfigurationErrors();
        var read = DigestSettings.Read(configuration, DashboardOptions.Read(configuration, folder.Path, errors), errors);
        errors.AddRange(ConfigurationKeys.Misspelt(configuration));
        return (read, errors.Sentences);
    }
}
