using System.Diagnostics;

namespace JobLineage.Bench.Measuring;

/// <summary>One way of doing what is compared.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="RunAsync">Does it once.</param>
internal sealed record Variant(string Name, Func<Task> RunAsync);

/// <summary>What was measured of a variant.</summary>
/// <param name="Name">The variant.</param>
/// <param name="Median">The median of its times.</param>
/// <param name="P95">Nineteen in twenty took no longer.</param>
/// <param name="Fastest">The shortest of its times.</param>
/// <param name="Ratio">The median of its time over the first variant's in the same round: 0.1 is ten times as fast.</param>
internal sealed record Measured(string Name, TimeSpan Median, TimeSpan P95, TimeSpan Fastest, double Ratio);

/// <summary>
/// Compares variants in rounds. Each round runs all of them, each round in another order: what else the machine does, and
/// what the one before left in the caches, falls on all alike.
/// </summary>
internal static class Paired
{
    /// <summary>Measures.</summary>
    /// <param name="rounds">How often each variant is measured.</param>
    /// <param name="variants">The first is what the others are compared with.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    /// <param name="warmUp">Rounds that are not counted.</param>
    public static async Task<IReadOnlyList<Measured>> RunAsync(
        int rounds, IReadOnlyList<Variant> variants, CancellationToken cancellation, int warmUp = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var times = variants.Select(_ => new double[rounds]).ToArray();
        for (var round = -warmUp; round < rounds; round++)
        {
            foreach (var place in Order(variants.Count, round + warmUp))
            {
                cancellation.ThrowIfCancellationRequested();
                var start = Stopwatch.GetTimestamp();
                await variants[place].RunAsync();
                if (round >= 0)
                    times[place][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        return [.. variants.Select((variant, place) => new Measured(
            variant.Name,
            Milliseconds(Quantile(times[place], 0.5)),
            Milliseconds(Quantile(times[place], 0.95)),
            Milliseconds(times[place].Min()),
            Quantile([.. times[place].Zip(times[0], (one, first) => one / first)], 0.5)))];
    }

    /// <summary>The order of a round: it starts one later each time, and runs backwards every other time.</summary>
    public static IReadOnlyList<int> Order(int count, int round)
    {
        var order = Enumerable.Range(0, count).Select(place => (place + round) % count);
        return [.. round % 2 == 0 ? order : order.Reverse()];
    }

    /// <summary>The smallest value that is not below this share of the values (nearest rank); the middle of two for the median.</summary>
    public static double Quantile(IReadOnlyList<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (share == 0.5 && sorted.Length % 2 == 0)
            return (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
