using System.Diagnostics;

namespace JobLineage.Bench.Measuring;

/// <summary>How many of something went through in a time.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Count">How many.</param>
/// <param name="Took">In what time.</param>
internal sealed record Throughput(string Name, long Count, TimeSpan Took)
{
    /// <summary>How many a second.</summary>
    public double PerSecond => Count / Math.Max(Took.TotalSeconds, 0.000_001);

    /// <summary>Does it once and measures.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="run">Does it; says how many.</param>
    public static async Task<Throughput> MeasureAsync(string name, Func<Task<long>> run)
    {
        var start = Stopwatch.GetTimestamp();
        var count = await run();
        return new Throughput(name, count, Stopwatch.GetElapsedTime(start));
    }
}
