using System.Globalization;
using JobLineage.Bench.Measuring;
using JobLineage.Bench.Page;
using JobLineage.Bench.Running;

namespace JobLineage.Bench.Graph;

/// <summary>The graph that a diagram of the library carries against the one before it, in one run: what each costs a viewer.</summary>
internal sealed class GraphBench : IBenchmark
{
    private const string Variable = "JOBLINEAGE_GRAPH_BEFORE";
    private const int Rounds = 3;

    public string Name => "graph";

    public string Description => "the graph against the one before a library carried it: bytes, pictures, processor, memory, first graph, messages; [quick]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        if (arguments.Any(argument => argument != "quick"))
            throw new ArgumentException($"'{arguments[0]}' is not known; there is only 'quick'.");
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } before || !File.Exists(before))
            throw new ArgumentException($"{Variable} must lead to the joblineage.dll to compare with; ./bench.sh graph builds it.");
        var rounds = arguments.Count > 0 ? 1 : Rounds;
        var isNew = await report.WhileAsync("the runs: 2,000 rows", () => PageDataset.EnsureAsync(server.Database, GraphTrial.Schema, GraphTrial.Shapes, cancellation));
        var found = new Dictionary<(string Program, string View), List<GraphFigures>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var place in Paired.Order(2, round))
            {
                var (name, program) = place == 0 ? ("before", before) : ("now", DashboardProcess.Built);
                var trial = new GraphTrial(server, program, isNew);
                isNew = false;
                foreach (var figures in await report.WhileAsync($"round {round + 1}: {name}", () => trial.RunAsync(cancellation)))
                {
                    if (!found.TryGetValue((name, figures.View), out var list))
                        found[(name, figures.View)] = list = [];
                    list.Add(figures);
                }
            }
        }

        foreach (var view in GraphTrial.Views)
            Print(report, view.Name, found[("before", view.Name)], found[("now", view.Name)]);
    }

    private static void Print(Report report, string view, IReadOnlyList<GraphFigures> before, IReadOnlyList<GraphFigures> now)
    {
        string[] Row(string what, Func<GraphFigures, double> of, string form, double? most) =>
        [
            what, Text(Median(before, of), form), Text(Median(now, of), form),
            most is null ? "" : Text(Median(now, of) / Median(before, of), "0.00"), most is { } limit ? "≤ " + Text(limit, "0.0#") : "0",
        ];
        report.Table(
            $"{view} ({before.Count} rounds)", ["", "before", "now", "ratio", "goal"],
            [
                Row("first HTML, bytes", f => f.Html, "N0", 1.15),
                Row("down the circuit until it rests, bytes", f => f.Opening, "N0", 1.15),
                Row("an update of 20 stages, bytes", f => f.Update, "N0", 1.2),
                Row("pictures an update", f => f.Pictures, "0.00", 1),
                Row("processor an update and viewer, µs", f => f.Processor, "N0", 1.3),
                Row("memory a viewer, KB", f => f.Memory / 1024, "N0", 1.1),
                Row("first graph, ms", f => f.FirstGraph, "N0", 1.15),
                Row("messages of 100 moves that pan", f => f.Pan, "N0", null),
                Row("messages of going over nodes", f => f.Hover, "N0", null),
                Row("errors in the log", f => f.Errors, "N0", null),
            ]);
    }

    private static double Median(IReadOnlyList<GraphFigures> figures, Func<GraphFigures, double> of) => Paired.Quantile([.. figures.Select(of)], 0.5);

    private static string Text(double value, string form) => value.ToString(form, CultureInfo.InvariantCulture);
}
