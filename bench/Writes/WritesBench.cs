using System.Globalization;
using JobLineage.Bench.Lineage;
using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Writes;

/// <summary>What it costs to bring rows into the store: time, WAL, bytes, rows in catalogs.</summary>
internal sealed class WritesBench : IBenchmark
{
    private static readonly LineageShape Tenth = new("tenth", 73, 1_363, 501);
    private static readonly LineageShape FiveMillion = new("five-million", 3_668, 1_363, 516);
    private static readonly LineageShape Singles = new("singles", 0, 1_363, 100_000);

    private static readonly IReadOnlyList<LineageShape> Shapes = [Tenth, LineageShape.Million, FiveMillion, Singles];

    public string Name => "writes";

    public string Description =>
        $"rows into the store: time, WAL, bytes; [data sets: {string.Join(", ", Shapes.Select(s => s.Name))}; default {LineageShape.Million.Name}] [statements]";

    public bool CountsStatements => true;

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var areStatementsShown = arguments.Contains("statements");
        var names = arguments.Where(a => a != "statements").ToList();
        foreach (var shape in names.Count == 0 ? [LineageShape.Million] : names.Select(Shape))
            await MeasureAsync(server, report, shape, areStatementsShown, cancellation);
    }

    private static async Task MeasureAsync(BenchServer server, Report report, LineageShape shape, bool areStatementsShown, CancellationToken cancellation)
    {
        await report.WhileAsync($"{shape.Name}: {Report.Number(shape.Rows)} rows", () => LineageDataset.EnsureAsync(server.Database, shape, cancellation));
        await using var store = await StoreOfShape.CreateAsync(server, shape, cancellation);
        var work = new StoreWork(store.Store);
        var rows = new List<string[]>();
        await OneAsync("first reading", () => store.BackfillAsync(cancellation));
        var bytes = await work.BytesOfJobsAsync(cancellation);
        report.Note(string.Create(CultureInfo.InvariantCulture, $"{shape.Name}: {bytes / (double)shape.Rows:0} bytes a job, with its indexes"));
        foreach (var (step, steps) in new[] { (20, 500), (5_000, 10), (50_000, 4), (200_000, 1) })
        {
            if (step <= shape.Rows / 5)
                await OneAsync($"{Report.Number(step)} changes a look", () => store.FollowAsync(step, steps, cancellation));
        }

        report.Table($"{shape.Name}: into the store", ["what", "rows", "took", "rows a second", "µs of processor a row: ours, store, queue", "WAL bytes a row", "catalog rows"], rows);

        async Task OneAsync(string what, Func<Task<Throughput>> run)
        {
            await work.BeginAsync(cancellation);
            var before = await ProcessorTime.ReadAsync(server.Database, cancellation);
            var throughput = await report.WhileAsync($"{shape.Name}: {what}", run);
            var used = (await ProcessorTime.ReadAsync(server.Database, cancellation) - before) * (1_000_000.0 / Math.Max(1, throughput.Count));
            var (wal, catalog) = await work.EndAsync(cancellation);
            rows.Add([
                what, Report.Number(throughput.Count), Report.Time(throughput.Took), Report.Number((long)throughput.PerSecond),
                used is { } cost ? string.Create(CultureInfo.InvariantCulture, $"{cost.Program:0} {cost.Store:0} {cost.Server - cost.Store:0}") : "?",
                Report.Number(wal / Math.Max(1, throughput.Count)), Report.Number(catalog)]);
            if (areStatementsShown)
                await work.ShowStatementsAsync(report, $"{shape.Name}: {what}", cancellation);
        }
    }

    private static LineageShape Shape(string name) => Shapes.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"'{name}' is not a data set; there are {string.Join(", ", Shapes.Select(shape => shape.Name))}.");
}
