using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Queues;

/// <summary>What a queue is doing.</summary>
public enum QueueCondition
{
    /// <summary>Its engine says that it is paused.</summary>
    Paused,

    /// <summary>Jobs are ready, and by its engine no live worker serves it.</summary>
    Unserved,

    /// <summary>Jobs are ready, none is under way, and none has begun for a while.</summary>
    Stopped,

    /// <summary>Jobs are ready, and those under way have held it for a while.</summary>
    Held,

    /// <summary>Jobs begin or are under way.</summary>
    Moving,

    /// <summary>Nothing is to be done in it.</summary>
    Idle,
}

/// <summary>What is said of a queue. Pure.</summary>
public static class QueueWords
{
    /// <summary>What it is doing, worst first.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="now">The moment of the reading.</param>
    /// <param name="patience">As long as nothing may begin before a queue with ready jobs is said to stand still.</param>
    public static QueueCondition ConditionOf(QueueLine queue, DateTimeOffset now, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (queue.Said?.IsPaused is true)
            return QueueCondition.Paused;
        var late = queue.Ready > 0 && queue.OldestReadyAt <= now - patience && !(queue.LastStartedAt > now - patience);
        if (queue is { Ready: > 0, Executing: 0, Said.IsUnserved: true })
            return QueueCondition.Unserved;
        if (late)
            return queue.Executing == 0 ? QueueCondition.Stopped : QueueCondition.Held;
        return queue.Ready > 0 || queue.Executing > 0 ? QueueCondition.Moving : QueueCondition.Idle;
    }

    /// <summary>How it looks.</summary>
    public static StateLook Look(QueueCondition condition) => condition switch
    {
        QueueCondition.Paused => new("paused", Glyphs.Pause, "state-retryable"),
        QueueCondition.Unserved => new("no worker", Glyphs.Broken, "state-discarded"),
        QueueCondition.Stopped => new("stopped", Glyphs.Hourglass, "state-retryable"),
        QueueCondition.Held => new("held up", Glyphs.Hourglass, "state-retryable"),
        QueueCondition.Moving => new("moving", Glyphs.Play, "state-executing"),
        _ => new("idle", Glyphs.Circle, "state-cancelled"),
    };

    /// <summary>What it is called; a source without queues is one queue.</summary>
    public static string Name(QueueLine queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue.Queue.Length == 0 ? "(no queue)" : queue.Queue;
    }

    /// <summary>Why it is doing that, in one or two sentences; empty where there is nothing to say.</summary>
    public static string Why(QueueLine queue, QueueCondition condition, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var last = queue.LastStartedAt is { } at ? $"The last job started {Format.Words(now - at)} ago." : "No job was ever seen to start.";
        var waiting = $"{Format.Jobs(queue.Ready)} {(queue.Ready == 1 ? "is" : "are")} waiting";
        return condition switch
        {
            QueueCondition.Paused => $"{(queue.Said!.PausedAt is { } paused ? $"Paused for {Format.Words(now - paused)}" : "Paused")}, says {queue.Said.SaidBy}. {waiting}.",
            QueueCondition.Unserved => $"{waiting}, and no live worker serves it, says {queue.Said!.NodesBy}. {last}",
            QueueCondition.Stopped => $"{waiting}, none is running. {last} The queue is paused, or its last worker is gone.",
            QueueCondition.Held => $"{waiting} behind {Format.Count(queue.Executing, "running job")}. {last}",
            _ => "",
        } + (queue.Said?.Held is { } held ? $" The queue {held}." : "");
    }

    /// <summary>What to do about it; null where there is nothing to be done.</summary>
    public static string? Advice(QueueCondition condition) => condition switch
    {
        QueueCondition.Paused => "Resume it.",
        QueueCondition.Unserved => "Start a node that runs it.",
        QueueCondition.Stopped => "Resume it, or start a node.",
        QueueCondition.Held => "Check whether the running jobs hang.",
        _ => null,
    };
}
