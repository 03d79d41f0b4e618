namespace JobLineage.Core.Model;

/// <summary>What goes on in a source's queues.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="AsOf">The moment of the reading, by the source's clock.</param>
/// <param name="HasPace">Whether starts and finishes could be counted in time.</param>
/// <param name="Problem">Why the engine could not be asked, as a sentence; null where it could.</param>
/// <param name="Queues">The queues, in the order of their names.</param>
public sealed record QueuesView(string Source, DateTimeOffset AsOf, bool HasPace, string? Problem, IReadOnlyList<QueueLine> Queues);

/// <summary>What goes on in one queue.</summary>
/// <param name="Queue">Its name; empty where the source has no queues.</param>
public sealed record QueueLine(string Queue)
{
    /// <summary>Jobs that could be begun.</summary>
    public long Ready { get; init; }

    /// <summary>Jobs under way.</summary>
    public long Executing { get; init; }

    /// <summary>Jobs that wait for a time.</summary>
    public long Scheduled { get; init; }

    /// <summary>Jobs that wait for a retry.</summary>
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
