using JobLineage.Core.Sources;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>What inference is made from: rows that were read, and what was asked.</summary>
internal sealed record InferenceInput
{
    /// <summary>The source.</summary>
    public required ProbedSource Source { get; init; }

    /// <summary>The id of the root, normalised.</summary>
    public required string RootId { get; init; }

    /// <summary>The rows: the root, some from before it, and those of the window; each with its arguments as JSON, redacted.</summary>
    public required IReadOnlyList<(LineageRow Row, string? Args)> Rows { get; init; }

    /// <summary>Links that are recorded elsewhere.</summary>
    public IReadOnlyList<KnownSpawn> Known { get; init; } = [];

    /// <summary>The key that was asked for, as <see cref="ArgsPath"/> writes it; null for the one that fits best.</summary>
    public string? Key { get; init; }

    /// <summary>How long after the root a descendant may have been inserted.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Whether the window has more rows.</summary>
    public bool IsCut { get; init; }

    /// <summary>When the rows were read.</summary>
    public required DateTimeOffset AsOf { get; init; }
}
