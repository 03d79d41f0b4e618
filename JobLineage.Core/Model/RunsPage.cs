namespace JobLineage.Core.Model;

/// <summary>A page of the runs list, all read at one moment.</summary>
/// <param name="Runs">The runs in the order that was asked for.</param>
/// <param name="Singles">One line per worker that has singles; only on the first page of a list that shows all states and times.</param>
/// <param name="Total">How many runs match in all; null where only looking at each could tell, and not at each was looked.</param>
/// <param name="AsOf">The moment of the reading, in UTC.</param>
public sealed record RunsPage(
    IReadOnlyList<RunSummary> Runs, IReadOnlyList<SinglesSummary> Singles, long? Total, DateTimeOffset AsOf)
{
    /// <summary>Runs that are counted one by one at most.</summary>
    public const int MostCounted = 10_000;

    /// <summary>How long the jobs of runs are looked at for one page.</summary>
    public static TimeSpan SearchLimit { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether <see cref="Total"/> is as far as was counted, and there may be more.</summary>
    public bool IsAtLeast { get; init; }

    /// <summary>Where the list goes on; null at its end.</summary>
    public RunsCursor? Next { get; init; }

    /// <summary>How many runs were looked at to find these, where no index serves what was asked; null elsewhere.</summary>
    public long? Examined { get; init; }

    /// <summary>Whether looking was given up before the page was full: <see cref="Next"/> goes on looking.</summary>
    public bool Stopped { get; init; }

    /// <summary>Whether the time for one page was up before: <see cref="Stopped"/> is true then.</summary>
    public bool IsTimeUp { get; init; }

    /// <summary>How many runs have more jobs than could be looked at for one page: whether they match is not known, and they are left out.</summary>
    public long PassedOver { get; init; }

    /// <summary>The pipelines that there are, those with the most runs first.</summary>
    public IReadOnlyList<PipelineRuns> Pipelines { get; init; } = [];

    /// <summary>Whether it shows the same as another: the moment of the reading aside.</summary>
    public bool LooksLike(RunsPage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Total == other.Total && IsAtLeast == other.IsAtLeast && Next == other.Next && Examined == other.Examined && Stopped == other.Stopped
            && IsTimeUp == other.IsTimeUp && PassedOver == other.PassedOver
            && Runs.SequenceEqual(other.Runs) && Singles.SequenceEqual(other.Singles) && Pipelines.SequenceEqual(other.Pipelines);
    }
}

/// <summary>How many runs a pipeline has: exactly.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The full worker name of its roots; empty where the root was never seen.</param>
/// <param name="Runs">How many runs.</param>
public sealed record PipelineRuns(string Source, string Worker, long Runs);
