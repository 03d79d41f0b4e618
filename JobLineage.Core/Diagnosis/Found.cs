using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>A finding before it is put in its place among the others.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Jobs">How many jobs it is about: the more, the higher it stands among its kind.</param>
internal sealed record Found(Finding Finding, long Jobs)
{
    /// <summary>What several stages may suffer from alike (a queue that nobody consumes); null when it is the stage's own matter.</summary>
    public string? SharedCause { get; init; }

    public static Found Of(
        FindingKind kind, string stage, string reason, Dictionary<string, object?> evidence, long jobs, IReadOnlyList<string>? sample = null) =>
        new(new(kind, stage, reason, evidence, sample ?? []), jobs);
}
