using System.Globalization;
using JobLineage.Core.Diagnosis;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads <c>JobLineage:Sources</c>, <c>JobLineage:Stuck</c> and <c>JobLineage:Redact</c>. All errors are found at once;
/// a key that means nothing is one, since it is most often a misspelt one.
/// </summary>
public static class SourcesConfigurationReader
{
    /// <summary>Reads the configuration.</summary>
    /// <param name="configuration">The whole configuration, from its root.</param>
    /// <param name="requireConnection">False where a source may do without a connection string, as in the demo.</param>
    public static SourcesConfiguration Read(IConfiguration configuration, bool requireConnection = true)
    {
        var errors = new List<string>();
        var sources = new List<SourceOptions>();
        var thresholds = new Dictionary<string, TimeSpan>();
        foreach (var section in configuration.GetSection("JobLineage:Sources").GetChildren())
        {
            if (new SourceSectionReader(section, requireConnection, errors).Read() is { } source)
                sources.Add(source);
            if (ReadStuck(section.GetSection("Stuck"), mayNameWorkers: false, errors).After is { } after)
                thresholds[section.Key] = after;
        }

        var stuck = ReadStuck(configuration.GetSection("JobLineage:Stuck"), mayNameWorkers: true, errors);
        var diagnosis = new DiagnosisOptions
        {
            StuckAfter = stuck.After ?? DiagnosisOptions.DefaultStuckAfter,
            Sources = thresholds,
            Workers = stuck.Workers,
        };
        return new([.. sources.OrderBy(s => s.Name, StringComparer.Ordinal)], diagnosis, ReadRedact(configuration, errors), errors);
    }

    private static (TimeSpan? After, Dictionary<string, TimeSpan> Workers) ReadStuck(
        IConfigurationSection section, bool mayNameWorkers, List<string> errors)
    {
        var workers = new Dictionary<string, TimeSpan>();
        TimeSpan? after = null;
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToLowerInvariant())
            {
                case "after":
                    after = ReadDuration(child, errors);
                    break;
                case "workers" when mayNameWorkers:
                    foreach (var worker in child.GetChildren())
                    {
                        foreach (var setting in worker.GetChildren())
                        {
                            if (!setting.Key.Equals("After", StringComparison.OrdinalIgnoreCase))
                                errors.Add(DidYouMean.Sentence(setting.Path, setting.Key, ["After"]));
                            else if (ReadDuration(setting, errors) is { } own)
                                workers[worker.Key] = own;
                        }

                        if (worker.Value is not null)
                            errors.Add($"{worker.Path} has a value; set {worker.Path}:After instead.");
                    }

                    break;
                default:
                    errors.Add(DidYouMean.Sentence(child.Path, child.Key, mayNameWorkers ? ["After", "Workers"] : ["After"]));
                    break;
            }
        }

        return (after, workers);
    }

    private static TimeSpan? ReadDuration(IConfigurationSection setting, List<string> errors)
    {
        // A plain number would be read as days, which nobody means.
        if (setting.Value is { } text && text.Contains(':')
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero)
        {
            return duration;
        }

        errors.Add($"{setting.Path} is '{setting.Value}', which is not a duration; write it as 00:05:00.");
        return null;
    }

    private static IReadOnlyList<string> ReadRedact(IConfiguration configuration, List<string> errors)
    {
        var section = configuration.GetSection("JobLineage:Redact");
        if (section.Value is { Length: > 0 } list)
            return list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var words = section.GetChildren().ToList();
        if (words.Count == 0)
            return Redaction.DefaultWords;
        foreach (var word in words.Where(w => string.IsNullOrWhiteSpace(w.Value)))
            errors.Add($"{word.Path} is empty; give a word that makes a key secret, such as password.");
        return [.. words.Select(w => w.Value).Where(w => !string.IsNullOrWhiteSpace(w)).Select(w => w!.Trim())];
    }
}
