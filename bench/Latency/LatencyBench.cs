using System.Diagnostics;
using System.Globalization;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Latency;

/// <summary>How long a change takes from its commit in the queue to the eye, and what those who look cost.</summary>
internal sealed class LatencyBench : IBenchmark
{
    private const int Active = 25;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public string Name => "latency";

    public string Description => $"from commit in the queue to changed text in a browser, and what viewers cost; {LatencyPlan.Usage}";

    public bool CountsStatements => true;

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var plan = LatencyPlan.Of(arguments);
        var started = Stopwatch.GetTimestamp();
        var runs = new ActiveRuns(plan.Shape, Active);
        await using var stage = await LatencyStage.CreateAsync(server, report, plan.Shape, cancellation);
        var counts = await stage.Counter.IsThereAsync(cancellation);
        await using var ear = new StoreEar(stage.StoreConnection, runs.MarkedJob);
        var job = new MarkedJob(server.Database, stage.Mapping.QualifiedTable, runs.MarkedJob);
        var measured = new List<Setting>();
        try
        {
            foreach (var page in WatchedPage.All(runs))
            {
                var settings = new SettingRun(stage, plan, runs, page, new Probing(job, ear), counts);
                if (plan.IsWhole)
                    measured.Add(await report.WhileAsync($"{page.Name}: nothing else changes", () => settings.IdleAsync(cancellation)));
                foreach (var viewers in plan.Viewers)
                {
                    measured.Add(await report.WhileAsync(
                        $"{page.Name}: {viewers} viewer(s), {Report.Number(plan.Rate)} changes a second", () => settings.BusyAsync(viewers, WarmUp, cancellation)));
                }
            }
        }
        finally
        {
            await job.RestoreAsync();
        }

        LatencyTables.Print(report, plan, measured);
        report.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{Report.Number(plan.Shape.Rows)} rows, {plan.Probes} probes a setting, one of them in Chromium, the other viewers circuits without a browser; the clocks of browser and bench were compared to ±{measured.Max(m => m.ClockError):0.0} ms; all of it took {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} min."));
    }
}
