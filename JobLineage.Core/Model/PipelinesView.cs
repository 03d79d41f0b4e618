namespace JobLineage.Core.Model;

/// <summary>All pipelines.</summary>
/// <param name="AsOf">The moment of the reading, in UTC.</param>
/// <param name="Items">The pipelines, those with the most runs first.</param>
/// <param name="Total">How many there are; more than are here where there are very many.</param>
public sealed record PipelinesView(DateTimeOffset AsOf, IReadOnlyList<PipelineLine> Items, int Total)
{
    /// <summary>Whether it shows the same as another: the moment of the reading aside.</summary>
    public bool LooksLike(PipelinesView other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Total == other.Total && Items.SequenceEqual(other.Items);
    }
}

/// <summary>A pipeline.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The full worker name of its roots; empty where the root was never seen.</param>
/// <param name="Runs">How many runs it has.</param>
public sealed record PipelineLine(string Source, string Worker, long Runs)
{
    /// <summary>The root of its newest run; null when it has none any more.</summary>
    public string? NewestId { get; init; }

    /// <summary>When that started, in UTC; null when unknown.</summary>
    public DateTimeOffset? NewestStartedAt { get; init; }

    /// <summary>What that is doing.</summary>
    public RunState NewestState { get; init; }

    /// <summary>What is wrong with it, in a few words; null where nothing is.</summary>
    public string? Reason { get; init; }

    /// <summary>Its last runs that have ended; null when there are none.</summary>
    public PipelineTrend? Trend { get; init; }
}
