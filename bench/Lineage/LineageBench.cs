using System.Globalization;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Lineage;

namespace JobLineage.Bench.Lineage;

/// <summary>How long it takes to have a run's stages counted, by each way there is.</summary>
internal sealed class LineageBench : IBenchmark
{
    private const int Rounds = 15;

    public string Name => "lineage";

    public string Description =>
        $"a run's stages: by hand-written CTE and by ours; [data sets: {string.Join(", ", LineageShape.All.Select(shape => shape.Name))}; default {LineageShape.Million.Name}]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        IReadOnlyList<LineageShape> shapes = arguments is [] ? [LineageShape.Million] : [.. arguments.Select(Shape)];
        foreach (var shape in shapes)
        {
            await SetUpAsync(server, report, shape, cancellation);
            await using var store = await StoreOfShape.CreateAsync(server, shape, cancellation);
            var backfill = await report.WhileAsync($"{shape.Name}: backfill", () => store.BackfillAsync(cancellation));
            report.Rates($"{shape.Name}: the first reading of the table", [backfill]);
            await CompareAsync(server, report, shape, store, cancellation);
            if (shape == LineageShape.Million)
                await FollowAsync(report, store, cancellation);
        }

        if (arguments is [])
            await CompareSizesAsync(server, report, cancellation);

    }

    /// <summary>What a snapshot costs must grow with the stages of a run and not with its jobs.</summary>
    private static async Task CompareSizesAsync(BenchServer server, Report report, CancellationToken cancellation)
    {
        var variants = new List<Variant>();
        var stores = new List<StoreOfShape>();
        foreach (var shape in new[] { LineageShape.Thousand, LineageShape.OneRun })
        {
            await SetUpAsync(server, report, shape, cancellation);
            var store = await StoreOfShape.CreateAsync(server, shape, cancellation);
            stores.Add(store);
            await report.WhileAsync($"{shape.Name}: backfill", () => store.BackfillAsync(cancellation));
            variants.Add(new(
                $"snapshot of a run of {Report.Number(shape.JobsPerRun)}",
                async () => await store.Runs.FindRunAsync(shape.Name, Id(shape.MiddleRoot), cancellation)));
        }

        var measured = await report.WhileAsync("sizes: measuring", () => Paired.RunAsync(200, variants, cancellation, warmUp: 50));
        report.Paired("snapshot by size of the run", 200, measured);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    private static async Task FollowAsync(Report report, StoreOfShape store, CancellationToken cancellation)
    {
        var rates = new List<Throughput>();
        foreach (var (step, steps) in new[] { (100, 20), (5_000, 10), (50_000, 4) })
        {
            rates.Add(await report.WhileAsync(
                $"following {Report.Number(step)} changes a look", () => store.FollowAsync(step, steps, cancellation)));
        }

        report.Rates("million: changed rows brought into the store, from the look over the source to the commit", rates);
    }

    // All ways of asking the same question; the first is what the others are measured against. The advised index is on a
    // copy of the table, for the hand-written CTE may use it too.
    private static async Task<IReadOnlyList<Variant>> VariantsAsync(
        BenchServer server, LineageShape shape, StoreOfShape store, CancellationToken cancellation)
    {
        var root = Id(shape.MiddleRoot);
        var direct = await DirectAsync(server, shape, cancellation);
        var variants = new List<Variant>
        {
            new("recursive CTE, by hand", () => RecursiveCte.RunAsync(server.Database, shape.Schema, shape.MiddleRoot, cancellation)),
            new("direct, Oban's own indexes", async () => await direct.GetPipelineStatsAsync(root, cancellation)),
            new("snapshot of the store", async () => await store.Runs.FindRunAsync(shape.Name, root, cancellation)),
        };
        if (shape == LineageShape.Million)
        {
            await LineageDataset.EnsureAsync(server.Database, LineageShape.Advised, cancellation);
            await LineageDataset.AdviseAsync(server.Database, LineageShape.Advised, cancellation);
            var advised = await DirectAsync(server, LineageShape.Advised, cancellation);
            variants.Insert(2, new("direct, advised index", async () => await advised.GetPipelineStatsAsync(root, cancellation)));
        }

        return variants;
    }

    private static async Task<LineageQueries> DirectAsync(BenchServer server, LineageShape shape, CancellationToken cancellation) =>
        new(await StoreOfShape.ProbeAsync(server, shape, cancellation), server.Database, timeoutSeconds: 300);

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static async Task SetUpAsync(BenchServer server, Report report, LineageShape shape, CancellationToken cancellation)
    {
        var took = await report.WhileAsync(
            $"{shape.Name}: {Report.Number(shape.Rows)} rows", () => LineageDataset.EnsureAsync(server.Database, shape, cancellation));
        if (took.Count > 0)
            report.Rates($"{shape.Name}: made {Report.Number(shape.Rows)} rows", took);
    }

    private static async Task CompareAsync(BenchServer server, Report report, LineageShape shape, StoreOfShape store, CancellationToken cancellation)
    {
        var stages = await report.WhileAsync(
            $"{shape.Name}: what is true", () => RecursiveCte.RunAsync(server.Database, shape.Schema, shape.MiddleRoot, cancellation));
        var total = stages.Sum(stage => stage.Count);
        if (total != shape.JobsPerRun)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The run of {shape.MiddleRoot} in {shape.Schema} has {total} jobs instead of {shape.JobsPerRun}."));
        }

        report.Table(
            string.Create(CultureInfo.InvariantCulture, $"{shape.Name}: run {shape.MiddleRoot}, {Report.Number(total)} jobs"),
            ["stage", "state", "jobs"],
            [.. stages.Select(stage => new[] { stage.Path, stage.State, Report.Number(stage.Count) })],
            textColumns: 2);

        // The settled state of a dashboard that runs: a statement is prepared and its plan kept after some executions.
        for (var i = 0; i < 20; i++)
            await store.Runs.FindRunAsync(shape.Name, Id(shape.MiddleRoot), cancellation);
        var rounds = shape.JobsPerRun > 100_000 ? 3 : Rounds;
        var variants = await VariantsAsync(server, shape, store, cancellation);
        var measured = await report.WhileAsync(
            $"{shape.Name}: measuring", () => Paired.RunAsync(rounds, variants, cancellation, warmUp: rounds > 3 ? 6 : 1));
        report.Paired($"{shape.Name}: stages of a run of {Report.Number(shape.JobsPerRun)} among {Report.Number(shape.Rows)} jobs", rounds, measured);
    }

    private static LineageShape Shape(string name) => LineageShape.All.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"'{name}' is not a data set; there are {string.Join(", ", LineageShape.All.Select(shape => shape.Name))}.");
}
