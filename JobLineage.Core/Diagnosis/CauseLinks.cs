using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// Which failures probably follow from something that stands still: those of a stage beside or below it that began after it stopped. A hypothesis, and said as one. Pure.
/// </summary>
internal static class CauseLinks
{
    /// <summary>Times of different jobs are written by different programs: so much earlier is still "after".</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <summary>Each finding with the one that probably caused it; no cause of another has a cause itself.</summary>
    public static IReadOnlyList<(Found Found, Found? Cause)> Of(IReadOnlyList<Found> found, StageIndex stages)
    {
        var stopped = found.Where(f => f.Finding is { Kind: FindingKind.Stuck, Stage: not null } && StandsStill(f) && f.Began is not null).OrderByDescending(f => f.Jobs).ToList();
        if (stopped.Count == 0)
            return [.. found.Select(f => (f, (Found?)null))];
        var linked = new List<(Found, Found?)>(found.Count);
        foreach (var f in found)
        {
            var cause = f.Finding is { Kind: FindingKind.Failing, Stage: { } failing } && stages.Find(failing) is { } placed
                ? stopped.Where(s => IsProbable(s, f, placed, stages)).OrderByDescending(s => IsNamed(s, placed)).ThenByDescending(s => s.Began).FirstOrDefault()
                : null;
            linked.Add((cause is null ? f : f.Saying(IsAfter(cause, f)
                ? $"They began after {Name(cause)} stopped, which may be why."
                : $"{Name(cause)} stopped, and the error speaks of what it makes: that may be why."), cause));
        }

        return linked;
    }

    // An attempt that hangs keeps nobody else's job from being done.
    private static bool StandsStill(Found found) => found.Finding.Evidence.GetValueOrDefault("cause") is "paused" or "unserved" or "unconsumed" or "held" or "quiet";

    private static bool IsProbable(Found stopped, Found failing, PlacedStage placed, StageIndex stages) =>
        stopped.Finding.AllStages.Any(path => stages.Find(path) is { } stuck && stuck != placed && IsNear(stuck, placed))
        // What failed before it stopped is no effect of it, unless the error speaks of what waits: then a few of many were early.
        && (IsAfter(stopped, failing) || IsNamed(stopped, placed));

    private static bool IsAfter(Found stopped, Found failing) => failing.Began is { } began && began >= stopped.Began - Slack;

    /// <summary>Whether a stage is below another, or below the same stage as it.</summary>
    private static bool IsNear(PlacedStage stuck, PlacedStage failing)
    {
        for (var at = failing; at is not null; at = at.Above)
        {
            if (at == stuck)
                return true;
            if (at.Above is { } above && above == stuck.Above)
                return true;
        }

        return false;
    }

    /// <summary>Whether the commonest error has a word of the stopped worker's name: <c>:movie_not_ready</c> of <c>MovieDetailJob</c>.</summary>
    private static bool IsNamed(Found stopped, PlacedStage failing)
    {
        if (failing.Known.Errors is not [{ Fingerprint: var error }, ..])
            return false;
        return stopped.Finding.AllStages.Any(path => ErrorNames.Share(StagePath.NameOf(path), error));
    }

    private static string Name(Found stopped) => stopped.Finding.Evidence.GetValueOrDefault("queue") is string { Length: > 0 } queue
        ? Format.Short(queue, 60)
        : StagePath.NameOf(stopped.Finding.Stage!);
}
