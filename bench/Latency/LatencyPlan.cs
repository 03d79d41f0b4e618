using System.Globalization;
using JobLineage.Bench.Lineage;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Latency;

/// <summary>How much is measured.</summary>
/// <param name="Shape">The data set.</param>
/// <param name="Rate">State changes a second that are wanted.</param>
/// <param name="Probes">Changes that are followed, for each setting.</param>
/// <param name="Viewers">How many look at the page, by turns, the browser included.</param>
/// <param name="IsWhole">Whether pages are measured at rest too.</param>
internal sealed record LatencyPlan(LineageShape Shape, int Rate, int Probes, IReadOnlyList<int> Viewers, bool IsWhole)
{
    /// <summary>The arguments, as the list of benchmarks shows them.</summary>
    public const string Usage = "[quick] [rows, default 1000000] [probes, default 100] [changes a second, default 2000]";

    private const int JobsPerRun = 1_363;
    private const int FewestRuns = 60;

    /// <summary>Reads the arguments.</summary>
    public static LatencyPlan Of(IReadOnlyList<string> arguments)
    {
        var quick = arguments is ["quick", ..];
        if (quick)
            arguments = [.. arguments.Skip(1)];
        var rows = Arguments.Number(arguments, 0, quick ? FewestRuns * JobsPerRun : 1_000_000);
        var probes = Arguments.Number(arguments, 1, quick ? 30 : 100);
        var rate = Arguments.Number(arguments, 2, 2_000);
        var runs = Math.Max(FewestRuns, rows / JobsPerRun);
        // The name is the schema's: one data set for each size.
        var shape = new LineageShape(
            string.Create(CultureInfo.InvariantCulture, $"latency-{runs}"), runs, JobsPerRun, Math.Max(0, rows - (runs * JobsPerRun)));
        return new(shape, rate, probes, quick ? [10] : [1, 10, 50], !quick);
    }
}
