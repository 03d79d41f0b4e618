using JobLineage.Core.Diagnosis;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads <c>JobLineage:Sources</c>, <c>JobLineage:History</c>, <c>JobLineage:Stuck</c>, <c>JobLineage:Diagnosis</c> and <c>JobLineage:Redact</c>. All errors are found at once;
/// a key that means nothing is one, since it is most often a misspelt one.
/// </summary>
[ReadsConfiguration("JobLineage:Sources:**", "JobLineage:Redact:**")]
public static class SourcesConfigurationReader
{
    /// <summary>Reads the configuration.</summary>
    /// <param name="configuration">The whole configuration, from its root.</param>
    /// <param name="requireConnection">False where a source may do without a connection string, as in the demo.</param>
    public static SourcesConfiguration Read(IConfiguration configuration, bool requireConnection = true)
    {
        var errors = new List<string>();
        var sources = new List<SourceOptions>();
        var limits = new Dictionary<string, StuckLimits>();
        var reader = new DiagnosisSectionReader(errors);
        var keepRuns = KeepRuns.ReadAll(configuration, errors);
        foreach (var section in configuration.GetSection("JobLineage:Sources").GetChildren())
        {
            if (new SourceSectionReader(section, requireConnection, keepRuns, errors).Read() is { } source)
                sources.Add(source);
            limits[section.Key] = reader.ReadLimits(section.GetSection("Stuck"));
        }

        var diagnosis = reader.Read(configuration) with { Sources = limits };
        return new([.. sources.OrderBy(s => s.Name, StringComparer.Ordinal)], diagnosis, ReadRedact(configuration, errors), errors);
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
