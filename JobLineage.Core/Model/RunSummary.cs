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
}

/// <summary>The singles (jobs with neither parent nor child) of one worker: one line of the runs list.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The full worker name.</param>
/// <param name="Counts">Jobs by state.</param>
public sealed record SinglesSummary(string Source, string Worker, StateCounts Counts);

/// <summary>Which runs to list.</summary>
public sealed record RunsQuery
{
    /// <summary>Only runs of this source; null for all.</summary>
    public string? Source { get; init; }

    /// <summary>Only runs whose root has this worker (full or short name); null for all.</summary>
    public string? Worker { get; init; }

    /// <summary>Only runs in this state; null for all.</summary>
    public RunState? State { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Runs on a page.</summary>
    public int PageSize { get; init; } = 50;
}

/// <summary>A page of the runs list, from one statement.</summary>
/// <param name="Runs">The runs, last activity first.</param>
/// <param name="Singles">One line per worker that has singles; only on the first page of an unfiltered list.</param>
/// <param name="Total">How many runs match in all.</param>
/// <param name="AsOf">The moment of the reading, in UTC.</param>
public sealed record RunsPage(
    IReadOnlyList<RunSummary> Runs, IReadOnlyList<SinglesSummary> Singles, long Total, DateTimeOffset AsOf);
