using System.Globalization;
using JobLineage.Bench.Lineage;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;

namespace JobLineage.Bench.Producer;

/// <summary>What it costs a queue's own programs that we are told of changes.</summary>
internal sealed class ProducerBench : IBenchmark
{
    private static readonly LineageShape Shape = LineageShape.Million with { Name = "producer" };

    public string Name => "producer";

    public string Description => "what being told of changes costs those who write the table; [designs|deletes] [rounds, default 8] [seconds, default 2] [clients, default 8,16]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var mapping = Presets.Oban(Shape.Name) with { Schema = Shape.Schema };
        var compared = ProducerVariant.All;
        if (arguments is ["designs", ..])
        {
            compared = ProducerVariant.Designs(TriggerNames.Of(mapping));
            arguments = [.. arguments.Skip(1)];
        }

        var deletes = arguments is ["deletes", ..];
        if (deletes)
        {
            compared = ProducerVariant.Deletes(mapping);
            arguments = [.. arguments.Skip(1)];
        }

        var rounds = Arguments.Number(arguments, 0, 8);
        var time = TimeSpan.FromSeconds(Arguments.Number(arguments, 1, 2));
        int[] clients = arguments.Count > 2 ? [.. arguments[2].Split(',').Select(c => Arguments.Number([c], 0, 8))] : [8, 16];
        await report.WhileAsync(
            $"{Report.Number(Shape.Rows)} rows", () => LineageDataset.EnsureAsync(server.Database, Shape, cancellation));
        await using var dashboard = compared.Any(variant => variant.Reading == Reading.Watch)
            ? await report.WhileAsync("a dashboard that knows them", () => BenchDashboard.StartAsync(server, Shape, cancellation))
            : null;
        await using var variants = new ProducerVariants(server.Database, mapping, dashboard);
        await variants.PrepareAsync(cancellation);
        var load = new ProducerLoad(server.Database, mapping.QualifiedTable, deletes);
        try
        {
            foreach (var count in clients)
            {
                var (rates, costs) = await report.WhileAsync(
                    $"{count} clients", () => MeasureAsync(variants, compared, () => MeasureAsync(server, load, count, time, cancellation), rounds, cancellation));
                Tell(report, count, rounds, compared, rates, costs);
            }
        }
        finally
        {
            await ClearAsync(server, mapping);
        }
    }

    // Warmed up once; then each round runs all variants, in another order each time, and a variant is compared with the
    // bare table of its own round: what else the machine does falls on all alike.
    private static async Task<(double[][] Rates, ProcessorTime?[][] Costs)> MeasureAsync(
        ProducerVariants variants, IReadOnlyList<ProducerVariant> compared, Func<Task<Measured>> load, int rounds, CancellationToken cancellation)
    {
        var rates = compared.Select(_ => new double[rounds]).ToArray();
        var costs = compared.Select(_ => new ProcessorTime?[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            foreach (var place in Paired.Order(compared.Count, round + 1))
            {
                var measured = await variants.RunAsync(compared[place], load, cancellation);
                if (round >= 0)
                    (rates[place][round], costs[place][round]) = (measured.JobsPerSecond, measured.PerJob);
            }
        }

        return (rates, costs);
    }

    private static Task<Measured> MeasureAsync(
        BenchServer server, ProducerLoad load, int clients, TimeSpan time, CancellationToken cancellation) =>
        load.RunAsync(
            clients, time,
            async work =>
            {
                var before = await ProcessorTime.ReadAsync(server.Database, cancellation);
                var (jobs, took) = await work();
                var used = await ProcessorTime.ReadAsync(server.Database, cancellation) - before;
                return new Measured(jobs / took.TotalSeconds, used / jobs);
            },
            cancellation);

    private static void Tell(
        Report report, int clients, int rounds, IReadOnlyList<ProducerVariant> compared, double[][] rates, ProcessorTime?[][] costs) => report.Table(
        $"{clients} clients, {rounds} rounds: insert → executing → completed, or deleted, on {Report.Number(Shape.Rows)} rows; processor time in µs a job",
        ["variant", "jobs a second (median)", "of bare (median)", "lowest", "highest", "server, without the store", "store", "program"],
        [.. compared.Select((variant, place) =>
        {
            var ratios = rates[place].Zip(rates[0], (one, bare) => one / bare).ToList();
            return new[]
            {
                variant.Name, Report.Number((long)Paired.Quantile(rates[place], 0.5)), Ratio(Paired.Quantile(ratios, 0.5)), Ratio(ratios.Min()), Ratio(ratios.Max()),
                Cost(costs[place], used => used.Server - used.Store), Cost(costs[place], used => used.Store), Cost(costs[place], used => used.Program),
            };
        })]);

    private static string Cost(IReadOnlyList<ProcessorTime?> used, Func<ProcessorTime, double> part) => used.Any(time => time is null)
        ? ""
        : Report.Number((long)(1e6 * Paired.Quantile([.. used.Select(time => part(time!.Value))], 0.5)));

    private readonly record struct Measured(double JobsPerSecond, ProcessorTime? PerJob);

    /// <summary>The data set is found again as it was made.</summary>
    private static async Task ClearAsync(BenchServer server, SourceMapping mapping)
    {
        await using var clear = server.Database.CreateCommand($"delete from {mapping.QualifiedTable} where id > {Shape.Rows}");
        clear.CommandTimeout = 600;
        await clear.ExecuteNonQueryAsync();
        await using var vacuum = server.Database.CreateCommand($"vacuum analyze {mapping.QualifiedTable}");
        vacuum.CommandTimeout = 600;
        await vacuum.ExecuteNonQueryAsync();
    }

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);
}
