namespace JobLineage.Core.Model;

/// <summary>What goes on in a source's queues.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="AsOf">The moment of the reading, by the source's clock.</param>
/// <param name="NoPace">Why starts and finishes are not counted, as a sentence; null where they are.</param>
/// <param name="Problem">What of the engine's own tables can't be read, as sentences; null where all can.</param>
/// <param name="Queues">The queues, in the order of their names.</param>
public sealed record QueuesView(string Source, DateTimeOffset AsOf, string? NoPace, string? Problem, IReadOnlyList<QueueLine> Queues)
{
    /// <summary>Whether starts and finishes were counted.</summary>
    public bool HasPace => NoPace is null;
}

/// <summary>What goes on in one queue.</summary>
/// <param name="Queue">Its name; empty where the source has no queues.</param>
public sealed record QueueLine(string Queue)
{
    /// <summary>Jobs that could be begun now: available ones, and scheduled or retryable ones whose time has come.</summary>
    public long Ready { get; init; }

    /// <summary>Jobs under way.</summary>
    public long Executing { get; init; }

    /// <summary>Jobs that wait for a time that is to come.</summary>
    public long Scheduled { get; init; }

    /// <summary>Jobs that wait for a retry whose time is to come.</summary>
    public long Retryable { get; init; }

    /// <summary>Jobs that wait for something other than time.</summary>
    public long Suspended { get; init; }

    /// <summary>Since when the oldest ready job could have been begun; null without one, or where the source does not say.</summary>
    public DateTimeOffset? OldestReadyAt { get; init; }

    /// <summary>Attempts begun a minute, of late; null where that is not known.</summary>
    public double? StartsPerMinute { get; init; }

    /// <summary>Jobs finished a minute, of late; null where that is not known.</summary>
    public double? FinishesPerMinute { get; init; }

    /// <summary>When an attempt last began; null where none is known.</summary>
    public DateTimeOffset? LastStartedAt { get; init; }

    /// <summary>What the engine says of it; null where it says nothing.</summary>
    public QueueEvidence? Said { get; init; }
}
