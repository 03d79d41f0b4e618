using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>Says what a run is doing and what is wrong with it. Pure: takes facts and a clock's reading.</summary>
public static class RunDiagnosis
{
    /// <summary>The diagnosis of a run.</summary>
    /// <param name="run">The run; its state and findings are not read.</param>
    /// <param name="facts">What else is known of it.</param>
    /// <param name="options">The thresholds.</param>
    /// <param name="now">The present, in UTC.</param>
    /// <returns>The run's state, and what was found: what affects most jobs first, and each consequence behind its cause.</returns>
    public static (RunState State, IReadOnlyList<Finding> Findings) Examine(
        RunSnapshot run, RunFacts facts, DiagnosisOptions options, DateTimeOffset now)
    {
        // A picture is judged by its own moment: when the feed is behind, what it has not seen does not stand still.
        if (run.AsOf < now)
            now = run.AsOf;
        var stages = new StageIndex(run, facts);
        var usual = new Usual(run, facts, options);
        var failing = new FailingRule(stages, usual);
        var found = new List<Found>();
        foreach (var stage in stages.All)
        {
            if (failing.Examine(stage) is { } failures)
                found.Add(failures);
            if (Cycle(stage.Stage) is { } cycle)
                found.Add(cycle);
        }

        if (facts.IsSourceRead)
            found.AddRange(WhatDoesNotHappen(run, stages, usual, options, now));
        if (Orphaned(run) is { } orphaned)
            found.Add(orphaned);
        var sorted = FindingOrder.Of(CauseLinks.Of(new Causes(stages, usual).Fold(found), stages));
        return (StateOf(run.Counts, sorted), sorted);
    }

    /// <summary>The same run with its state and findings.</summary>
    public static RunSnapshot Diagnose(this RunSnapshot run, RunFacts facts, DiagnosisOptions options, DateTimeOffset now)
    {
        var (state, findings) = Examine(run, facts, options, now);
        return run with { State = state, Findings = findings };
    }

    /// <summary>The same run with what its picture alone shows.</summary>
    public static RunSnapshot Diagnose(this RunSnapshot run, DiagnosisOptions options, DateTimeOffset now) =>
        run.Diagnose(RunFacts.None, options, now);

    /// <summary>Standing still and being absent show only to one who knows that all was looked at.</summary>
    private static IEnumerable<Found> WhatDoesNotHappen(
        RunSnapshot run, StageIndex stages, Usual usual, DiagnosisOptions options, DateTimeOffset now)
    {
        var limits = new AttemptLimits(run.Source, usual, options);
        var stuck = new StuckRule(run, stages, limits, options, now);
        var executing = new ExecutingRule(run.Source, limits, options, now);
        var waiting = new WaitingRule(run, options, now);
        var missing = new MissingRule(stages, usual);
        var childless = new ChildlessRule(run, usual, options);
        foreach (var stage in stages.All)
        {
            foreach (var found in stuck.Examine(stage).Concat(executing.Examine(stage)).Concat(waiting.Examine(stage)).Concat(missing.Examine(stage)))
                yield return found;
            if (childless.Examine(stage) is { } alone)
                yield return alone;
        }
    }

    private static RunState StateOf(StateCounts counts, List<Finding> findings) =>
        findings.Exists(f => f.Kind == FindingKind.Stuck) ? RunState.Stuck
        : counts.Unfinished > 0 ? counts.Discarded > 0 ? RunState.Failing : RunState.Running
        : counts.Discarded > 0 ? RunState.Failed
        : RunState.Finished;

    private static Found? Cycle(Stage stage) => stage.CycleCuts == 0 ? null : Found.Of(
        FindingKind.Cycle,
        stage.Path,
        new(
            "The parent links of this run form a circle",
            "The job with the lowest id is shown as the root, and its own link is not followed.",
            "Correct the link where it is written."),
        new() { ["cuts"] = stage.CycleCuts },
        stage.CycleCuts);

    private static Found? Orphaned(RunSnapshot run)
    {
        if (!run.RootIsMissing || run.Stages.Count == 0)
            return null;
        var path = run.Stages[0].Path;
        var named = run.Edges.Where(e => e.From == path).Sum(e => e.Jobs);
        return Found.Of(
            FindingKind.Orphaned,
            path,
            new(
                $"Job {Format.Short(run.RootId, 40)}, the parent of {Format.Jobs(named)}, is not in the table",
                "It was pruned before it was read, or it never existed."),
            new() { ["parent"] = run.RootId, ["children"] = named },
            named, [run.RootId]);
    }
}
