using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Configuration;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Security;
using Quartz;

namespace JobLineage.Dashboard.Hosting;

/// <summary>What <c>JobLineage:Digest</c> says.</summary>
[Section(Section)]
internal sealed record DigestSettings : ICheckedOptions
{
    /// <summary>The section.</summary>
    public const string Section = "JobLineage:Digest";

    private const string BaseUrlKey = $"{Section}:{nameof(BaseUrl)}";
    private const string OverdueKey = $"{Section}:{nameof(Overdue)}";

    private const int MostOverdue = 200;

    /// <summary>The way out; null: no digests are made.</summary>
    [Setting]
    public ChannelKind? Channel { get; init; }

    /// <summary>When digests are made, in UTC, as it was written.</summary>
    [Setting(Key = nameof(Cron), By = nameof(ReadCron))]
    public string CronText { get; init; } = "0 0 * * * ?";

    /// <summary>The same.</summary>
    public CronExpression Cron => field ??= Parse(CronText)!;

    /// <summary>Where the dashboard is, as configured.</summary>
    [Setting(Key = nameof(BaseUrl), By = nameof(ReadSite))]
    public Uri? Site { get; init; }

    /// <summary>Where the dashboard is, without a slash at the end.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>The starting line; null: when digests were first made.</summary>
    [Setting(", which is not a time; write it as 2026-03-14T00:00:00Z")]
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether nothing is sent a second time while the first may have arrived.</summary>
    [Setting]
    public bool AtMostOnce { get; init; }

    /// <summary>For how long what was told is kept.</summary>
    [Setting("; write it as 90.00:00:00 (90 days), and a day at least", Least = "1.00:00:00", Most = "36500.00:00:00", IsPlainDays = true)]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Pipelines that are expected to finish again and again.</summary>
    [Setting]
    public IReadOnlyList<OverdueRule> Overdue { get; init; } = [];

    /// <summary>How messages are delivered.</summary>
    public DeliveryOptions Delivery => new() { AtMostOnce = AtMostOnce };

    /// <summary>The options of the channel: <see cref="SendGridOptions"/> and its like; null without a channel.</summary>
    public object? ChannelOptions { get; init; }

    /// <summary>Reads the section; what is wrong goes to <paramref name="errors"/>.</summary>
    public static DigestSettings Read(IConfiguration configuration, DashboardOptions dashboard, ConfigurationErrors errors)
    {
        var reader = errors.Reader(configuration);
        var read = reader.Read<DigestSettings>();
        var site = read.Site ?? dashboard.Access.Proxy.PublicUrl;
        if (site is null && read.Channel is not (null or ChannelKind.File) && string.IsNullOrWhiteSpace(configuration[BaseUrlKey]))
            errors.Add(BaseUrlKey, "is missing; links in messages begin with it, as in https://lineage.example.com");
        return read with
        {
            BaseUrl = site?.AbsoluteUri.TrimEnd('/') ?? Here(dashboard),
            Overdue = ReadOverdue(read.Overdue, configuration, errors),
            ChannelOptions = DigestChannels.Read(reader, read.Channel, dashboard.DataDirectory),
        };
    }

    /// <inheritdoc />
    public IEnumerable<(string Key, string Problem)> Check()
    {
        if (Overdue.Count > MostOverdue)
            yield return (nameof(Overdue), $"has {Overdue.Count} pipelines; it can have {MostOverdue}");
    }

    private static object? ReadCron(string text, Action<string> wrong)
    {
        if (Parse(text) is not null)
            return text;
        wrong(", which is not a cron expression; write it as '0 * * * *' (each hour) or with seconds before it, in UTC");
        return null;
    }

    /// <summary>Five fields are what a crontab has, six begin with seconds.</summary>
    private static CronExpression? Parse(string text) =>
        CronExpression.TryParse(text, text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 5 ? CronFormat.Unix : CronFormat.Quartz, out var cron)
            ? cron.WithTimeZone(TimeZoneInfo.Utc) : null;

    private static object? ReadSite(string text, Action<string> wrong) => ProxyRules.ReadSite(text, ", which is not an http or https address; write it as https://lineage.example.com", wrong);

    /// <summary>The rules with the names of their sources as these are written; a list may leave numbers out, so each goes by its own key.</summary>
    private static IReadOnlyList<OverdueRule> ReadOverdue(IReadOnlyList<OverdueRule> read, IConfiguration configuration, ConfigurationErrors errors)
    {
        // What is wrong with them is said where they are read.
        var known = SourcesConfigurationReader.Names(configuration);
        var rules = read.Zip(configuration.GetSection(OverdueKey).GetChildren(), (rule, section) =>
            (section.Path, Rule: rule with { Source = Source(rule.Source ?? "", known, $"{section.Path}:Source", errors) })).ToList();
        foreach (var same in rules.Where(r => r.Rule.Pipeline is not null).GroupBy(r => (r.Rule.Source, r.Rule.Pipeline)))
        {
            foreach (var (path, rule) in same.Skip(1))
                errors.Add(path, $"names pipeline '{rule.Pipeline}' of source '{rule.Source}', which {same.First().Path} names already");
        }

        return [.. rules.Select(r => r.Rule)];
    }

    private static string Source(string name, IReadOnlyList<(string Name, IReadOnlyList<string> Schemas)> known, string key, ConfigurationErrors errors)
    {
        // One that is configured by itself goes before a schema of another's that would be written alike.
        var alone = known.Where(k => k.Schemas.Count == 0 && k.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(k => k.Name);
        if (alone.Concat(known.Select(k => SchemaPatterns.SourceName(k.Name, k.Schemas, name)).OfType<string>()).FirstOrDefault() is { } found)
            return found;
        errors.Add(key, (name.Length == 0 ? "is missing" : $"is '{name}', which is no source")
            + (known.Count == 0 ? "; none is configured" : $"; there are {string.Join(", ", known.Select(k => k.Schemas.Count > 0 ? $"{k.Name}.SCHEMA" : k.Name))}"));
        return name;
    }

    /// <summary>Whoever reads the files reads them here.</summary>
    private static string Here(DashboardOptions dashboard) => DashboardRun.Displayed(
        dashboard.Addresses.All.Select(a => a.Url).FirstOrDefault(u => u.StartsWith("http", StringComparison.OrdinalIgnoreCase)) ?? ListenAddresses.Default).Split(' ')[0].TrimEnd('/');
}
