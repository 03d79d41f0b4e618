using System.Text.RegularExpressions;
using JobLineage.Core.Configuration;
using JobLineage.Core.Diagnosis;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads what is configured about sources: <c>JobLineage:Sources</c>, <c>:History</c>, <c>:Stuck</c>, <c>:Diagnosis</c> and <c>:Redact</c>. All errors are
/// found at once; keys that mean nothing are <see cref="MisspeltKeys"/>'.
/// </summary>
public static partial class SourcesConfigurationReader
{
    /// <summary>Reads the configuration.</summary>
    /// <param name="configuration">The whole configuration, from its root.</param>
    /// <param name="requireConnection">False where a source may do without a connection string, as in the demo.</param>
    public static SourcesConfiguration Read(IConfiguration configuration, bool requireConnection = true)
    {
        var errors = new List<string>();
        var reader = new OptionsReader(configuration, errors.Add);
        var all = reader.Read<SourcesSection>();
        var (sources, limits) = (new List<SourceOptions>(), new Dictionary<string, StuckLimits>());
        foreach (var section in reader.Sections<SourceSection>())
        {
            var before = errors.Count;
            if (!Name().IsMatch(section.Key))
                errors.Add($"{section.Path} is not a name for a source: use letters, digits, '-', '_' and '.', since it is part of addresses.");
            var own = reader.Fill(new SourceSection { Preset = string.IsNullOrWhiteSpace(section["Preset"]) ? SourceStart.Custom : null, KeepRuns = all.KeepRuns }, section);
            if (requireConnection && string.IsNullOrWhiteSpace(section["ConnectionString"]))
                errors.Add($"{section.Path}:ConnectionString is missing; give the database that holds the queue's table.");
            limits[own.Schemas.Count > 0 ? section.Key + DiagnosisOptions.AnySchema : section.Key] = own.Stuck;
            if (SourceStart.Of(section, own.Preset, errors.Add) is not { } start)
                continue;
            var mapping = reader.Fill(start, section);
            if (mapping.JobUrl is { } origin)
                mapping = mapping with { JobUrl = JobUrlTemplate.Complete(origin, Presets.Engine(mapping.Preset)?.JobPath) };
            if (mapping.JobUrl is { } url && JobUrlTemplate.Problem(url) is { } problem)
                errors.Add($"{section.Path}:JobUrl {problem}");
            if (own.Schemas.Count > 0 && !string.IsNullOrWhiteSpace(section["Schema"]))
                errors.Add($"{section.Path}:Schema and {section.Path}:Schemas exclude each other: list it in Schemas.");
            if (errors.Count == before)
                sources.Add(new(mapping, own.ConnectionString, own.Feed) { KeepRuns = own.KeepRuns, MaxConnections = own.MaxConnections, Schemas = own.Schemas });
        }

        var diagnosis = all.Diagnosis with
        {
            StuckAfter = all.Stuck.After ?? DiagnosisOptions.DefaultStuckAfter,
            ExecutingAfter = all.Stuck.ExecutingAfter,
            Workers = all.Stuck.Workers,
            Sources = limits,
        };
        return new([.. sources.OrderBy(s => s.Name, StringComparer.Ordinal)], diagnosis, all.Redact is { Count: > 0 } words ? words : Redaction.DefaultWords, errors);
    }

    /// <summary>What sources are called, with the schemas of those that stand for several.</summary>
    /// <param name="configuration">The whole configuration, from its root.</param>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Schemas)> Names(IConfiguration configuration)
    {
        var reader = new OptionsReader(configuration, _ => { });
        return [.. reader.Sections<SourceSection>().Select(section => (section.Key, reader.Fill(new SourceSection(), section).Schemas))];
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    private static partial Regex Name();
}
