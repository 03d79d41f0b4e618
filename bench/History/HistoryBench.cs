using System.Diagnostics;
using System.Globalization;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Bench.History;

/// <summary>What pages cost over a long history, and what the dropping of old runs costs the ingester.</summary>
internal sealed class HistoryBench : IBenchmark
{
    private const int Batch = 5_000;
    private const int JobsPerNewRun = 50;

    /// <summary>As the product paces itself: how much in one transaction, and how long it rests after it.</summary>
    private static readonly Core.Feed.FeedOptions Pace = new();

    public string Name => "history";

    public string Description => "pages over 3,000,000 jobs in 3,000 runs, and dropping old ones beside ingest; [jobs, default 3000000] [rounds, default 60]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var jobs = Arguments.Number(arguments, 0, 3_000_000);
        var rounds = Arguments.Number(arguments, 1, 60);
        foreach (var size in new[] { jobs / 10, jobs / 3, jobs })
        {
            var began = Stopwatch.GetTimestamp();
            await using var store = await report.WhileAsync($"history: a store of {Report.Number(size)} jobs", () => HistoryDataset.OpenAsync(
                server, size, (done, all) => { if (done % 500 == 0) report.Note($"  {Report.Number(done)} of {Report.Number(all)} runs, {Report.Time(Stopwatch.GetElapsedTime(began))}"); }, cancellation));
            await ReadAsync(report, store, size, rounds, cancellation);
            if (size == jobs)
                await DropAsync(report, store, rounds, cancellation);
        }
    }

    private static async Task ReadAsync(Report report, NpgsqlDataSource store, int size, int rounds, CancellationToken cancellation)
    {
        // One that remembers nothing of an earlier size.
        var reader = new RunReader(store, new DiagnosisOptions(), TimeProvider.System);
        var runs = Math.Max(size / HistoryDataset.JobsPerRun, HistoryDataset.Pipelines);
        // Each time another one, all over the history; the same ones each time that the benchmark runs.
        var random = new Random(1);
        string Root() => Text((random.Next(runs) + 1) * 100_000L);
        string Job() => Text(((random.Next(runs) + 1) * 100_000L) + random.Next(46));
        PipelineQuery Pipeline() => new() { Source = HistoryDataset.Source, Worker = $"App.Root{random.Next(HistoryDataset.Pipelines) + 1}Job" };
        Variant[] variants =
        [
            new("runs list", () => reader.ListRunsAsync(new(), cancellation)),
            new("runs list of one pipeline", () => reader.ListRunsAsync(new() { Worker = Pipeline().Worker }, cancellation)),
            new("search by the id of a job, to its run", async () =>
            {
                var id = Job();
                await reader.FindSourcesOfAsync(id, cancellation);
                await reader.FindRunAsync(HistoryDataset.Source, id, cancellation);
            }),
            new("a job's page", () => reader.FindJobAsync(HistoryDataset.Source, Job(), cancellation)),
            new("snapshot of a run", () => reader.FindRunAsync(HistoryDataset.Source, Root(), cancellation)),
            new("pipeline, newest", () => reader.FindPipelineAsync(Pipeline(), cancellation)),
            new("pipeline, most failures", () => reader.FindPipelineAsync(Pipeline() with { Sort = PipelineSort.Failures }, cancellation)),
            new("pipeline, longest of 30 days", () => reader.FindPipelineAsync(Pipeline() with { Sort = PipelineSort.Longest, Days = 30 }, cancellation)),
            new("pipeline, second page", async () =>
            {
                var query = Pipeline();
                var first = await reader.FindPipelineAsync(query, cancellation);
                if (first?.Next is { } next)
                    await reader.FindPipelineAsync(query with { After = next }, cancellation);
            }),
        ];
        var measured = await report.WhileAsync("history: reading", () => Paired.RunAsync(rounds, variants, cancellation, warmUp: 5));
        report.Table(
            $"pages over {Report.Number(size)} jobs in {Report.Number(runs)} runs ({rounds} rounds; goal: p95 of 100 ms)", ["what", "median", "p95", "fastest"],
            [.. measured.Select(one => new[] { one.Name, Report.Time(one.Median), Report.Time(one.P95), Report.Time(one.Fastest) })]);
    }

    private static async Task DropAsync(Report report, NpgsqlDataSource store, int rounds, CancellationToken cancellation)
    {
        var source = new ProbedSource(Presets.Oban(HistoryDataset.Source), JobIdKind.BigInt, "bigint", null, HasRowVersions: true);
        var record = await SourceRecord.OpenAsync(store, HistoryDataset.Source, cancellation);
        var ingester = new Ingester(store, source, record);
        var old = new OldRuns(store, record);
        // From here on it is another store than the one that was filled.
        await using (var spoil = store.CreateCommand("comment on schema job_lineage is null"))
            await spoil.ExecuteNonQueryAsync(cancellation);
        var next = 1_000_000_000_000L;
        var (dropped, steps) = (0L, 0L);
        async Task IngestAsync()
        {
            await ingester.ApplyAsync(NewJobs(next, TimeProvider.System.GetUtcNow()), [], null, cancellation);
            next += Batch;
        }

        async Task BesideAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var dropping = SweepAsync(stop.Token);
            await IngestAsync();
            await stop.CancelAsync();
            await dropping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // As the product's own sweeper goes about it.
        async Task SweepAsync(CancellationToken token)
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                // What has begun is finished: half a transaction would be no measure.
                var step = await old.DropAsync(TimeSpan.FromDays(14), Pace.HistoryBatch, cancellation);
                (dropped, steps) = (dropped + step.Jobs, steps + (step.Outcome == DropOutcome.Dropped ? 1 : 0));
                if (step.Outcome == DropOutcome.Nothing)
                    return;
                var rest = step.Outcome == DropOutcome.Busy ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began) * Pace.RestFactor;
                await Task.Delay(rest > TimeSpan.FromMilliseconds(100) ? rest : TimeSpan.FromMilliseconds(100), token);
            }
        }

        var measured = await report.WhileAsync("history: ingest with and without dropping", () => Paired.RunAsync(
            rounds, [new($"ingest of {Report.Number(Batch)} new jobs", IngestAsync), new("the same while old runs are dropped", BesideAsync)], cancellation));
        report.Paired("ingest beside dropping (goal: 1.10)", rounds, measured);
        report.Note($"Meanwhile {Report.Number(steps)} transactions dropped {Report.Number(dropped)} jobs.");
        var sweep = await report.WhileAsync("history: dropping at full speed", () => Throughput.MeasureAsync("dropped without a rest", async () =>
        {
            var all = 0L;
            var began = Stopwatch.GetTimestamp();
            for (var step = await old.DropAsync(TimeSpan.FromDays(14), Pace.HistoryBatch, cancellation);
                step.Outcome != DropOutcome.Nothing && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30);
                step = await old.DropAsync(TimeSpan.FromDays(14), Pace.HistoryBatch, cancellation))
                all += step.Jobs;
            return all;
        }));
        report.Rates("dropping", [sweep]);
    }

    private static List<Job> NewJobs(long from, DateTimeOffset now) => [.. Enumerable.Range(0, Batch).Select(n => new Job
    {
        Source = HistoryDataset.Source,
        Id = Text(from + n),
        ParentId = n % JobsPerNewRun == 0 ? null : Text(from + n - (n % JobsPerNewRun)),
        Worker = n % JobsPerNewRun == 0 ? "App.Root1Job" : $"App.Kind{n % 9 + 1}Job",
        Queue = "default",
        State = n % 5 == 0 ? JobState.Available : JobState.Completed,
        Attempt = 1,
        MaxAttempts = 3,
        InsertedAt = now,
        ScheduledAt = now,
        AttemptedAt = now,
        FinishedAt = n % 5 == 0 ? null : now,
        Args = """{"movie_id": 1, "note": "as long as such a thing is"}""",
    })];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
