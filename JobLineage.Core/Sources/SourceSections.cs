using JobLineage.Core.Configuration;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>What is said for all sources.</summary>
[Section("JobLineage")]
internal sealed record SourcesSection
{
    /// <summary>How long runs are kept; null: for ever.</summary>
    [KeepRuns(Key = "History:KeepRuns")]
    public TimeSpan? KeepRuns { get; init; } = TimeSpan.FromDays(14);

    /// <summary>When something is called stuck.</summary>
    [Setting]
    public StuckLimits Stuck { get; init; } = new();

    /// <summary>When something is called usual.</summary>
    [Setting]
    public DiagnosisOptions Diagnosis { get; init; } = new();

    /// <summary>Words that make a key secret; with none at all nothing would be one.</summary>
    [Setting(Separators = ",", Empty = "give a word that makes a key secret, such as password")]
    public IReadOnlyList<string> Redact { get; init; } = [];
}

/// <summary>What is said of one source, but for its mapping: that is read over its preset's.</summary>
[Section("JobLineage:Sources:*")]
internal sealed record SourceSection
{
    /// <summary>The preset's name; null for one that is not known.</summary>
    [Setting(By = nameof(ReadPreset))]
    public string? Preset { get; init; }

    /// <summary>In Npgsql's terms.</summary>
    [ConnectionString]
    public string? ConnectionString { get; init; }

    /// <summary>How its changes are followed.</summary>
    [Setting(Words = ["auto", "trigger", "poll"])]
    public FeedKind Feed { get; init; }

    /// <summary>How long its runs are kept; null: for ever.</summary>
    [KeepRuns]
    public TimeSpan? KeepRuns { get; init; }

    /// <summary>Connections to its database at most; null: as many as anywhere.</summary>
    [MaxConnections]
    public int? MaxConnections { get; init; }

    /// <summary>The schemas in which the table is, by names and patterns; empty for one alone.</summary>
    [Setting]
    public IReadOnlyList<string> Schemas { get; init; } = [];

    /// <summary>When its jobs are called stuck.</summary>
    [Setting]
    public StuckLimits Stuck { get; init; } = new();

    private static object? ReadPreset(string text, Action<string> wrong)
    {
        if (Presets.Names.Append(SourceStart.Custom).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found)
            return found;
        wrong(", which is not a preset; " + (DidYouMean.Nearest(text, Presets.Names) is { } near ? $"did you mean {near}?" : $"known are {string.Join(", ", Presets.Names)}"));
        return null;
    }
}
