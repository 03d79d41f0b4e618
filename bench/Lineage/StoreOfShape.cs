using Dapper;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Feed;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Bench.Lineage;

/// <summary>A store in a database of its own on the same server, filled from a data set by the product's own backfill.</summary>
internal sealed class StoreOfShape : IAsyncDisposable
{
    private readonly BenchServer server;
    private readonly LineageShape shape;

    private StoreOfShape(BenchServer server, LineageShape shape, NpgsqlDataSource store)
    {
        (this.server, this.shape, Store) = (server, shape, store);
        Runs = new(store, new DiagnosisOptions(), TimeProvider.System);
    }

    /// <summary>Connections to the store.</summary>
    public NpgsqlDataSource Store { get; }

    /// <summary>What pages read with.</summary>
    public RunReader Runs { get; }

    /// <summary>The mapping that reads the data set.</summary>
    public static SourceMapping Mapping(LineageShape shape) => Presets.Oban(shape.Name) with { Schema = shape.Schema };

    /// <summary>Makes an empty store.</summary>
    public static async Task<StoreOfShape> CreateAsync(BenchServer server, LineageShape shape, CancellationToken cancellation)
    {
        var name = "bench_store_" + shape.Name.Replace('-', '_');
        await using (var connection = await server.Database.OpenConnectionAsync(cancellation))
        {
            await connection.ExecuteAsync($"drop database if exists {name} with (force)");
            await connection.ExecuteAsync($"create database {name}");
        }

        var store = StoreDatabase.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
        await Migrator.MigrateAsync(store, null, cancellation);
        return new(server, shape, store);
    }

    /// <summary>Reads the whole data set into the store.</summary>
    public async Task<Throughput> BackfillAsync(CancellationToken cancellation)
    {
        var (reader, _, ingester, record) = await OpenAsync(cancellation);
        return await Throughput.MeasureAsync(
            "backfill", () => new Backfill(reader, ingester, record, new FeedOptions()).RunAsync(_ => Task.CompletedTask, cancellation));
    }

    /// <summary>
    /// Changes rows of the source in steps, and after each step has the feed look once: scan, read, ingest. Only the
    /// feed's time counts.
    /// </summary>
    public async Task<Throughput> FollowAsync(int step, int steps, CancellationToken cancellation)
    {
        await LineageDataset.ForgetAsync(server.Database, shape, cancellation);
        var (reader, scanner, ingester, record) = await OpenAsync(cancellation);
        var feed = new PollFeed(reader, scanner, ingester, record, new FeedOptions(), TimeProvider.System);
        await feed.StartAsync(cancellation);
        await feed.TickAsync(cancellation);
        var took = TimeSpan.Zero;
        var changed = 0L;
        for (var i = 0; i < steps; i++)
        {
            await ChangeAsync(step, seed: i, cancellation);
            var measured = await Throughput.MeasureAsync("look", async () => (await feed.TickAsync(cancellation)).Changed);
            took += measured.Took;
            changed += measured.Count;
        }

        return new($"follow, {Report.Number(step)} changes a look", changed, took);
    }

    public async ValueTask DisposeAsync() => await Store.DisposeAsync();

    /// <summary>The data set as a source.</summary>
    public static async Task<ProbedSource> ProbeAsync(BenchServer server, LineageShape shape, CancellationToken cancellation)
    {
        var outcome = await SourceProbe.ProbeAsync(Mapping(shape), server.Database, cancellation);
        return outcome.Source ?? throw new InvalidOperationException(outcome.Problem!.Message);
    }

    /// <summary>What the product's feeds are made of, for this data set.</summary>
    public async Task<(SourceReader Reader, SourceScanner Scanner, Ingester Ingester, SourceRecord Record)> OpenAsync(CancellationToken cancellation)
    {
        var source = await ProbeAsync(server, shape, cancellation);
        var record = await SourceRecord.OpenAsync(Store, shape.Name, cancellation);
        var reader = new SourceReader(source, server.Database, new Redaction(), timeoutSeconds: 300);
        return (reader, new SourceScanner(reader, server.Database, timeoutSeconds: 300), new Ingester(Store, source, record), record);
    }

    /// <summary>
    /// What workers do to jobs that are scattered over all runs: some begin, those that had begun end. Of each look's rows
    /// half begin and half end, so that the state of the table stays about the same.
    /// </summary>
    private async Task ChangeAsync(int rows, int seed, CancellationToken cancellation)
    {
        await using var connection = await server.Database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update {shape.Schema}.oban_jobs j
            set state = case when state = 'executing' then 'completed' else 'executing' end::oban_job_state,
                attempted_at = timezone('UTC', clock_timestamp()), attempt = least(attempt + 1, max_attempts),
                completed_at = case when state = 'executing' then timezone('UTC', clock_timestamp()) end
            where id in (select distinct 1 + (x * 7919::bigint + @seed * 104729::bigint) % @total from generate_series(1, @rows) x)
            """.Replace("::oban_job_state", $"::{shape.Schema}.oban_job_state"),
            new { seed, rows, total = shape.Rows }, commandTimeout: 600, cancellationToken: cancellation));
    }
}
