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
        var retried = stage.Counts.Retryable > 0 ? stage.Counts.Scheduled > 0 ? "waiting for their time or a retry" : "waiting for a retry" : "scheduled for later";
        return Found.Of(
            FindingKind.Waiting,
            stage.Path,
            new(
                $"{Sentences.Of(waiting, stage.Name)} {Sentences.Are(waiting)} {retried}",
                $"{(waiting == 1 ? "It" : "The next")} is due in {Format.Words(stage.NextDueAt.Value - now)}."),
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
        var headline = $"{Sentences.Of(count, stage.Name)} {Sentences.Are(count)} suspended";
        if (!isAlone)
        {
            return Found.Of(
                FindingKind.Waiting, stage.Path,
                new(headline, $"{(count == 1 ? "It waits" : "They wait")} for something other than time, such as another job."), evidence, count);
        }

        evidence["since"] = last;
        return Found.Of(
            FindingKind.Stuck, stage.Path,
            new(
                $"{headline}, and nothing in this run can release {Sentences.Them(count)}",
                $"Everything else came to rest {Format.Words(now - last!.Value)} ago.",
                $"Check what should have released {Sentences.Them(count)}."),
            evidence, count);
    }
}
