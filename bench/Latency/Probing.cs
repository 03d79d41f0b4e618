using JobLineage.Bench.Measuring;

namespace JobLineage.Bench.Latency;

/// <summary>How long one change took on its way, in milliseconds.</summary>
/// <param name="Total">From the acknowledged commit in the queue to the changed text.</param>
/// <param name="Feed">Of this, until the store announced that it has it; null where that was not heard in order.</param>
/// <param name="Server">From there until the browser got the message: hub, rendering, sending.</param>
/// <param name="Browser">From there until the text had changed.</param>
internal sealed record Probe(double Total, double? Feed, double? Server, double Browser);

/// <summary>Changes the marked job at random moments and waits each time until the page shows it.</summary>
internal sealed class Probing(MarkedJob job, StoreEar ear)
{
    private const int WarmUps = 5;

    // The same moments at each run of the benchmark.
    private readonly Random random = new(20261122);

    /// <summary>Probes a page.</summary>
    /// <param name="page">What shows the number of failed jobs.</param>
    /// <param name="count">How many are counted; a few before them are not.</param>
    /// <param name="cancellation">Stops between two.</param>
    public async Task<IReadOnlyList<Probe>> RunAsync(ProbedPage page, int count, CancellationToken cancellation)
    {
        // The page was opened at some state of the job; the number is told from there.
        var atRest = page.First - job.Difference;
        var probes = new List<Probe>(count);
        for (var i = -WarmUps; i < count; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 350)), cancellation);
            await page.ForgetAsync();
            ear.Clear();
            var committed = await job.FlipAsync(cancellation);
            var sight = await page.SeenAsync(atRest + job.Difference);
            // On a busy machine the ear may answer after the browser.
            for (var waited = 0; ear.Heard(job.State) is null && waited < 100; waited++)
                await Task.Delay(10, cancellation);
            if (i >= 0)
                probes.Add(Told(committed, sight));
        }

        await page.ReadClockAsync();
        return probes;
    }

    // Clocks of two programs are compared: what is nearer than the error may come out as less than nothing.
    private Probe Told(long committed, Sight sight)
    {
        var at = ProbedPage.Milliseconds(committed);
        double? stored = ear.Heard(job.State) is { } heard ? ProbedPage.Milliseconds(heard) : null;
        return new(Math.Max(0, sight.Text - at), Positive(stored - at), Positive(sight.Frame - stored), Math.Max(0, sight.Text - sight.Frame));
    }

    private static double? Positive(double? value) => value is { } some ? Math.Max(0, some) : null;
}

/// <summary>What many probes say.</summary>
internal static class Probes
{
    /// <summary>A quantile of one part of the way, as text.</summary>
    public static string Of(IReadOnlyList<Probe> probes, Func<Probe, double?> part, double share)
    {
        var values = probes.Select(part).OfType<double>().ToArray();
        return values.Length == 0 ? "–" : Report.Time(TimeSpan.FromMilliseconds(Paired.Quantile(values, share)));
    }
}
