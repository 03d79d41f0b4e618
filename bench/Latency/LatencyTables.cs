using System.Globalization;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Latency;

/// <summary>Prints what was measured, beside what Oban Web did.</summary>
internal static class LatencyTables
{
    private const double Mebibyte = 1 << 20;

    /// <summary>Prints.</summary>
    public static void Print(Report report, LatencyPlan plan, IReadOnlyList<Setting> settings)
    {
        report.Table(
            "from the commit in the queue to the changed text in the browser (goal at 2,000 changes a second: p50 ≤ 150 ms, p95 ≤ 500 ms)",
            ["page", "viewers", "changes/s", "p50", "p95", "longest"],
            [
                .. settings.Where(s => s.Probes.Count > 0).Select(s => new[]
                {
                    s.Page, Report.Number(s.Viewers), Report.Number((long)Math.Round(s.Rate)),
                    Probes.Of(s.Probes, p => p.Total, 0.5), Probes.Of(s.Probes, p => p.Total, 0.95), Probes.Of(s.Probes, p => p.Total, 1),
                }),
                ["Oban Web 2.12, list of jobs, 1,000,000 rows", "1", "0", "517 ms", "931 ms", ""],
                ["Oban Web 2.12, counts, 1,000,000 rows", "1", "0", "1,000 ms", "1,777 ms", ""],
            ]);
        report.Table(
            "where the time goes (p50 / p95)",
            ["page", "viewers", "changes/s", "queue → store announced", "→ message in the browser", "→ text"],
            [
                .. settings.Where(s => s.Probes.Count > 0).Select(s => new[]
                {
                    s.Page, Report.Number(s.Viewers), Report.Number((long)Math.Round(s.Rate)),
                    Both(s, p => p.Feed), Both(s, p => p.Server), Both(s, p => p.Browser),
                }),
            ]);
        report.Table(
            "what viewers cost",
            ["page", "viewers", "changes/s", "store statements/s", "of these for viewers", "source statements/s", "processor", "heap", "resident", "heap per further viewer", "bytes/s per viewer", "messages/s per viewer"],
            [
                .. settings.Select(s => Cost(s, settings)),
                ["Oban Web 2.12, idle", "1", "0", "1–4 per page", "1–4 per page", "", "", "", "", "1.2–1.8 MB", "160", ""],
            ]);
    }

    private static string[] Cost(Setting setting, IReadOnlyList<Setting> all)
    {
        var first = all.Where(s => s.Page == setting.Page && s.Rate > 0 == setting.Rate > 0).MinBy(s => s.Viewers)!;
        var more = setting.Viewers - first.Viewers;
        return
        [
            setting.Page, Report.Number(setting.Viewers), Report.Number((long)Math.Round(setting.Rate)),
            Number(setting.Statements?.Store), Number(setting.Statements?.Reading), Number(setting.Statements?.Source),
            setting.Processor.ToString("0 %", CultureInfo.InvariantCulture),
            Size(setting.Memory.Heap), Size(setting.Memory.Resident),
            more == 0 ? "" : Size((setting.Memory.Heap - first.Memory.Heap) / more, "0.00"),
            Report.Number((long)Math.Round(setting.Traffic.Bytes)), Number(setting.Traffic.Messages),
        ];
    }

    private static string Both(Setting setting, Func<Probe, double?> part) => $"{Probes.Of(setting.Probes, part, 0.5)} / {Probes.Of(setting.Probes, part, 0.95)}";

    private static string Number(double? value) => value?.ToString("#,0.0", CultureInfo.InvariantCulture) ?? "–";

    private static string Size(long bytes, string format = "0.0") => (bytes / Mebibyte).ToString(format, CultureInfo.InvariantCulture) + " MB";
}
