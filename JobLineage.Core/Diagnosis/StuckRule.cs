using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When ready and due jobs of a stage stand still, and why. Where the engine says that a queue is paused, or who serves it, that is the reason; where its tables do not say,
/// the evidence is that jobs are due in it and that nothing of it has executed, in any run.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="stages">Its stages.</param>
/// <param name="limits">How long attempts may take.</param>
/// <param name="options">The thresholds.</param>
/// <param name="now">The present.</param>
internal sealed class StuckRule(RunSnapshot run, StageIndex stages, AttemptLimits limits, DiagnosisOptions options, DateTimeOffset now)
{
    private readonly StuckWords words = new(run.Source, now);

    // Only of stages with a single queue is it known in which queue an attempt began.
    private readonly Dictionary<string, DateTimeOffset?> lastStarts = stages.All
        .Where(s => s.Stage.Queues.Count == 1)
        .GroupBy(s => s.Stage.Queues[0], s => s.Stage.LastAttemptedAt)
        .ToDictionary(starts => starts.Key, starts => starts.Max());

    /// <summary>What stands still in a stage, and what only waits for its turn.</summary>
    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        var threshold = options.StuckAfterFor(run.Source, stage.Worker);
        if (stage.Counts.Available > 0 && Joined(stage, stage.OldestAvailableAt) is { } readySince && readySince <= now - threshold
            && Judge(placed, new("available", stage.Counts.Available, readySince, known.Ready), known.ReadyQueue, threshold) is { } ready)
        {
            yield return ready;
        }

