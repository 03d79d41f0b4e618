using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>When all that is left of a stage waits for a time that is known, or for something other than time.</summary>
internal sealed class WaitingRule(RunSnapshot run, DiagnosisOptions options, DateTimeOffset now)
{
    private readonly DateTimeOffset? last = run.Stages.SelectMany(s => new[] { s.LastAttemptedAt, s.LastFinishedAt }).Max();

    public IEnumerable<Found> Examine(PlacedStage placed)
    {
        if (Timed(placed) is { } timed)
            yield return timed;
        if (Suspended(placed.Stage) is { } suspended)
            yield return suspended;
    }

    private Found? Timed(PlacedStage placed)
    {
        var stage = placed.Stage;
        var waiting = stage.Counts.Scheduled + stage.Counts.Retryable;
        if (waiting == 0 || waiting != stage.Counts.Unfinished || !(stage.NextDueAt > now))
            return null;
        var retried = stage.Counts.Retryable > 0 ? stage.Counts.Scheduled > 0 ? "a time or a retry" : "a retry" : "a time";
        return Found.Of(
            FindingKind.Waiting,
            stage.Path,
            $"{Format.Count(waiting, $"{stage.Name} job")} {(waiting == 1 ? "waits" : "wait")} for {retried}; the next is due at {Format.Time(stage.NextDueAt.Value)}.",
            new()
            {
                ["state"] = stage.Counts.Retryable > stage.Counts.Scheduled ? "retryable" : "scheduled",
                ["count"] = waiting,
                ["cause"] = "time",
                ["until"] = stage.NextDueAt,
            },
            waiting, placed.Known.Due);
    }

    private Found? Suspended(Stage stage)
    {
        var count = stage.Counts.Suspended;
        if (count == 0 || count != stage.Counts.Unfinished)
            return null;
        // While anything else of the run goes on, that may be what they wait for.
        var isAlone = run.Counts.Unfinished == run.Counts.Suspended
            && last <= now - options.StuckAfterFor(run.Source, stage.Worker);
        var evidence = new Dictionary<string, object?> { ["state"] = "suspended", ["count"] = count, ["cause"] = "dependency" };
        var subject = $"{Format.Count(count, $"{stage.Name} job")} {(count == 1 ? "is" : "are")} suspended";
        if (!isAlone)
        {
            return Found.Of(
                FindingKind.Waiting, stage.Path,
                $"{subject}: {(count == 1 ? "it waits" : "they wait")} for something other than time, such as another job.", evidence, count);
        }

        evidence["since"] = last;
        return Found.Of(
            FindingKind.Stuck, stage.Path,
            $"{subject} and all else of this run came to rest at {Format.Time(last!.Value)} ({Format.Words(now - last.Value)} ago): what {(count == 1 ? "it depends" : "they depend")} on will not come from this run; see what was to release {(count == 1 ? "it" : "them")}.",
            evidence, count);
    }
}
