namespace JobLineage.Core.Model;

/// <summary>One line of the runs list.</summary>
public sealed record RunSummary
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the run's root job.</summary>
    public required string RootId { get; init; }

    /// <summary>The key that the run's jobs share; null where parent links hold it together.</summary>
    public string? RunKey { get; init; }

    /// <summary>The full worker name of the root; empty when the root was never seen.</summary>
    public required string Worker { get; init; }

    /// <summary>Grows with every change of the run.</summary>
    public required long Version { get; init; }

    /// <summary>Jobs by state, all stages together.</summary>
    public required StateCounts Counts { get; init; }

    /// <summary>How many stages the run has.</summary>
    public required int Stages { get; init; }

    /// <summary>What the run as a whole is doing.</summary>
    public required RunState State { get; init; }

    /// <summary>When the root was inserted, or the first job where the root was never seen, in UTC; null when unknown.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When anything last happened in the run, in UTC.</summary>
    public DateTimeOffset? LastActivityAt { get; init; }

    /// <summary>The beginning of the root's arguments as JSON text; null when not read.</summary>
    public string? RootArgs { get; init; }

    /// <summary>
    /// What is wrong with it, by kind: the findings of a run that goes on; of one that has come to rest the stages with
    /// failures, with fewer jobs than were announced, and with circles.
    /// </summary>
    public FindingCounts Findings { get; init; }

    /// <summary>What is wrong with it, in a few words and without a full stop; null where nothing is, or only its numbers say it.</summary>
    public string? Reason { get; init; }

    /// <summary>The last runs of its pipeline; null when there are none.</summary>
    public PipelineTrend? Trend { get; init; }
}

/// <summary>The singles (jobs with neither parent nor child) of one worker: one line of the runs list.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The full worker name.</param>
/// <param name="Counts">Jobs by state.</param>
public sealed record SinglesSummary(string Source, string Worker, StateCounts Counts);
