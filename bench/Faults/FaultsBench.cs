using System.Globalization;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Faults;

/// <summary>Whether the live feed is ever wrong: random trials with faults, and what came of them.</summary>
internal sealed class FaultsBench : IBenchmark
{
    public string Name => "faults";

    public string Description => "random trials of the live feed with faults; [trials, default 100] [seed, default 1] [part of a fault's name]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var trials = Arguments.Number(arguments, 0, 100);
        var seed = Arguments.Number(arguments, 1, 1);
        var faults = arguments.Count > 2 ? AllFaults.List.Where(f => f.Name.Contains(arguments[2], StringComparison.OrdinalIgnoreCase)).ToList() : [.. AllFaults.List];
        if (faults.Count == 0)
            throw new ArgumentException($"No fault's name holds '{arguments[2]}'. There are: {string.Join("; ", AllFaults.List.Select(f => f.Name))}.");
        await using var servers = await FaultServers.StartAsync(Path.Combine(Path.GetTempPath(), $"joblineage-faults-{Environment.UserName}"), cancellation);
        var results = new List<TrialResult>();
        for (var trial = 0; trial < trials; trial++)
        {
            // Each fault in turn: the seed of a trial names all that is random in it.
            var fault = faults[trial % faults.Count];
            var result = await FaultTrial.RunAsync(servers, fault, FaultScale.Large, seed + trial, cancellation);
            results.Add(result);
            report.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{trial + 1}/{trials}  {(result.Differences.Count == 0 ? "equal" : "DIFFERENT")} after {result.Equal.TotalSeconds:0.0} s, {result.Statements} statements, seed {result.Seed}: {fault.Name}"));
            if (result.Differences.Count > 0)
                report.Note(result.Story);
        }

        Tell(report, results);
    }

    private static void Tell(Report report, List<TrialResult> results)
    {
        report.Table(
            $"{results.Count} trials, {Report.Number(results.Sum(r => r.Statements))} statements of producers",
            ["fault", "trials", "with differences", "median until equal", "longest", "taken over after"],
            [.. results.GroupBy(r => r.Fault).Select(g => Row(g.Key, [.. g])), Row("all", results)]);
        foreach (var failed in results.Where(r => r.Differences.Count > 0))
            report.Note($"Seed {failed.Seed}, {failed.Fault}: {failed.Differences[0]}");
    }

    private static string[] Row(string name, IReadOnlyList<TrialResult> results)
    {
        var over = results.Select(r => r.TakenOver).OfType<TimeSpan>().ToList();
        return
        [
            name, Report.Number(results.Count), Report.Number(results.Count(r => r.Differences.Count > 0)),
            Report.Time(TimeSpan.FromMilliseconds(Paired.Quantile([.. results.Select(r => r.Equal.TotalMilliseconds)], 0.5))), Report.Time(results.Max(r => r.Equal)),
            over.Count == 0 ? "" : $"{Report.Time(over.Order().ElementAt(over.Count / 2))}, at most {Report.Time(over.Max())}",
        ];
    }
}
