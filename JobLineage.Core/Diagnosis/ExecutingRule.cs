using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When attempts take too long: left behind by a node that is gone, or hanging on one that lives. How long is too long
/// is configured, or learned from what is usual for the stage, or many times the threshold for a start.
/// </summary>
internal sealed class ExecutingRule(string source, Usual usual, DiagnosisOptions options, DateTimeOffset now)
{
    /// <summary>Attempts that take so many times longer than is usual are doubted.</summary>
    private const double UsualFactor = 10;

    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        var stage = placed.Stage;
        if (stage.Counts.Executing == 0 || stage.OldestExecutingAt is null)
            yield break;
        var threshold = options.StuckAfterFor(source, stage.Worker);
        var configured = options.ExecutingAfterFor(source, stage.Worker);
        var time = configured is null ? usual.RunTime(stage.Path) : null;
        var limit = configured ?? (time is { } t ? Longer(threshold, t.Time * UsualFactor) : threshold * DiagnosisOptions.ExecutingFactor);
        if (stage.OldestExecutingAt > now - limit)
            yield break;
        var attempts = placed.Known.Executing;
        if (attempts.Count == 0)
        {
            if (!placed.MovedSince(now - limit))
                yield return Old(stage, limit);
            yield break;
        }

        var overdue = attempts.Where(a => a.Since <= now - limit).ToLookup(a => a.NodeSeenAt <= now - threshold);
        if (overdue[true].Any())
            yield return Orphans(stage, [.. overdue[true]], limit, time, attempts.Count);
        // A long attempt beside others that finish is doubted only where it is known, or said, what is long.
        if (overdue[false].Any() && (configured is not null || time is not null || !placed.MovedSince(now - limit)))
            yield return Hanging(stage, [.. overdue[false]], limit, time, attempts.Count);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Only the oldest attempt is known, and nothing of its node.</summary>
    private Found Old(Stage stage, TimeSpan limit)
    {
        var count = stage.Counts.Executing;
        var since = stage.OldestExecutingAt!.Value;
        var queue = stage.Queues.Count == 0 ? "" : $" in {(stage.Queues.Count == 1 ? "queue" : "queues")} {string.Join(", ", stage.Queues)}";
        return Found.Of(
            FindingKind.Stuck, stage.Path,
            $"{Format.Count(count, $"{stage.Name} job")} {Have(count)} been executing{queue} since {Format.Time(since)} ({Format.Words(now - since)}) and nothing has finished since: the node may have died and left {(count == 1 ? "it" : "them")} orphaned.",
            Evidence(stage, count, since, limit, null, "orphan"), count);
    }

    private Found Orphans(Stage stage, List<Attempt> attempts, TimeSpan limit, (TimeSpan Time, int Runs)? time, int known)
    {
        var (node, seen) = (attempts[0].Node, attempts[0].NodeSeenAt);
        var others = attempts.Select(a => a.Node).Distinct().Count() - 1;
        var reason = $"{Subject(stage, attempts, time, known)} on {Node(node)}, which has shown no sign of life in any job since {Format.Time(seen!.Value)} ({Format.Words(now - seen.Value)})"
            + (others == 0 ? "" : $", and on {Format.Count(others, "more node")} as silent")
            + $": left behind when it went; rescue {It(attempts.Count)} or retry {It(attempts.Count)}.";
        return Of(stage, reason, attempts, limit, time, "orphan");
    }

    private Found Hanging(Stage stage, List<Attempt> attempts, TimeSpan limit, (TimeSpan Time, int Runs)? time, int known)
    {
        var (node, seen) = (attempts[0].Node, attempts[0].NodeSeenAt);
        var reason = $"{Subject(stage, attempts, time, known)}"
            + (seen is { } at ? $" on {Node(node)}, which is alive (last sign {Format.Time(at)})" : "")
            + (attempts.Count == 1
                ? ": it hangs, or does far more than others; look at what it waits for."
                : ": they hang, or do far more than others; look at what they wait for.");
        return Of(stage, reason, attempts, limit, time, "hanging");
    }

    private string Subject(Stage stage, List<Attempt> attempts, (TimeSpan Time, int Runs)? time, int known)
    {
        // All that are known by name are overdue: there may be more.
        var least = attempts.Count == known && stage.Counts.Executing > known ? "At least " : "";
        return $"{least}{Format.Count(attempts.Count, $"{stage.Name} job")} {Have(attempts.Count)} been executing since {Format.Time(attempts[0].Since)} ({Format.Words(now - attempts[0].Since)}"
            + (time is { } t ? $"; usual {Format.Words(t.Time)} over {t.Runs} runs)" : ")");
    }

    private Found Of(Stage stage, string reason, List<Attempt> attempts, TimeSpan limit, (TimeSpan Time, int Runs)? time, string cause)
    {
        var evidence = Evidence(stage, attempts.Count, attempts[0].Since, limit, time, cause);
        evidence["node"] = attempts[0].Node;
        evidence["nodeSeenAt"] = attempts[0].NodeSeenAt;
        return Found.Of(FindingKind.Stuck, stage.Path, reason, evidence, attempts.Count, [.. attempts.Take(5).Select(a => a.Job)]);
    }

    private static Dictionary<string, object?> Evidence(
        Stage stage, long count, DateTimeOffset since, TimeSpan limit, (TimeSpan Time, int Runs)? time, string cause)
    {
        var evidence = new Dictionary<string, object?>
        {
            ["state"] = "executing",
            ["count"] = count,
            ["since"] = since,
            ["cause"] = cause,
            ["queues"] = stage.Queues,
            ["lastAttemptedAt"] = stage.LastAttemptedAt,
            ["lastFinishedAt"] = stage.LastFinishedAt,
            ["thresholdSeconds"] = limit.TotalSeconds,
        };
        if (time is { } t)
        {
            evidence["usualSeconds"] = Math.Round(t.Time.TotalSeconds, 3);
            evidence["pastRuns"] = t.Runs;
        }

        return evidence;
    }

    private static string Have(long count) => count == 1 ? "has" : "have";

    private static string It(int count) => count == 1 ? "it" : "them";

    private static string Node(string? node) => node is null ? "a node" : $"node {node}";
}
