namespace JobLineage.Core.Model;

/// <summary>What is left of a run that was dropped from history.</summary>
public sealed record DroppedRun
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The full name of the root's worker; empty when the root was never seen.</summary>
    public required string Worker { get; init; }

    /// <summary>The run as a whole; <see cref="PipelineRun.DroppedAt"/> is set.</summary>
    public required PipelineRun Run { get; init; }

    /// <summary>Its stages by depth, then by path.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>Its errors, the most frequent first.</summary>
    public required IReadOnlyList<PipelineError> Errors { get; init; }
}
