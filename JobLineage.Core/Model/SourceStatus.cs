namespace JobLineage.Core.Model;

/// <summary>What the feed of a source is doing.</summary>
public enum FeedState
{
    /// <summary>Not looked at yet.</summary>
    Starting,

    /// <summary>Reading the table for the first time.</summary>
    Backfilling,

    /// <summary>Following the table by polling it at intervals.</summary>
    Polling,

    /// <summary>Following the table as Postgres announces changes.</summary>
    Live,

    /// <summary>The database does not answer; it is tried again by itself.</summary>
    Reconnecting,

    /// <summary>The source can't be read as it is configured; somebody must change something.</summary>
    Misconfigured,

    /// <summary>No replica is reading: the one that did is gone.</summary>
    Stopped,
}

/// <summary>How fresh a source is, and what stands in the way.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="State">What its feed is doing.</param>
/// <param name="AsOf">The moment up to which the store knows the source, in UTC; null before the first reading.</param>
/// <param name="Message">One sentence for a person; null when there is nothing to say.</param>
/// <param name="RowsDone">Rows read by a backfill so far.</param>
/// <param name="RowsTotal">Rows the backfill expects: the planner's estimate, which is all that is known beforehand.</param>
public sealed record SourceStatus(
    string Source, FeedState State, DateTimeOffset? AsOf, string? Message, long RowsDone, long RowsTotal)
{
    /// <summary>Who reads it, for people; null when nobody alive does.</summary>
    public string? Reader { get; init; }

    /// <summary>How many ids have come back with another insertion time.</summary>
    public long Returned { get; init; }

    /// <summary>When one last did; null for never.</summary>
    public DateTimeOffset? ReturnedAt { get; init; }

    /// <summary>How many rows could not be read or stored, as a whole or in part.</summary>
    public long RowsPutAside { get; init; }

    /// <summary>The newest of them, one for each member that is wrong.</summary>
    public IReadOnlyList<BadRow> PutAside { get; init; } = [];
}
