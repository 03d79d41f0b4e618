using System.Globalization;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Page;

/// <summary>How long a run's page takes to be there, by the size of the run, and what its updates cost.</summary>
internal sealed class PageBench : IBenchmark
{
    private const int Rounds = 12;
    private const int QuickRounds = 4;
    private const int Turns = 12;

    // What must come first, and may be no later for a large run than this many times a small one's.
    private const double Goal = 1.5;

    public string Name => "page";

    public string Description => "a run's page in Chromium: time to the graph and to the circuit by the size of the run, and what updates cost; [quick]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        if (arguments.Any(argument => argument != "quick"))
            throw new ArgumentException($"'{arguments[0]}' is not known; there is only 'quick'.");
        var rounds = arguments.Count > 0 ? QuickRounds : Rounds;
        var isNew = await report.WhileAsync("the runs: 1,002,000 rows", () => PageDataset.EnsureAsync(server.Database, cancellation));
        await using var dashboard = await report.WhileAsync(
            "the dashboard reads them (the first time, about a minute)", () => PageServer.StartAsync(server, isNew, cancellation));
        await using var browser = await PageBrowser.StartAsync(dashboard.Address);

        var views = PageShape.All.Select(shape => (shape.Name, Path: Path(shape)))
            .Append((PageShape.Large.Name + ", all open", Path(PageShape.Large) + "?closed=none")).ToArray();
        var openings = await report.WhileAsync("opening pages", () => OpenAsync(browser, views, rounds, cancellation));
        Print(report, views, openings, rounds);
        await UpdatesAsync(server, report, browser, cancellation);
    }

    // Each round opens all of them, each round in another order; the first is for the caches.
    private static async Task<IReadOnlyList<List<Opening>>> OpenAsync(
        PageBrowser browser, IReadOnlyList<(string Name, string Path)> views, int rounds, CancellationToken cancellation)
    {
        var openings = views.Select(_ => new List<Opening>()).ToArray();
        await using var viewer = await browser.ViewerAsync();
        for (var round = -1; round < rounds; round++)
        {
            foreach (var place in Paired.Order(views.Count, round + 1))
            {
                cancellation.ThrowIfCancellationRequested();
                var opening = await browser.OpenAsync(viewer, views[place].Path);
                if (round >= 0)
                    openings[place].Add(opening);
            }
        }

        return openings;
    }

    private static void Print(Report report, IReadOnlyList<(string Name, string Path)> views, IReadOnlyList<List<Opening>> openings, int rounds)
    {
        report.Table(
            string.Create(CultureInfo.InvariantCulture, $"a run's page ({rounds} rounds; goal: the large run's at most {Goal} × the small one's)"),
            ["run", "graph seen, median", "p95", "of the first", "interactive, median", "p95", "of the first", "HTML"],
            [.. views.Select((view, place) => (string[])
            [
                view.Name,
                .. Times([.. openings[place].Select(o => o.Graph)], [.. openings[0].Select(o => o.Graph)]),
                .. Times([.. openings[place].Select(o => o.Interactive)], [.. openings[0].Select(o => o.Interactive)]),
                Kilobytes(openings[place][0].HtmlBytes),
            ])]);
    }

    private static string[] Times(IReadOnlyList<double> times, IReadOnlyList<double> first) =>
    [
        Report.Time(TimeSpan.FromMilliseconds(Paired.Quantile(times, 0.5))),
        Report.Time(TimeSpan.FromMilliseconds(Paired.Quantile(times, 0.95))),
        Paired.Quantile([.. times.Zip(first, (one, other) => one / other)], 0.5).ToString("0.00", CultureInfo.InvariantCulture),
    ];

    private static async Task UpdatesAsync(BenchServer server, Report report, PageBrowser browser, CancellationToken cancellation)
    {
        var rows = new List<string[]>();
        foreach (var (shape, query, name) in new[]
        {
            (PageShape.Small, "", PageShape.Small.Name), (PageShape.Large, "", PageShape.Large.Name), (PageShape.Large, "?closed=none", PageShape.Large.Name + ", all open"),
        })
        {
            foreach (var stages in new[] { 0, 1, 20 })
            {
                if (stages > shape.Stages.Count)
                    continue;
                var updates = await report.WhileAsync($"{name}: updates of {stages} stages", () => browser.WatchAsync(
                    Path(shape) + query, () => ChangeAsync(server, shape, stages, cancellation), cancellation));
                rows.Add([
                    name,
                    stages == 0 ? "nothing, 12 s" : stages == 1 ? "1 job" : $"{stages} jobs, each of another stage",
                    Report.Number(updates.Renders),
                    stages == 0 ? $"{Report.Number(updates.Bytes / Turns)} a second" : Report.Number(updates.Bytes / Turns),
                    (updates.Nodes / (double)Math.Max(1, updates.Renders)).ToString("0.0", CultureInfo.InvariantCulture),
                ]);
            }
        }

        report.Table(
            $"updates of an open page ({Turns} of each, one a second)",
            ["run", "each changes", "times the graph changed", "bytes down each", "nodes and edges touched each time"], rows, textColumns: 2);
    }

    private static async Task ChangeAsync(BenchServer server, PageShape shape, int stages, CancellationToken cancellation)
    {
        for (var turn = 0; turn < Turns; turn++)
        {
            if (stages > 0)
                await PageDataset.ChangeAsync(server.Database, shape, stages, turn / 2 * 3, cancellation);
            await Task.Delay(1_000, cancellation);
        }
    }

    private static string Path(PageShape shape) => string.Create(CultureInfo.InvariantCulture, $"/runs/{PageServer.Source}/{shape.Root}");

    private static string Kilobytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KB");
}
