namespace JobLineage.Core.Model;

/// <summary>What an engine says of itself at one moment.</summary>
/// <param name="QueuesBy">The table that says what of queues; null where nothing does.</param>
/// <param name="Queues">What it says of queues.</param>
/// <param name="NodesBy">The table that says who works; null where nothing does.</param>
/// <param name="Nodes">Who works; one for each queue that a node serves.</param>
public sealed record EngineEvidence(string? QueuesBy, IReadOnlyList<EngineQueue> Queues, string? NodesBy, IReadOnlyList<EngineNode> Nodes)
{
    /// <summary>An engine that says nothing.</summary>
    public static EngineEvidence None { get; } = new(null, [], null, []);

    /// <summary>What it says of one queue; null where it says nothing of any.</summary>
    /// <param name="queue">The queue's name.</param>
    public QueueEvidence? Of(string queue)
    {
        if (QueuesBy is null && NodesBy is null)
            return null;
        // What is said of "*" is said of every queue. Where pauses are known and none is said of a queue, it is not paused.
        var (own, every) = (Queues.FirstOrDefault(q => q.Queue == queue), Queues.FirstOrDefault(q => q.Queue == "*"));
        var paused = own?.IsPaused is true ? own : every?.IsPaused is true ? every : null;
        var isPaused = paused is not null ? true : own is not null ? own.IsPaused : every is not null ? every.IsPaused : QueuesBy is null ? null : (bool?)false;
        return new(
            isPaused, paused?.PausedAt, own?.Held, (paused ?? (own?.Held is null ? null : own))?.SaidBy ?? QueuesBy, NodesBy,
            NodesBy is null ? [] : [.. Nodes.Where(n => Serves(n.Queue, queue))]);
    }

    /// <summary>Whether a node serves a queue: it names it, begins it with what stands before a <c>*</c>, or serves whichever.</summary>
    private static bool Serves(string? pattern, string queue) => pattern is null or "" or "*" || pattern == queue
        || (pattern.EndsWith('*') && queue.StartsWith(pattern[..^1], StringComparison.Ordinal));
}

/// <summary>What an engine says of one queue.</summary>
/// <param name="IsPaused">Whether nothing of it is begun, on any node; null where the engine says nothing of pauses.</param>
/// <param name="PausedAt">Since when; null where it is not said.</param>
/// <param name="Held">What else keeps jobs of it from being begun, as the end of a sentence about the queue; null for nothing.</param>
/// <param name="SaidBy">The table that says so; null where none says anything of queues.</param>
/// <param name="NodesBy">The table that says who works; null where none does.</param>
/// <param name="Nodes">Who serves it, alive or not.</param>
public sealed record QueueEvidence(bool? IsPaused, DateTimeOffset? PausedAt, string? Held, string? SaidBy, string? NodesBy, IReadOnlyList<EngineNode> Nodes)
{
    /// <summary>Whether the engine says that nobody who lives serves it.</summary>
    public bool IsUnserved => NodesBy is not null && !Nodes.Any(n => n.IsAlive);
}

/// <summary>What an engine says of a queue.</summary>
/// <param name="Queue">The queue's name; <c>*</c>: every queue.</param>
/// <param name="IsPaused">Whether nothing of it is begun, on any node; null where the engine says nothing of pauses.</param>
/// <param name="PausedAt">Since when; null where the engine does not say, or it is not paused.</param>
/// <param name="SaidBy">The table that says so.</param>
/// <param name="Held">What else keeps its jobs from being begun, as the end of a sentence; null for nothing.</param>
public sealed record EngineQueue(string Queue, bool? IsPaused, DateTimeOffset? PausedAt, string SaidBy, string? Held = null);

/// <summary>A process that works for a queue, as the engine knows it.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Queue">The queue that it serves; null: whichever.</param>
/// <param name="StartedAt">Since when; null where the engine does not say.</param>
/// <param name="SeenAt">When it last showed life; null where the engine does not say.</param>
/// <param name="IsAlive">Whether it is alive, by the engine's own limit.</param>
public sealed record EngineNode(string Node, string? Queue, DateTimeOffset? StartedAt, DateTimeOffset? SeenAt, bool IsAlive);
