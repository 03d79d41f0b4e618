using System.Globalization;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Security;
using Quartz;

namespace JobLineage.Dashboard.Hosting;

/// <summary>What <c>JobLineage:Digest</c> says.</summary>
[ReadsConfiguration(Section + ReadsConfigurationAttribute.All, Section + ":Channel", Section + ":Cron", Section + ":Recipients", Section + ":BaseUrl", Section + ":Since", Section + ":KeepFor", Section + ":Overdue")]
internal sealed record DigestSettings
{
    /// <summary>The section.</summary>
    public const string Section = "JobLineage:Digest";

    private const string Hourly = "0 0 * * * ?";

    private static readonly TimeSpan Quarter = TimeSpan.FromDays(90);

    private static readonly string[] Keys =
        ["Cron", "Channel", "From", "Recipients", "BaseUrl", "Since", "AtMostOnce", "KeepFor", "Overdue", "SendGrid", "Smtp", "Slack", "Webhook", "File"];

    /// <summary>The way out; null: no digests are made.</summary>
    public ChannelKind? Channel { get; init; }

    /// <summary>When digests are made, in UTC.</summary>
    public required CronExpression Cron { get; init; }

    /// <summary>The same as it was written.</summary>
    public required string CronText { get; init; }

    /// <summary>Where the dashboard is, without a slash at the end.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The starting line; null: when digests were first made.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>For how long what was told is kept.</summary>
    public TimeSpan KeepFor { get; init; }

    /// <summary>Pipelines that are expected to finish again and again.</summary>
    public IReadOnlyList<OverdueRule> Overdue { get; init; } = [];

    /// <summary>How messages are delivered.</summary>
    public DeliveryOptions Delivery { get; init; } = new();

    /// <summary>The options of the channel: <see cref="SendGridOptions"/> and its like; null without a channel.</summary>
    public object? ChannelOptions { get; init; }

    /// <summary>Reads the section; what is wrong goes to <paramref name="errors"/>.</summary>
    public static DigestSettings Read(IConfiguration configuration, DashboardOptions dashboard, ConfigurationErrors errors)
    {
        var section = configuration.GetSection(Section);
        foreach (var setting in section.GetChildren().Where(c => !Keys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
            errors.AddRange([DidYouMean.Sentence(setting.Path, setting.Key, Keys)]);
        var channel = ReadChannel(section, errors);
        var (cron, cronText) = ReadCron(section, errors);
        return new()
        {
            Channel = channel,
            Cron = cron,
            CronText = cronText,
            KeepFor = ReadKeepFor(section, errors),
            Overdue = OverdueSettings.Read(section.GetSection("Overdue"), configuration, errors),
            BaseUrl = ReadBaseUrl(section, channel, dashboard, errors),
            Since = ReadSince(section, errors),
            Delivery = new() { AtMostOnce = ReadSwitch(section.GetSection("AtMostOnce"), false, errors) },
            ChannelOptions = channel is { } kind ? new DigestChannelSettings(configuration, section, dashboard, errors).Read(kind) : null,
        };
    }

    /// <summary>Reads true or false.</summary>
    internal static bool ReadSwitch(IConfigurationSection setting, bool otherwise, ConfigurationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(setting.Value))
            return otherwise;
        if (bool.TryParse(setting.Value, out var value))
            return value;
        errors.Add(setting.Path, $"is '{setting.Value}'; it can be true or false");
        return otherwise;
    }

    private static ChannelKind? ReadChannel(IConfigurationSection section, ConfigurationErrors errors)
    {
        var name = section["Channel"];
        if (string.IsNullOrWhiteSpace(name))
            return null;
        foreach (var kind in Enum.GetValues<ChannelKind>())
        {
            if (name.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase))
                return kind;
        }

        errors.Add($"{Section}:Channel", $"is '{name}'; it can be {string.Join(", ", Enum.GetNames<ChannelKind>())}");
        return null;
    }

    private static TimeSpan ReadKeepFor(IConfigurationSection section, ConfigurationErrors errors)
    {
        if (section["KeepFor"] is not { } text || string.IsNullOrWhiteSpace(text))
            return Quarter;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var keep) && keep >= TimeSpan.FromDays(1) && keep <= TimeSpan.FromDays(36_500))
            return keep;
        errors.Add($"{Section}:KeepFor", $"is '{text}'; write it as 90.00:00:00 (90 days), and a day at least");
        return Quarter;
    }

    private static (CronExpression Cron, string Text) ReadCron(IConfigurationSection section, ConfigurationErrors errors)
    {
        var text = section["Cron"] is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : Hourly;
        // Five fields are what a crontab has, six begin with seconds.
        var format = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 5 ? CronFormat.Unix : CronFormat.Quartz;
        if (CronExpression.TryParse(text, format, out var cron))
            return (cron.WithTimeZone(TimeZoneInfo.Utc), text);
        errors.Add($"{Section}:Cron", $"is '{text}', which is not a cron expression; write it as '0 * * * *' (each hour) or with seconds before it, in UTC");
        return (CronExpression.Parse(Hourly).WithTimeZone(TimeZoneInfo.Utc), Hourly);
    }

    private static string ReadBaseUrl(IConfigurationSection section, ChannelKind? channel, DashboardOptions dashboard, ConfigurationErrors errors)
    {
        if (section["BaseUrl"] is { } text && !string.IsNullOrWhiteSpace(text))
        {
            if (Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
                return url.AbsoluteUri.TrimEnd('/');
            errors.Add($"{Section}:BaseUrl", $"is '{new Redaction().FreeText(text).Text}', which is not an http or https address; write it as https://lineage.example.com");
        }
        else if (dashboard.Access.Proxy.PublicUrl is { } known)
        {
            return known.AbsoluteUri.TrimEnd('/');
        }
        else if (channel is not (null or ChannelKind.File))
        {
            errors.Add($"{Section}:BaseUrl", "is missing; links in messages begin with it, as in https://lineage.example.com");
        }

        // Whoever reads the files reads them here.
        var here = dashboard.Addresses.All.Select(a => a.Url).FirstOrDefault(u => u.StartsWith("http", StringComparison.OrdinalIgnoreCase));
        return DashboardRun.Displayed(here ?? ListenAddresses.Default).Split(' ')[0].TrimEnd('/');
    }

    private static DateTimeOffset? ReadSince(IConfigurationSection section, ConfigurationErrors errors)
    {
        if (section["Since"] is not { } text || string.IsNullOrWhiteSpace(text))
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
            return since.ToUniversalTime();
        errors.Add($"{Section}:Since", $"is '{text}', which is not a time; write it as 2026-03-14T00:00:00Z");
        return null;
    }
}