        if (stage.Counts.Scheduled + stage.Counts.Retryable > 0 && Joined(stage, stage.NextDueAt) is { } dueSince && dueSince <= now - threshold
            && Judge(placed, Due(stage, known, dueSince), known.DueQueue, threshold) is { } due)
        {
            yield return due;
        }
    }

    // Jobs that are older than the run came from another one. They have waited here since they came, and that was not before this run began.
    private DateTimeOffset? Joined(Stage stage, DateTimeOffset? since) =>
        since < run.StartedAt && stage.FirstInsertedAt < run.StartedAt ? run.Moves.Where(move => move.IsIn).Min(move => (DateTimeOffset?)move.At) is { } came && came > run.StartedAt ? came : run.StartedAt : since;

    private static Standing Due(Stage stage, StageFacts known, DateTimeOffset since) => new(
        stage.Counts.Retryable >= stage.Counts.Scheduled ? "retryable" : "scheduled",
        stage.Counts.Scheduled + stage.Counts.Retryable, since, known.Due);

    private Found? Judge(PlacedStage placed, Standing jobs, QueueFacts? queue, TimeSpan threshold)
    {
        var stage = placed.Stage;
        var moved = placed.MovedSince(now - threshold);
        if (queue is null)
            return moved || IsQueueAlive(stage, threshold) || IsAtWork(stage) ? null : Of(stage, jobs, null, threshold, "quiet", words.Quiet(stage, jobs), stage.LastAttemptedAt);
        if (queue.Said is { IsPaused: true } paused)
            return Of(stage, jobs, queue, threshold, "paused", words.Paused(stage, jobs, queue, paused), paused.PausedAt ?? queue.LastAttemptedAt) with { SharedCause = $"paused {queue.Name}" };
        // A queue that starts other jobs is alive: these wait for their turn. What another queue of the stage starts says nothing.
        if (queue.LastAttemptedAt > now - threshold)
            return moved ? null : Busy(stage, jobs, queue, threshold);
        if (queue.Executing > 0)
            return Held(placed, jobs, queue, threshold);
        var alive = queue.Said is { NodesBy: not null } said ? said.Nodes.Where(n => n.IsAlive).OrderByDescending(n => n.SeenAt).ToList() : null;
        var cause = alive is { Count: 0 } ? "unserved" : "unconsumed";
        var told = alive is null ? words.Unconsumed(stage, jobs, queue) : words.Said(stage, jobs, queue, queue.Said!, alive);
        return Of(stage, jobs, queue, threshold, cause, told, queue.LastAttemptedAt) with { SharedCause = jobs.IsReady ? $"{cause} {queue.Name}" : null };
    }

    /// <summary>Whether another stage of the run has begun attempts in this one's queue; its own are looked at before.</summary>
    private bool IsQueueAlive(Stage stage, TimeSpan threshold) =>
        stage.Queues is [var queue] && lastStarts.GetValueOrDefault(queue) > now - threshold;

    /// <summary>Whether attempts that take no longer than they may hold the queue of this stage; those that do are found themselves.</summary>
    private bool IsAtWork(Stage stage) => stage.Queues is [var queue]
        && stages.All.Any(s => s.Stage is { Counts.Executing: > 0, OldestExecutingAt: { } since } other && other.Queues.Contains(queue) && since > now - limits.Of(other).Limit);

    private Found Held(PlacedStage placed, Standing jobs, QueueFacts queue, TimeSpan threshold)
    {
        var stage = placed.Stage;
        // What holds it may be another stage, whose attempts may take as long as theirs do.
        var limit = stages.All.Where(s => s.Stage.Counts.Executing > 0 && s.Stage.Queues.Contains(queue.Name)).Select(s => limits.Of(s.Stage).Limit)
            .Append(limits.Of(stage).Limit).Max();
        var isStuck = !(queue.LastAttemptedAt > now - limit);
        var kind = isStuck ? FindingKind.Stuck : FindingKind.Waiting;
        return Of(stage, jobs, queue, threshold, "held", words.Held(stage, jobs, queue, isStuck), queue.LastAttemptedAt, kind) with { SharedCause = $"held {queue.Name} {kind}" };
    }

    private Found Busy(Stage stage, Standing jobs, QueueFacts queue, TimeSpan threshold)
    {
        var evidence = Evidence(stage, jobs, queue, threshold, "busy");
        var ahead = Math.Max(queue.Available - (jobs.IsReady ? jobs.Count : 0), 0);
        evidence["ahead"] = ahead;
        TimeSpan? until = queue.StartsPerMinute >= 0.1 ? TimeSpan.FromMinutes(Math.Min(queue.Available / queue.StartsPerMinute, 60 * 24 * 365)) : null;
        if (until is { } wait)
            evidence["until"] = now + wait;
        return Found.Of(FindingKind.Waiting, stage.Path, words.Busy(stage, jobs, queue, ahead, until), evidence, jobs.Count, jobs.Sample) with { SharedCause = $"busy {queue.Name}" };
    }

    private static Found Of(
        Stage stage, Standing jobs, QueueFacts? queue, TimeSpan threshold, string cause, Words said, DateTimeOffset? stopped, FindingKind kind = FindingKind.Stuck) =>
        Found.Of(kind, stage.Path, said, Evidence(stage, jobs, queue, threshold, cause), jobs.Count, jobs.Sample) with { Began = stopped ?? jobs.Since };

    private static Dictionary<string, object?> Evidence(Stage stage, Standing jobs, QueueFacts? queue, TimeSpan threshold, string cause)
    {
        var evidence = new Dictionary<string, object?>
        {
            ["state"] = jobs.State,
            ["count"] = jobs.Count,
            ["since"] = jobs.Since,
            ["cause"] = cause,
            ["queues"] = stage.Queues,
            ["lastAttemptedAt"] = stage.LastAttemptedAt,
            ["lastFinishedAt"] = stage.LastFinishedAt,
            ["thresholdSeconds"] = threshold.TotalSeconds,
        };
        if (queue is not null)
        {
            evidence["queue"] = queue.Name;
            evidence["queueReady"] = queue.Available;
            evidence["queueExecuting"] = queue.Executing;
            evidence["queueLastAttemptedAt"] = queue.LastAttemptedAt;
            evidence["startsPerMinute"] = Math.Round(queue.StartsPerMinute, 2);
            if (queue.Said is { } said)
            {
                evidence["saidBy"] = said.IsPaused is true || said.NodesBy is null ? said.SaidBy : said.NodesBy;
                evidence["pausedSince"] = said.PausedAt;
                evidence["held"] = said.Held;
                evidence["servedBy"] = said.Nodes.Where(n => n.IsAlive).Select(n => n.Node).Distinct().Take(20).ToList();
            }
        }

        return evidence;
    }
}

/// <summary>Jobs that could go on and do not.</summary>
/// <param name="State">Their state.</param>
/// <param name="Count">How many.</param>
/// <param name="Since">Since when the first could go on in this run.</param>
/// <param name="Sample">Some of their ids.</param>
internal sealed record Standing(string State, long Count, DateTimeOffset Since, IReadOnlyList<string> Sample)
{
    /// <summary>Whether they wait for a worker alone, and not for somebody to make them ready as well.</summary>
    public bool IsReady => State == "available";
}
