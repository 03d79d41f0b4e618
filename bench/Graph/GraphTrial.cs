using System.Globalization;
using System.IO.Pipes;
using JobLineage.Bench.Latency;
using JobLineage.Bench.Measuring;
using JobLineage.Bench.Page;

namespace JobLineage.Bench.Graph;

/// <summary>One program, started anew, looked at by viewers without a browser and by one with.</summary>
internal sealed class GraphTrial(BenchServer server, string program, bool isNew)
{
    public const string Schema = "bench_graph";

    private const int Viewers = 20;
    private const int Turns = 10;
    private const int Stages = 20;
    private const int Openings = 7;

    public static readonly IReadOnlyList<PageShape> Shapes = [PageShape.Small, PageShape.Wide];

    public static readonly IReadOnlyList<(string Name, PageShape Shape, string Query)> Views =
        [(PageShape.Small.Name, PageShape.Small, ""), (PageShape.Wide.Name + ", all open", PageShape.Wide, "?closed=none")];

    private readonly string pipe = "joblineage-bench-" + Guid.NewGuid().ToString("n");
    private int errors;

    public async Task<IReadOnlyList<GraphFigures>> RunAsync(CancellationToken cancellation)
    {
        await using var page = await PageServer.StartAsync(server, isNew, new(program, Schema, "bench_store_graph", Shapes)
        {
            Hear = Hear,
            Environment = new Dictionary<string, string>
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.Variable] = pipe,
            },
        }, cancellation);
        await using var browser = await PageBrowser.StartAsync(page.Address);
        var found = new List<GraphFigures>();
        foreach (var (name, shape, query) in Views)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/runs/{PageServer.Source}/{shape.Root}{query}");
            // What is compiled and cached with the first viewer is no viewer's.
            await using (await Circuit.OpenAsync(page.Address, path, cancellation))
                await Task.Delay(2_000, cancellation);
            found.Add(await LookAsync(page, browser, name, shape, path, cancellation));
        }

        return [.. found.Select(figures => figures with { Errors = errors })];
    }

    private async Task<GraphFigures> LookAsync(PageServer page, PageBrowser browser, string name, PageShape shape, string path, CancellationToken cancellation)
    {
        var empty = await HeapAsync(cancellation);
        var circuits = new List<Circuit>();
        try
        {
            for (var i = 0; i < Viewers; i++)
                circuits.Add(await Circuit.OpenAsync(page.Address, path, cancellation));
            await Task.Delay(3_000, cancellation);
            var opening = circuits.Average(circuit => (double)circuit.Received);
            var memory = (await HeapAsync(cancellation) - empty) / (double)Viewers;

            var (bytes, pictures, processor) = (circuits.Sum(c => c.Received), circuits.Sum(c => c.Pictures), Processor(page));
            for (var turn = 0; turn < Turns; turn++)
            {
                await PageDataset.ChangeAsync(server.Database, shape, Math.Min(Stages, shape.Stages.Count - 1), turn / 2 * 3, cancellation, Schema);
                await Task.Delay(1_500, cancellation);
            }

            await Task.Delay(1_500, cancellation);
            double each = Turns * Viewers;
            (bytes, pictures, processor) = (circuits.Sum(c => c.Received) - bytes, circuits.Sum(c => c.Pictures) - pictures, Processor(page) - processor);
            circuits.ForEach(circuit => circuit.Check());
            foreach (var circuit in circuits)
                await circuit.DisposeAsync();
            circuits.Clear();

            await using var viewer = await browser.ViewerAsync();
            await browser.OpenAsync(viewer, path);
            var openings = new List<Opening>();
            for (var i = 0; i < Openings; i++)
                openings.Add(await browser.OpenAsync(viewer, path));
            var (pan, hover) = await browser.MoveAsync(path);
            return new(
                name, openings[0].HtmlBytes, opening, bytes / each, pictures / each, processor.TotalMicroseconds / each, memory,
                Paired.Quantile([.. openings.Select(o => o.Graph)], 0.5), pan, hover, 0);
        }
        finally
        {
            foreach (var circuit in circuits)
                await circuit.DisposeAsync();
        }
    }

    private static TimeSpan Processor(PageServer page)
    {
        page.Dashboard.Server.Refresh();
        return page.Dashboard.Server.TotalProcessorTime;
    }

    private async Task<long> HeapAsync(CancellationToken cancellation)
    {
        await using var asked = new NamedPipeClientStream(".", pipe, PipeDirection.In);
        await asked.ConnectAsync(cancellation);
        using var reader = new StreamReader(asked);
        return long.Parse(await reader.ReadToEndAsync(cancellation), CultureInfo.InvariantCulture);
    }

    private void Hear(string line)
    {
        if (line.Contains("Unhandled exception", StringComparison.OrdinalIgnoreCase) || line.TrimStart().StartsWith("fail:", StringComparison.Ordinal))
            Interlocked.Increment(ref errors);
    }
}
