using System.Globalization;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reads <c>JobLineage:Digest:Overdue:&lt;n&gt;</c>: pipelines that are expected to finish again and again.</summary>
internal static class OverdueSettings
{
    private const int Most = 200;

    private static readonly string[] Keys = ["Source", "Pipeline", "Within"];
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Reads the rules; what is wrong goes to <paramref name="errors"/>.</summary>
    /// <param name="section">The section of the list.</param>
    /// <param name="configuration">The whole configuration: it names the sources.</param>
    /// <param name="errors">Gets a sentence for each thing that is wrong.</param>
    public static IReadOnlyList<OverdueRule> Read(IConfigurationSection section, IConfiguration configuration, ConfigurationErrors errors)
    {
        var sources = configuration.GetSection("JobLineage:Sources").GetChildren().Select(s => s.Key).ToList();
        var rules = new List<OverdueRule>();
        foreach (var rule in section.GetChildren())
        {
            foreach (var setting in rule.GetChildren().Where(c => !Keys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
                errors.AddRange([DidYouMean.Sentence(setting.Path, setting.Key, Keys)]);
            var (source, pipeline, within) = (Source(rule, sources, errors), Pipeline(rule, errors), Within(rule, errors));
            if (rules.Any(r => r.Source == source && r.Pipeline == pipeline) && pipeline.Length > 0)
                errors.Add(rule.Path, $"names pipeline '{pipeline}' of source '{source}' a second time");
            rules.Add(new(source, pipeline, within));
        }

        if (rules.Count > Most)
            errors.Add(section.Path, $"has {rules.Count} pipelines; it can have {Most}");
        return rules;
    }

    private static string Source(IConfigurationSection rule, List<string> sources, ConfigurationErrors errors)
    {
        var name = rule["Source"]?.Trim() ?? "";
        if (sources.Find(s => s.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known)
            return known;
        errors.Add($"{rule.Path}:Source", (name.Length == 0 ? "is missing" : $"is '{name}', which is no source")
            + (sources.Count == 0 ? "; none is configured" : $"; there are {string.Join(", ", sources)}"));
        return name;
    }

    private static string Pipeline(IConfigurationSection rule, ConfigurationErrors errors)
    {
        var name = rule["Pipeline"]?.Trim() ?? "";
        if (name.Length == 0 || name.Contains('\0'))
            errors.Add($"{rule.Path}:Pipeline", "is missing; give the worker of the pipeline's root, as in App.SyncJob");
        return name;
    }

    private static TimeSpan Within(IConfigurationSection rule, ConfigurationErrors errors)
    {
        var text = rule["Within"];
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var within) && within >= Shortest && within <= Longest)
            return within;
        errors.Add($"{rule.Path}:Within", (string.IsNullOrWhiteSpace(text) ? "is missing" : $"is '{text}'")
            + "; write it as 1.00:00:00 (a day), between a minute and a year");
        return TimeSpan.FromDays(1);
    }
}
