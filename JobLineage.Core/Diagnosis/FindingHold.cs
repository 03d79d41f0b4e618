using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// Keeps what was found on screen for some seconds after it is no longer so: a finding that comes and goes (a queue that starts one job in a while) would move everything
/// below it each time. What is held says when it ended, and changes no state. Pure.
/// </summary>
public static class FindingHold
{
    /// <summary>How long a finding that has ended stays.</summary>
    public static readonly TimeSpan For = TimeSpan.FromSeconds(8);

    /// <summary>What is to be shown.</summary>
    /// <param name="before">What was shown last; null at first.</param>
    /// <param name="found">What is found now.</param>
    /// <param name="now">The present, by the same clock each time.</param>
    /// <returns>The findings in their order, those that have just ended in the places that they had.</returns>
    public static IReadOnlyList<Finding> Keep(IReadOnlyList<Finding>? before, IReadOnlyList<Finding> found, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (before is null or { Count: 0 })
            return found;
        var present = found.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var shown = found.ToList();
        for (var place = 0; place < before.Count; place++)
        {
            var old = before[place];
            if (present.Contains(old.Id) || now - old.EndedAt >= For)
                continue;
            shown.Insert(Math.Min(place, shown.Count), old.EndedAt is null ? old with { EndedAt = now } : old);
        }

        return shown;
    }

    /// <summary>The same run with what <paramref name="before"/> showed held.</summary>
    public static RunSnapshot Keep(RunSnapshot? before, RunSnapshot run, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        return before is null || before.RootId != run.RootId || before.Source != run.Source ? run : run with { Findings = Keep(before.Findings, run.Findings, now) };
    }
}
