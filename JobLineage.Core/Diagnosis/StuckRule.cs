using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When ready and due jobs of a stage stand still, and why. Where the engine says that a queue is paused, or who serves it, that is the reason; where its tables do not say,
/// the evidence is that jobs are due in it and that nothing of it has executed, in any run.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="stages">The run's stages.</param>
/// <param name="options">The thresholds.</param>
/// <param name="now">The present.</param>
internal sealed class StuckRule(string source, StageIndex stages, DiagnosisOptions options, DateTimeOffset now)
{
    // Only of stages with a single queue is it known in which queue an attempt began.
    private readonly Dictionary<string, DateTimeOffset?> lastStarts = stages.All
        .Where(s => s.Stage.Queues.Count == 1)
        .GroupBy(s => s.Stage.Queues[0], s => s.Stage.LastAttemptedAt)
        .ToDictionary(starts => starts.Key, starts => starts.Max());

    /// <summary>What stands still in a stage, and what only waits for its turn.</summary>
    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        var (stage, known) = (placed.Stage, placed.Known);
        var threshold = options.StuckAfterFor(source, stage.Worker);
        if (stage.Counts.Available > 0 && stage.OldestAvailableAt <= now - threshold
            && Judge(placed, Ready(stage, known), known.ReadyQueue, threshold) is { } ready)
        {
            yield return ready;
        }

