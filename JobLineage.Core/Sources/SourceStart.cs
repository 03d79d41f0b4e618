using System.Text.RegularExpressions;
using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>The mapping that a source's own settings are read over: its preset's, without what another expression takes the ground from.</summary>
internal static partial class SourceStart
{
    /// <summary>The word for no preset.</summary>
    public const string Custom = "custom";

    private static readonly string[] Required = ["Table", "State", "Worker"];

    /// <summary>The mapping; null when there is nothing to begin with.</summary>
    /// <param name="section">The section of the source; its key is the name.</param>
    /// <param name="preset">The preset's name; null for one that is not known.</param>
    /// <param name="report">Gets a sentence for each setting that a mapping without a preset lacks.</param>
    public static SourceMapping? Of(IConfigurationSection section, string? preset, Action<string> report)
    {
        var start = preset == Custom ? Bare(section, report) : preset is null ? null : Presets.Find(preset, section.Key);
        // Conditions of a preset speak of its own state, which a blank one leaves as it is.
        if (start is not null && !string.IsNullOrWhiteSpace(section["State"]))
            start = start with { Unfinished = [] };
        if (start is not null && section["InsertedAt"] is not null)
            start = start with { Recent = null };
        if (start is not null && section["RunKey"] is not null)
            start = start with { RunKeyIndexed = null };
        if (start is not null && section["Joins"] is not null)
            start = start with { HasOwnJoins = true };
        if (start is null || section["ParentId"] is not { } parent)
            return start;
        // Where the parent's id stands in a json column a job announces its children there too.
        return KeyOf(parent) is { } key
            ? start with { ParentKey = key, Announced = $"{SourceMapping.Quote(key.Column)}->>'expected_children'" }
            : start with { ParentKey = null };
    }

    private static SourceMapping? Bare(IConfigurationSection section, Action<string> report)
    {
        var missing = Required.Where(key => string.IsNullOrWhiteSpace(section[key])).ToList();
        foreach (var key in missing)
            report($"{section.Path}:{key} is missing; a source without a Preset ({string.Join(", ", Presets.Names)}) needs Table, State and Worker.");
        return missing.Count > 0 ? null : new() { Name = section.Key, Table = "", State = "", Worker = "", States = JobStates.All.ToDictionary(s => s.Name()) };
    }

    /// <summary>The key of a jsonb column that an expression reads and nothing more; null for any other.</summary>
    private static JsonKey? KeyOf(string expression) => JsonMember().Match(expression) is { Success: true } match
        ? new(match.Groups["quoted"] is { Success: true } quoted ? quoted.Value.Replace("\"\"", "\"") : match.Groups["plain"].Value.ToLowerInvariant(), match.Groups["key"].Value)
        : null;

    [GeneratedRegex("""^\s*\(?\s*(?:(?:job|"job")\s*\.\s*)?(?:(?<plain>[A-Za-z_][A-Za-z0-9_]*)|"(?<quoted>(?:[^"]|"")+)")\s*->>\s*'(?<key>[^'\\]+)'\s*\)?\s*$""")]
    private static partial Regex JsonMember();
}
