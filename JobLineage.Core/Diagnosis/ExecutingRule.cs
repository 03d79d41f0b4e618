using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// When attempts take too long: left behind by a node that is gone, or hanging on one that lives. How long is too long
/// is configured, or learned from what is usual for the stage, or many times the threshold for a start.
/// </summary>
internal sealed class ExecutingRule(string source, AttemptLimits limits, DiagnosisOptions options, DateTimeOffset now)
{
    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        var stage = placed.Stage;
        if (stage.Counts.Executing == 0 || stage.OldestExecutingAt is null)
            yield break;
        var threshold = options.StuckAfterFor(source, stage.Worker);
        var limit = limits.Of(stage);
        if (stage.OldestExecutingAt > now - limit.Limit)
            yield break;
        var attempts = placed.Known.Executing;
        if (attempts.Count == 0)
        {
            if (limit.IsKnown || !placed.MovedSince(now - limit.Limit))
                yield return Old(placed, limit);
            yield break;
        }

        var overdue = attempts.Where(a => a.Since <= now - limit.Limit).ToLookup(a => a.NodeSeenAt <= now - threshold);
        if (overdue[true].Any())
            yield return Orphans(stage, [.. overdue[true]], limit, attempts.Count);
        // A long attempt beside others that finish is doubted only where it is known, or said, what is long.
        if (overdue[false].Any() && (limit.IsKnown || !placed.MovedSince(now - limit.Limit)))
            yield return Hanging(stage, [.. overdue[false]], limit, attempts.Count);
    }

    /// <summary>Only the oldest attempt is known, and nothing of its node.</summary>
    private Found Old(PlacedStage placed, AttemptLimit limit)
    {
        var stage = placed.Stage;
        var since = stage.OldestExecutingAt!.Value;
        var others = placed.MovedSince(since);
        // Of those that run beside ones that finish only the oldest is known to run for long.
        var count = others ? 1 : stage.Counts.Executing;
        var queue = stage.Queues.Count == 0 ? "" : $" in {(stage.Queues.Count == 1 ? "queue" : "queues")} {Sentences.List(stage.Queues)}";
        var headline = others && stage.Counts.Executing > 1
            ? $"At least 1 of {Format.Count(stage.Counts.Executing, "running")} {Sentences.Named(stage.Counts.Executing, stage.Name)} has taken {Format.Words(now - since)}"
            : $"{Sentences.Of(count, stage.Name)} {Have(count)} been running for {Format.Words(now - since)}{queue}";
        var said = $"{Usually(limit)}{(others ? "" : "Nothing has finished since. ")}The node may have died and left {Sentences.Them(count)} behind.";
        return Of(stage, new(headline, said, $"Check the node; rescue or retry {Sentences.Them(count)}."), count, since, limit, "orphan", []);
    }

    private Found Orphans(Stage stage, List<Attempt> attempts, AttemptLimit limit, int known)
    {
        var (node, seen) = (attempts[0].Node, attempts[0].NodeSeenAt);
        var others = attempts.Select(a => a.Node).Distinct().Count() - 1;
        var (count, it) = (attempts.Count, Sentences.Them(attempts.Count));
        var nodes = others == 0 ? Node(node) : $"{Node(node)} and {Format.Count(others, "more node")}";
        return Of(stage, attempts, limit, "orphan", new(
            $"{Least(stage, count, known)}{Sentences.Of(count, stage.Name)} {(count == 1 ? "was" : "were")} left behind by {nodes}",
            $"{(count == 1 ? "It has" : "They have")} been running for {Format.Words(now - attempts[0].Since)}. {Usually(limit)}{(others == 0 ? "The node was" : "The first was")} last seen in any job {Format.Words(now - seen!.Value)} ago.",
            $"Rescue or retry {it}."));
    }

    private Found Hanging(Stage stage, List<Attempt> attempts, AttemptLimit limit, int known)
    {
        var (node, seen) = (attempts[0].Node, attempts[0].NodeSeenAt);
        var count = attempts.Count;
        var alive = seen is { } at ? $"{Capital(Node(node))} is alive (last seen {Format.Words(now - at)} ago). " : "";
        return Of(stage, attempts, limit, "hanging", new(
            $"{Least(stage, count, known)}{Sentences.Of(count, stage.Name)} {Have(count)} been running for {Format.Words(now - attempts[0].Since)}",
            $"{Usually(limit)}{alive}{(count == 1 ? "It hangs, or does" : "They hang, or do")} far more than others.",
            $"Check what {(count == 1 ? "it is" : "they are")} waiting for."));
    }

    private static string Usually(AttemptLimit limit) => limit.Usual is { } usual ? $"Usually it takes {usual}. " : "";

    // All that are known by name are overdue: there may be more.
    private static string Least(Stage stage, long count, int known) => count == known && stage.Counts.Executing > known ? "At least " : "";

    private static Found Of(Stage stage, List<Attempt> attempts, AttemptLimit limit, string cause, Words said)
    {
        var found = Of(stage, said, attempts.Count, attempts[0].Since, limit, cause, [.. attempts.Take(5).Select(a => a.Job)]);
        var evidence = new Dictionary<string, object?>(found.Finding.Evidence) { ["node"] = attempts[0].Node, ["nodeSeenAt"] = attempts[0].NodeSeenAt };
        return found with { Finding = found.Finding with { Evidence = evidence } };
    }

    private static Found Of(Stage stage, Words said, long count, DateTimeOffset since, AttemptLimit limit, string cause, IReadOnlyList<string> sample)
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
            ["thresholdSeconds"] = limit.Limit.TotalSeconds,
        };
        if (limit.Usual is { } usual)
        {
            evidence["usualSeconds"] = Math.Round(usual.Time.TotalSeconds, 3);
            if (usual.Runs > 0)
                evidence["pastRuns"] = usual.Runs;
            else
                evidence["siblings"] = usual.Siblings;
        }

        return Found.Of(FindingKind.Stuck, stage.Path, said, evidence, count, sample) with { Began = since };
    }

    private static string Have(long count) => count == 1 ? "has" : "have";

    private static string Node(string? node) => node is null ? "a node" : $"node {node}";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
