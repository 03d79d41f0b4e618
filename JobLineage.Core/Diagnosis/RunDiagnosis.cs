using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>Says what a run is doing and what is wrong with it. Pure: takes facts and a clock's reading.</summary>
public static class RunDiagnosis
{
    /// <summary>The diagnosis of a run.</summary>
    /// <param name="facts">The run; its state and findings are not read.</param>
    /// <param name="options">The thresholds.</param>
    /// <param name="now">The present, in UTC.</param>
    /// <returns>The run's state, and what was found, worst first.</returns>
    public static (RunState State, IReadOnlyList<Finding> Findings) Examine(
        RunSnapshot facts, DiagnosisOptions options, DateTimeOffset now)
    {
        var stuck = new StuckRule(facts, options, now);
        var findings = new List<(Finding Finding, long Jobs)>();
        foreach (var stage in facts.Stages)
        {
            findings.AddRange(stuck.Examine(stage));
            Failing(stage, findings);
            Vanished(stage, findings);
            Cycle(stage, findings);
            Waiting(stage, now, findings);
        }

        Orphaned(facts, findings);
        var sorted = findings
            .OrderBy(f => Severity(f.Finding.Kind))
            .ThenByDescending(f => f.Jobs)
            .ThenBy(f => f.Finding.Stage, StringComparer.Ordinal)
            .Select(f => f.Finding)
            .ToList();
        return (StateOf(facts.Counts, sorted), sorted);
    }

    /// <summary>The same run with its state and findings.</summary>
    public static RunSnapshot Diagnose(this RunSnapshot facts, DiagnosisOptions options, DateTimeOffset now)
    {
        var (state, findings) = Examine(facts, options, now);
        return facts with { State = state, Findings = findings };
    }

    private static int Severity(FindingKind kind) => kind switch
    {
        FindingKind.Stuck => 0,
        FindingKind.Failing => 1,
        FindingKind.Missing => 2,
        FindingKind.Childless => 3,
        FindingKind.Cycle => 4,
        FindingKind.Orphaned => 5,
        _ => 6,
    };

    private static RunState StateOf(StateCounts counts, List<Finding> findings) =>
        findings.Exists(f => f.Kind == FindingKind.Stuck) ? RunState.Stuck
        : counts.Unfinished > 0 ? counts.Discarded > 0 ? RunState.Failing : RunState.Running
        : counts.Discarded > 0 ? RunState.Failed
        : RunState.Finished;

    private static void Failing(Stage stage, List<(Finding, long)> findings)
    {
        if (stage.Counts.Discarded is not (> 0 and var discarded))
            return;
        var share = (double)discarded / stage.Total;
        findings.Add((new(
            FindingKind.Failing,
            stage.Path,
            $"{Sentences.Of(discarded, stage.Total)} {stage.Name} {Sentences.Jobs(stage.Total)} failed for good ({Sentences.Percent(share)}).",
            new Dictionary<string, object?> { ["state"] = "discarded", ["count"] = discarded, ["total"] = stage.Total, ["share"] = Math.Round(share, 4) },
            []), discarded));
    }

    private static void Vanished(Stage stage, List<(Finding, long)> findings)
    {
        if (stage.Vanished == 0)
            return;
        findings.Add((new(
            FindingKind.Missing,
            stage.Path,
            $"{Sentences.Number(stage.Vanished)} {stage.Name} {Sentences.Jobs(stage.Vanished)} left the queue before {(stage.Vanished == 1 ? "it was" : "they were")} seen to finish: deleted, or finished and pruned between two looks.",
            new Dictionary<string, object?> { ["vanished"] = stage.Vanished },
            []), stage.Vanished));
    }

    private static void Cycle(Stage stage, List<(Finding, long)> findings)
    {
        if (stage.CycleCuts == 0)
            return;
        findings.Add((new(
            FindingKind.Cycle,
            stage.Path,
            "The parent links of this run close a circle; the job with the lowest id is shown as the root, and its own link is not followed.",
            new Dictionary<string, object?> { ["cuts"] = stage.CycleCuts },
            []), stage.CycleCuts));
    }

    private static void Orphaned(RunSnapshot facts, List<(Finding, long)> findings)
    {
        if (!facts.RootIsMissing || facts.Stages.Count == 0)
            return;
        var path = facts.Stages[0].Path;
        var named = facts.Edges.Where(e => e.From == path).Sum(e => e.Jobs);
        findings.Add((new(
            FindingKind.Orphaned,
            path,
            $"The parent {facts.RootId} that {Sentences.Number(named)} {Sentences.Jobs(named)} {(named == 1 ? "names" : "name")} is not in the table: it was pruned before it was seen, or it never existed.",
            new Dictionary<string, object?> { ["parent"] = facts.RootId, ["children"] = named },
            [facts.RootId]), named));
    }

    private static void Waiting(Stage stage, DateTimeOffset now, List<(Finding, long)> findings)
    {
        var waiting = stage.Counts.Scheduled + stage.Counts.Retryable;
        if (waiting == 0 || waiting != stage.Counts.Unfinished || !(stage.NextDueAt > now))
            return;
        var retried = stage.Counts.Retryable > 0 ? stage.Counts.Scheduled > 0 ? "a time or a retry" : "a retry" : "a time";
        findings.Add((new(
            FindingKind.Waiting,
            stage.Path,
            $"{Sentences.Number(waiting)} {stage.Name} {Sentences.Jobs(waiting)} {(waiting == 1 ? "waits" : "wait")} for {retried}; the next is due at {Sentences.Time(stage.NextDueAt.Value)}.",
            new Dictionary<string, object?>
            {
                ["state"] = stage.Counts.Retryable > stage.Counts.Scheduled ? "retryable" : "scheduled",
                ["count"] = waiting,
                ["until"] = stage.NextDueAt,
            },
            []), waiting));
    }
}
