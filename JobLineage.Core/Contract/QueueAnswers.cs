using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>What goes on in a source's queues. <c>problem</c> says why the engine could not be asked for pauses and workers; null where it could, or says nothing.</summary>
public sealed record QueuesAnswer(string Source, DateTimeOffset AsOf, string? Problem, IReadOnlyList<QueueAnswer> Queues)
{
    /// <summary>From what it shows.</summary>
    public static QueuesAnswer Of(QueuesView view) => new(view.Source, view.AsOf, view.Problem, [.. view.Queues.Select(QueueAnswer.Of)]);
}

/// <summary>
/// A queue: its jobs that are not finished, what begins and ends in it a minute (null where that is not known), and what its engine says. <c>paused</c> is null where the engine
/// says nothing of pauses, <c>servedBy</c> where it does not say who works.
/// </summary>
public sealed record QueueAnswer(
    string Queue, long Ready, long Executing, long Scheduled, long Retryable, long Suspended, DateTimeOffset? OldestReadyAt, DateTimeOffset? LastStartedAt,
    double? StartsPerMinute, double? FinishesPerMinute, bool? Paused, DateTimeOffset? PausedAt, string? SaidBy, string? Held, IReadOnlyList<QueueNodeAnswer>? ServedBy)
{
    /// <summary>From what it shows.</summary>
    public static QueueAnswer Of(QueueLine queue) => new(
        queue.Queue, queue.Ready, queue.Executing, queue.Scheduled, queue.Retryable, queue.Suspended, queue.OldestReadyAt, queue.LastStartedAt,
        queue.StartsPerMinute, queue.FinishesPerMinute, queue.Said?.IsPaused, queue.Said?.PausedAt, queue.Said?.SaidBy, queue.Said?.Held,
        queue.Said?.NodesBy is null ? null : [.. queue.Said.Nodes.Select(n => new QueueNodeAnswer(n.Node, n.StartedAt, n.SeenAt, n.IsAlive))]);
}

/// <summary>Who serves a queue, when it last showed life, and whether it is alive by the engine's own limit.</summary>
public sealed record QueueNodeAnswer(string Node, DateTimeOffset? StartedAt, DateTimeOffset? SeenAt, bool Alive);
