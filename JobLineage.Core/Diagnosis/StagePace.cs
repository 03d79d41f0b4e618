using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>Says when a stage will be through, from how many jobs finished in each of the last minutes. Pure.</summary>
public static class StagePace
{
    /// <summary>How many minutes are looked at.</summary>
    public const int Minutes = 10;

    private const int LeastMinutes = 3;
    private const int LeastJobs = 20;

    /// <summary>The range at the pace of the slower and of the faster minutes; null when the data does not allow to say.</summary>
    /// <param name="counts">The stage's jobs.</param>
    /// <param name="perMinute">Jobs that finished in each of the last minutes, the last minute first.</param>
    public static Forecast? Of(StateCounts counts, IReadOnlyList<long> perMinute)
    {
        var remaining = counts.Available + counts.Executing;
        // Minutes before the first that anything finished in are from before the stage began.
        var seen = perMinute.Take(Minutes).Reverse().SkipWhile(count => count == 0).Order().ToList();
        if (remaining == 0 || seen.Count < LeastMinutes || seen.Sum() < LeastJobs)
            return null;
        var (slow, fast) = (Quantile(seen, 0.25), Quantile(seen, 0.75));
        // Nothing finished in a quarter of the minutes: it moves by fits and starts, and no pace is to be had.
        return slow <= 0 ? null : new(
            TimeSpan.FromMinutes(remaining / fast), TimeSpan.FromMinutes(remaining / slow), remaining, slow, fast, seen.Count);
    }

    private static double Quantile(List<long> sorted, double part)
    {
        var place = part * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
