using JobLineage.Bench;
using JobLineage.Bench.Digest;
using JobLineage.Bench.Engines;
using JobLineage.Bench.Engines.HangfirePipeline;
using JobLineage.Bench.Faults;
using JobLineage.Bench.Graph;
using JobLineage.Bench.History;
using JobLineage.Bench.Latency;
using JobLineage.Bench.Lineage;
using JobLineage.Bench.Measuring;
using JobLineage.Bench.Page;
using JobLineage.Bench.Producer;
using JobLineage.Bench.Views;
using JobLineage.Bench.Writes;
using JobLineage.Core.Embedded;
using Npgsql;
using Spectre.Console;

IBenchmark[] benchmarks =
[
    new LineageBench(), new ProducerBench(), new LatencyBench(), new FaultsBench(), new PageBench(), new ViewsBench(), new HistoryBench(),
    new DigestBench(), new WritesBench(), new EnginesBench(), new GraphBench(),
];

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

// Not a benchmark: the program that one of them starts, and kills.
if (args is [HangfireWorker.Verb, .. var given])
    return await HangfireWorker.RunAsync(given, stop.Token);

if (args is [] or ["list"])
{
    foreach (var known in benchmarks)
        Console.WriteLine($"{known.Name,-12} {known.Description}");
    return 0;
}

if (benchmarks.FirstOrDefault(known => known.Name == args[0]) is not { } benchmark)
{
    Console.Error.WriteLine($"'{args[0]}' is not a benchmark; 'list' names them.");
    return 2;
}

try
{
    await using var server = await BenchServer.StartAsync(benchmark.CountsStatements, stop.Token);
    var report = new Report(AnsiConsole.Console);
    report.Note(await server.DescribeAsync(stop.Token));
    await benchmark.RunAsync(server, report, args[1..], stop.Token);
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception e) when (e is EmbeddedPostgresException or NpgsqlException)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 1;
}
