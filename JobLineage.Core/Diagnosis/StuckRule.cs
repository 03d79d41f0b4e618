using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When a stage is stuck. Nothing in either queue's tables says that a queue is paused or has no worker: the evidence is
/// that jobs are due and nothing has moved.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="options">The thresholds.</param>
/// <param name="now">The present.</param>
internal sealed class StuckRule(RunSnapshot run, DiagnosisOptions options, DateTimeOffset now)
{
    /// <summary>An attempt may rightly take longer than a start may be late: it is doubted after this many thresholds.</summary>
    private const int ExecutingFactor = 6;

    /// <summary>What is stuck in a stage.</summary>
    public IEnumerable<(Finding Finding, long Jobs)> Examine(Stage stage)
    {
        var threshold = options.StuckAfterFor(run.Source, stage.Worker);
        if (stage.Counts.Executing > 0 && stage.OldestExecutingAt <= now - threshold * ExecutingFactor
            && !Moved(stage, threshold * ExecutingFactor))
        {
            yield return Executing(stage, threshold * ExecutingFactor);
        }

        // A queue that runs other jobs of this run is alive: these wait for their turn.
        if (Moved(stage, threshold) || IsQueueAlive(stage, threshold))
            yield break;
        if (stage.Counts.Available > 0 && stage.OldestAvailableAt <= now - threshold)
            yield return Available(stage, threshold);
        if (stage.Counts.Scheduled + stage.Counts.Retryable > 0 && stage.NextDueAt <= now - threshold)
            yield return Overdue(stage, threshold);
    }

    private bool Moved(Stage stage, TimeSpan within) =>
        stage.LastAttemptedAt > now - within || stage.LastFinishedAt > now - within;

    private bool IsQueueAlive(Stage stage, TimeSpan threshold) =>
        stage.Queues.Count > 0 && run.Stages.Any(other =>
            other != stage && other.LastAttemptedAt > now - threshold && stage.Queues.All(q => other.Queues.Contains(q)) && other.Queues.Count == 1);

    private (Finding, long) Available(Stage stage, TimeSpan threshold)
    {
        var count = stage.Counts.Available;
        var since = stage.OldestAvailableAt!.Value;
        return (new(
            FindingKind.Stuck,
            stage.Path,
            $"{Sentences.Number(count)} {stage.Name} {Sentences.Jobs(count)} {(count == 1 ? "is" : "are")} ready{Queue(stage)} since {Sentences.Time(since)} ({Sentences.Duration(now - since)}) and {Last(stage)}: the queue is paused, or no node runs it.",
            Evidence(stage, "available", count, since, threshold),
            []), count);
    }

    private (Finding, long) Overdue(Stage stage, TimeSpan threshold)
    {
        var retryable = stage.Counts.Retryable >= stage.Counts.Scheduled;
        var count = stage.Counts.Scheduled + stage.Counts.Retryable;
        var since = stage.NextDueAt!.Value;
        return (new(
            FindingKind.Stuck,
            stage.Path,
            $"Of {Sentences.Number(count)} scheduled or retryable {stage.Name} {Sentences.Jobs(count)}{Queue(stage)} the first was due at {Sentences.Time(since)} ({Sentences.Duration(now - since)} ago) and {Last(stage)}: nothing makes due jobs ready; check that the queue's nodes run.",
            Evidence(stage, retryable ? "retryable" : "scheduled", count, since, threshold),
            []), count);
    }

    private (Finding, long) Executing(Stage stage, TimeSpan threshold)
    {
        var count = stage.Counts.Executing;
        var since = stage.OldestExecutingAt!.Value;
        return (new(
            FindingKind.Stuck,
            stage.Path,
            $"{Sentences.Number(count)} {stage.Name} {Sentences.Jobs(count)} {(count == 1 ? "has" : "have")} been executing{Queue(stage)} since {Sentences.Time(since)} ({Sentences.Duration(now - since)}) and nothing has finished since: the node may have died and left {(count == 1 ? "it" : "them")} orphaned.",
            Evidence(stage, "executing", count, since, threshold),
            []), count);
    }

    private static string Queue(Stage stage) => stage.Queues.Count switch
    {
        0 => "",
        1 => $" in queue {stage.Queues[0]}",
        _ => $" in queues {string.Join(", ", stage.Queues)}",
    };

    private static string Last(Stage stage) => stage.LastAttemptedAt is { } last
        ? $"none of this stage has started since {Sentences.Time(last)}"
        : "none of this stage has ever started";

    private static Dictionary<string, object?> Evidence(Stage stage, string state, long count, DateTimeOffset since, TimeSpan threshold) => new()
    {
        ["state"] = state,
        ["count"] = count,
        ["since"] = since,
        ["queues"] = stage.Queues,
        ["lastAttemptedAt"] = stage.LastAttemptedAt,
        ["lastFinishedAt"] = stage.LastFinishedAt,
        ["thresholdSeconds"] = threshold.TotalSeconds,
    };
}
