using System.Diagnostics;
using JobLineage.Bench.Lineage;

namespace JobLineage.Bench.Latency;

/// <summary>What was measured in one setting.</summary>
internal sealed record Setting
{
    public required string Page { get; init; }

    public required int Viewers { get; init; }

    /// <summary>State changes a second that were committed; 0: nothing but the probe changed anything.</summary>
    public required double Rate { get; init; }

    public required IReadOnlyList<Probe> Probes { get; init; }

    /// <summary>Null where the server does not count.</summary>
    public StatementRates? Statements { get; init; }

    /// <summary>Share of one core that the dashboard used.</summary>
    public required double Processor { get; init; }

    /// <summary>The managed heap after a full collection and the resident memory, in bytes, with the load at rest.</summary>
    public required (long Heap, long Resident) Memory { get; init; }

    /// <summary>Bytes and messages a second that one viewer gets.</summary>
    public required (double Bytes, double Messages) Traffic { get; init; }

    /// <summary>How wrong the browser's clock may be read, in milliseconds.</summary>
    public required double ClockError { get; init; }
}

/// <summary>Measures one page in its settings.</summary>
internal sealed class SettingRun(LatencyStage stage, LatencyPlan plan, ActiveRuns runs, WatchedPage page, Probing probing, bool counts)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>One viewer, and nothing goes on but the probe; then not even that, for what an idle page costs.</summary>
    public async Task<Setting> IdleAsync(CancellationToken cancellation)
    {
        await using var browser = await ProbedPage.OpenAsync(stage.Browser, stage.Dashboard.Address, page.Path, page.Selector);
        var probes = await probing.RunAsync(browser, Math.Min(30, plan.Probes), cancellation);
        await Task.Delay(Rest, cancellation);
        var meter = await Meter.StartAsync(stage, browser, counts, cancellation);
        await Task.Delay(Idle, cancellation);
        var setting = await meter.EndAsync(new() { Page = page.Name, Viewers = 1, Rate = 0, Probes = probes, Processor = 0, Memory = default, Traffic = default, ClockError = browser.ClockError }, cancellation);
        return setting with { Memory = await stage.Dashboard.MemoryAsync(cancellation) };
    }

    /// <summary>So many viewers while the queue is at work.</summary>
    public async Task<Setting> BusyAsync(int viewers, TimeSpan warmUp, CancellationToken cancellation)
    {
        await using var browser = await ProbedPage.OpenAsync(stage.Browser, stage.Dashboard.Address, page.Path, page.Selector);
        var circuits = new List<Circuit>();
        try
        {
            while (circuits.Count < viewers - 1)
                circuits.Add(await Circuit.OpenAsync(stage.Dashboard.Address, page.Path, cancellation));
            Setting setting;
            await using (var load = new StateLoad(stage.Server.Database, stage.Mapping.QualifiedTable, runs.Working, plan.Rate))
            {
                await Task.Delay(warmUp, cancellation);
                var meter = await Meter.StartAsync(stage, browser, counts, cancellation);
                var (before, since) = (load.Changes, Stopwatch.GetTimestamp());
                var probes = await probing.RunAsync(browser, plan.Probes, cancellation);
                await load.CheckAsync();
                var rate = (load.Changes - before) / Stopwatch.GetElapsedTime(since).TotalSeconds;
                setting = await meter.EndAsync(new() { Page = page.Name, Viewers = viewers, Rate = rate, Probes = probes, Processor = 0, Memory = default, Traffic = default, ClockError = browser.ClockError }, cancellation);
            }

            await Task.Delay(Rest, cancellation);
            foreach (var circuit in circuits)
                circuit.Check();
            return setting with { Memory = await stage.Dashboard.MemoryAsync(cancellation) };
        }
        finally
        {
            foreach (var circuit in circuits)
                await circuit.DisposeAsync();
        }
    }

    /// <summary>What is counted during a setting.</summary>
    private sealed record Meter(LatencyStage Stage, ProbedPage Browser, bool Counts, long Since, TimeSpan Processor, (long Frames, long Bytes) Traffic)
    {
        public static async Task<Meter> StartAsync(LatencyStage stage, ProbedPage browser, bool counts, CancellationToken cancellation)
        {
            if (counts)
                await stage.Counter.BeginAsync(cancellation);
            return new(stage, browser, counts, Stopwatch.GetTimestamp(), stage.Dashboard.Processor, await browser.TrafficAsync());
        }

        public async Task<Setting> EndAsync(Setting setting, CancellationToken cancellation)
        {
            var elapsed = Stopwatch.GetElapsedTime(Since);
            var traffic = await Browser.TrafficAsync();
            return setting with
            {
                Statements = Counts ? await Stage.Counter.EndAsync(cancellation) : null,
                Processor = (Stage.Dashboard.Processor - Processor) / elapsed,
                Traffic = ((traffic.Bytes - Traffic.Bytes) / elapsed.TotalSeconds, (traffic.Frames - Traffic.Frames) / elapsed.TotalSeconds),
            };
        }
    }
}
