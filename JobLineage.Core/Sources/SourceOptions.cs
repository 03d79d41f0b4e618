using JobLineage.Core.Diagnosis;

namespace JobLineage.Core.Sources;

/// <summary>How a source's changes are followed.</summary>
public enum FeedKind
{
    /// <summary>By trigger where one is installed, by polling elsewhere.</summary>
    Auto,

    /// <summary>By the trigger that <c>install</c> makes.</summary>
    Trigger,

    /// <summary>By asking at intervals.</summary>
    Poll,
}

/// <summary>One source as configured.</summary>
/// <param name="Mapping">How its table is read; carries its name.</param>
/// <param name="ConnectionString">In Npgsql's terms; null only where the caller allows it.</param>
/// <param name="Feed">How its changes are followed.</param>
public sealed record SourceOptions(SourceMapping Mapping, string? ConnectionString, FeedKind Feed)
{
    /// <summary>How long its runs are kept after their last activity; null: for ever.</summary>
    public TimeSpan? KeepRuns { get; init; }

    /// <summary>Names and patterns of schemas, where the entry is for the same table in each of them (<see cref="SchemaPatterns"/>); empty for one source.</summary>
    public IReadOnlyList<string> Schemas { get; init; } = [];

    /// <summary>Connections to its database at most, for all sources that are there; null: as many as anywhere.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>The source's name.</summary>
    public string Name => Mapping.Name;
}

/// <summary>All that is configured about sources.</summary>
/// <param name="Sources">The sources that are whole, by name.</param>
/// <param name="Diagnosis">When jobs are called stuck.</param>
/// <param name="RedactWords">Words that make a key secret.</param>
/// <param name="Errors">All that is wrong, a sentence each, naming its key; empty when nothing is.</param>
public sealed record SourcesConfiguration(
    IReadOnlyList<SourceOptions> Sources,
    DiagnosisOptions Diagnosis,
    IReadOnlyList<string> RedactWords,
    IReadOnlyList<string> Errors)
{
    /// <summary>What the sources are called.</summary>
    public IReadOnlyList<string> Names => [.. Sources.Select(s => s.Name)];

    /// <summary>The source of a name, whatever the case of its letters; null when there is none.</summary>
    public SourceOptions? Find(string name) =>
        Sources.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));
}