        if (stage.Counts.Scheduled + stage.Counts.Retryable > 0 && stage.NextDueAt <= now - threshold
            && Judge(placed, Due(stage, known), known.DueQueue, threshold) is { } due)
        {
            yield return due;
        }
    }

    private static Standing Ready(Stage stage, StageFacts known) =>
        new("available", stage.Counts.Available, stage.OldestAvailableAt!.Value, known.Ready);

    private static Standing Due(Stage stage, StageFacts known) => new(
        stage.Counts.Retryable >= stage.Counts.Scheduled ? "retryable" : "scheduled",
        stage.Counts.Scheduled + stage.Counts.Retryable, stage.NextDueAt!.Value, known.Due);

    private Found? Judge(PlacedStage placed, Standing jobs, QueueFacts? queue, TimeSpan threshold)
    {
        var stage = placed.Stage;
        var moved = placed.MovedSince(now - threshold);
        if (queue is null)
            return moved || IsQueueAlive(stage, threshold) ? null : Quiet(stage, jobs, threshold);
        if (queue.Said is { IsPaused: true } paused)
            return Paused(stage, jobs, queue, paused, threshold);
        // A queue that starts other jobs is alive: these wait for their turn. What another queue of the stage starts says nothing.
        if (queue.LastAttemptedAt > now - threshold)
            return moved ? null : Busy(stage, jobs, queue, threshold);
        if (queue.Executing > 0)
            return Held(stage, jobs, queue, threshold);
        return queue.Said is { NodesBy: not null } said ? Said(stage, jobs, queue, said, threshold) : Unconsumed(stage, jobs, queue, threshold);
    }

    /// <summary>The engine says so: nothing is inferred.</summary>
    private Found Paused(Stage stage, Standing jobs, QueueFacts queue, QueueEvidence said, TimeSpan threshold)
    {
        var since = said.PausedAt is { } at ? $" since {Format.Time(at)} ({Format.Words(now - at)})" : "";
        var reason = $"{Subject(stage, jobs, In(queue))}: queue {queue.Name} is paused{since}, by {said.SaidBy}; resume it.";
        return Found.Of(FindingKind.Stuck, stage.Path, reason, Evidence(stage, jobs, queue, threshold, "paused"), jobs.Count, jobs.Sample) with { SharedCause = $"paused {queue.Name}" };
    }

    /// <summary>Nothing of the queue has begun, and the engine says who works.</summary>
    private Found Said(Stage stage, Standing jobs, QueueFacts queue, QueueEvidence said, TimeSpan threshold)
    {
        var alive = said.Nodes.Where(n => n.IsAlive).OrderByDescending(n => n.SeenAt).ToList();
        var last = said.Nodes.Where(n => n.SeenAt is not null).MaxBy(n => n.SeenAt);
        var seen = last?.SeenAt is { } at ? $"{last.Node} showed its last sign of life at {Format.Time(at)} ({Format.Words(now - at)} ago)" : null;
        var idle = queue.LastAttemptedAt is { } started ? $"nothing in that queue has executed since {Format.Time(started)} ({Format.Words(now - started)})" : "nothing in that queue was ever seen to execute";
        var names = string.Join(", ", alive.Select(n => n.Node).Distinct().Take(3));
        var fresh = alive.FirstOrDefault()?.SeenAt is { } alike ? $" (last sign of life at {Format.Time(alike)}, {Format.Words(now - alike)} ago)" : "";
        var why = alive.Count == 0
            ? $"no worker that lives serves it, by {said.NodesBy}{(seen is null ? "" : $"; {seen}")}; start a node that runs it"
            : $"{names} {(alive.Count == 1 ? "serves" : "serve")} it{fresh}, and {idle}{(said.Held is { } held ? $"; the queue {held}" : "")}; see what its workers wait for";
        var cause = alive.Count == 0 ? "unserved" : "unconsumed";
        return Found.Of(FindingKind.Stuck, stage.Path, $"{Subject(stage, jobs, In(queue))}: {why}.", Evidence(stage, jobs, queue, threshold, cause), jobs.Count, jobs.Sample) with
        {
            SharedCause = jobs.IsReady ? $"{cause} {queue.Name}" : null,
        };
    }

    /// <summary>Whether another stage of the run has begun attempts in this one's queue; its own are looked at before.</summary>
    private bool IsQueueAlive(Stage stage, TimeSpan threshold) =>
        stage.Queues is [var queue] && lastStarts.GetValueOrDefault(queue) > now - threshold;

    /// <summary>Only this run is known: what its other jobs do is all the evidence there is.</summary>
    private Found Quiet(Stage stage, Standing jobs, TimeSpan threshold)
    {
        var last = stage.LastAttemptedAt is { } at ? $"none of this stage has started since {Format.Time(at)}" : "none of this stage has ever started";
        var queue = stage.Queues.Count switch
        {
            0 => "",
            1 => $" in queue {stage.Queues[0]}",
            _ => $" in queues {string.Join(", ", stage.Queues)}",
        };
        var reason = jobs.IsReady
            ? $"{Subject(stage, jobs, queue)} and {last}: the queue is paused, or no node runs it."
            : $"{Subject(stage, jobs, queue)} and {last}: nothing makes due jobs ready; check that the queue's nodes run.";
        return Found.Of(FindingKind.Stuck, stage.Path, reason, Evidence(stage, jobs, null, threshold, "quiet"), jobs.Count, jobs.Sample);
    }

    private Found Unconsumed(Stage stage, Standing jobs, QueueFacts queue, TimeSpan threshold)
    {
        var (where, resume) = Place(queue);
        var silence = queue.LastAttemptedAt is { } last
            ? $"nothing {where} has executed in any run since {Format.Time(last)} ({Format.Words(now - last)})"
            : $"nothing {where} was ever seen to execute";
        var reason = jobs.IsReady
            ? $"{Subject(stage, jobs, In(queue))}, and {silence}: {(queue.LastAttemptedAt is null ? "no worker consumes it" : "it is paused, or no worker consumes it any more")}; {resume}."
            : $"{Subject(stage, jobs, In(queue))}, and {silence}: nothing makes due jobs ready or takes them; {resume}.";
        return Found.Of(FindingKind.Stuck, stage.Path, reason, Evidence(stage, jobs, queue, threshold, "unconsumed"), jobs.Count, jobs.Sample) with
        {
            SharedCause = jobs.IsReady ? $"unconsumed {queue.Name}" : null,
        };
    }

    private Found Held(Stage stage, Standing jobs, QueueFacts queue, TimeSpan threshold)
    {
        var limit = options.ExecutingAfterFor(source, stage.Worker) ?? threshold * DiagnosisOptions.ExecutingFactor;
        var isStuck = !(queue.LastAttemptedAt > now - limit);
        var since = queue.LastAttemptedAt is { } last ? $" since {Format.Time(last)} ({Format.Words(now - last)})" : "";
        var (where, _) = Place(queue);
        var reason = $"{Subject(stage, jobs, In(queue))}, and nothing {where} has started{since} while {Format.Jobs(queue.Executing)} {(queue.Executing == 1 ? "executes" : "execute")} there: "
            + (isStuck ? "they hold its places; see whether they hang" + (queue.Said?.SaidBy is null ? ", or whether the queue is paused." : ".") : "their turn comes when one of those ends.")
            + (queue.Said?.Held is { } held ? $" The queue {held}." : "");
        var kind = isStuck ? FindingKind.Stuck : FindingKind.Waiting;
        return Found.Of(kind, stage.Path, reason, Evidence(stage, jobs, queue, threshold, "held"), jobs.Count, jobs.Sample) with
        {
            SharedCause = $"held {queue.Name} {kind}",
        };
    }

    private Found Busy(Stage stage, Standing jobs, QueueFacts queue, TimeSpan threshold)
    {
        var evidence = Evidence(stage, jobs, queue, threshold, "busy");
        var ahead = Math.Max(queue.Available - (jobs.IsReady ? jobs.Count : 0), 0);
        var (where, _) = Place(queue);
        evidence["ahead"] = ahead;
        var work = ahead == 0 ? $"the last start {where} was at {Format.Time(queue.LastAttemptedAt!.Value)}"
            : $"{Format.Count(ahead)} other {Sentences.Jobs(ahead)} {(ahead == 1 ? "is" : "are")} ready {where}";
        var pace = "";
        if (queue.StartsPerMinute >= 0.1)
        {
            var until = now + TimeSpan.FromMinutes(Math.Min(queue.Available / queue.StartsPerMinute, 60 * 24 * 365));
            evidence["until"] = until;
            pace = $", about {Format.Rate(queue.StartsPerMinute)} {(ahead == 0 ? "jobs " : "")}start a minute"
                + (queue.Available == 0 ? "" : $", and at that pace all have started by {Format.Time(until)}");
        }

        var reason = $"{Format.Count(jobs.Count, $"{stage.Name} job")} {(jobs.Count == 1 ? "waits for its" : "wait for their")} turn{In(queue)} since {Format.Time(jobs.Since)} ({Format.Words(now - jobs.Since)}): {work}{pace}."
            + (queue.Said?.Held is { } held ? $" The queue {held}." : "");
        return Found.Of(FindingKind.Waiting, stage.Path, reason, evidence, jobs.Count, jobs.Sample) with { SharedCause = $"busy {queue.Name}" };
    }

    /// <summary>The beginning of each sentence: how many jobs stand, where, and since when.</summary>
    private string Subject(Stage stage, Standing jobs, string queue) => jobs.IsReady
        ? $"{Format.Count(jobs.Count, $"{stage.Name} job")} {(jobs.Count == 1 ? "is" : "are")} ready{queue} since {Format.Time(jobs.Since)} ({Format.Words(now - jobs.Since)})"
        : $"Of {Format.Count(jobs.Count)} scheduled or retryable {stage.Name} {Sentences.Jobs(jobs.Count)}{queue} the first was due at {Format.Time(jobs.Since)} ({Format.Words(now - jobs.Since)} ago)";

    private static string In(QueueFacts queue) => queue.Name.Length == 0 ? "" : $" in queue {queue.Name}";

    /// <summary>Where it is, and what to do about it; a source without queues is one queue.</summary>
    private static (string Where, string Resume) Place(QueueFacts queue) => queue.Name.Length == 0
        ? ("in this source", "see that its workers run")
        : ("in that queue", "resume the queue, or start a node that runs it");

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

    /// <summary>Jobs that could go on and do not.</summary>
    private sealed record Standing(string State, long Count, DateTimeOffset Since, IReadOnlyList<string> Sample)
    {
        public bool IsReady => State == "available";
    }
}
