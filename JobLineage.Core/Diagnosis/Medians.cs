namespace JobLineage.Core.Diagnosis;

/// <summary>The middle of values: one bad night does not move it.</summary>
internal static class Medians
{
    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    /// <param name="values">At least one.</param>
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The same of counts, to the nearest whole.</summary>
    /// <param name="values">At least one.</param>
    public static long Of(IEnumerable<long> values) => (long)Math.Round(Of(values.Select(v => (double)v)), MidpointRounding.AwayFromZero);

    /// <summary>The same of those times that are known; null when none is.</summary>
    public static TimeSpan? Of(IEnumerable<TimeSpan?> values)
    {
        var known = values.OfType<TimeSpan>().Select(v => v.TotalMilliseconds).ToList();
        return known.Count == 0 ? null : TimeSpan.FromMilliseconds(Of(known));
    }
}
