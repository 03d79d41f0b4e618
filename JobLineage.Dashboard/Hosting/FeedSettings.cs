using System.Globalization;
using JobLineage.Core.Feed;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reads <c>JobLineage:Feed</c>: how often everything is compared, what is not finished looked over, and how many connections that may take.</summary>
[ReadsConfiguration(Section + ":ReconcileInterval", Section + ":SweepInterval", Section + ":MaxConnections")]
internal static class FeedSettings
{
    /// <summary>The section.</summary>
    public const string Section = "JobLineage:Feed";

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The product's own pace, but for what is configured; what is wrong goes to <paramref name="errors"/>.</summary>
    public static FeedOptions Read(IConfiguration configuration, ConfigurationErrors errors)
    {
        var options = new FeedOptions();
        foreach (var setting in configuration.GetSection(Section).GetChildren())
        {
            options = setting.Key.ToLowerInvariant() switch
            {
                "reconcileinterval" => options with { ReconcileInterval = Duration(setting, errors) ?? options.ReconcileInterval },
                "sweepinterval" => options with { SweepInterval = Duration(setting, errors) ?? options.SweepInterval },
                "maxconnections" => options with { MaxConnections = Connections(configuration, errors) ?? options.MaxConnections },
                // ConfigurationKeys names what nobody reads.
                _ => options,
            };
        }

        return options;
    }

    private static int? Connections(IConfiguration configuration, ConfigurationErrors errors)
    {
        var found = new List<string>();
        var number = MaxConnectionsReader.Read(configuration.GetSection(Section), found);
        errors.AddRange(found);
        return number;
    }

    private static TimeSpan? Duration(IConfigurationSection setting, ConfigurationErrors errors)
    {
        // A plain number would be read as days, which nobody means.
        if (setting.Value is { } text && text.Contains(':')
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration >= Shortest)
        {
            return duration;
        }

        errors.Add(setting.Path, $"is '{setting.Value}'; write a duration of at least a second, such as 00:10:00");
        return null;
    }
}
