using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;
using Npgsql;
using Xunit.Abstractions;

namespace JobLineage.Tests.Differential;

/// <summary>
/// Random forests through the store, after random interleavings of changes and feed ticks, and through an oracle: equal.
/// A failure names its seed; set JOBLINEAGE_SEED to run that one alone.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int TrialsPerTheory = 100;

    [Theory]
    [InlineData(JobIdKind.BigInt, 1)]
    [InlineData(JobIdKind.BigInt, 2)]
    [InlineData(JobIdKind.BigInt, 3)]
    [InlineData(JobIdKind.Uuid, 4)]
    [InlineData(JobIdKind.Text, 5)]
    public async Task Store_and_oracle_agree_on_random_forests(JobIdKind kind, int block)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await Migrator.MigrateAsync(store, default);
        var only = Environment.GetEnvironmentVariable("JOBLINEAGE_SEED");
        for (var trial = 0; trial < TrialsPerTheory; trial++)
        {
            var seed = block * 1_000_000 + trial;
            if (only is not null && only != seed.ToString())
                continue;
            try
            {
                await TrialAsync(seed, kind, database, source, store);
            }
            catch
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }
    }

    private static async Task TrialAsync(int seed, JobIdKind kind, TestDatabase database, NpgsqlDataSource source, NpgsqlDataSource store)
    {
        var random = new Random(seed);
        var forest = new Forest(random, kind);
        await database.ExecuteAsync(
            $"""
            drop table if exists {forest.Table};
            truncate job_lineage.source, job_lineage.job, job_lineage.run, job_lineage.stage, job_lineage.stage_edge, job_lineage.error_group, job_lineage.single;
            {forest.CreateSql}
            """);
        var record = await SourceRecord.OpenAsync(store, "forest", default);
        var reader = new SourceReader(forest.Probed, source, new Redaction());
        var scanner = new SourceScanner(reader, source);
        var ingester = new Ingester(store, forest.Probed, record);
        var options = new FeedOptions { BackfillChunk = random.Next(1, 300), Batch = 100_000 };
        var feed = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
        var seen = new Seen(forest.Order);
        await using (var connection = await source.OpenConnectionAsync())
        {
            for (var i = random.Next(1, 6); i > 0; i--)
                await forest.ChangeAsync(connection);
            await feed.StartAsync(default);
            await new Backfill(reader, ingester, record, options).RunAsync(_ => Task.CompletedTask, default);
            seen.Look(forest.Rows);
            for (var step = random.Next(3, 14); step > 0; step--)
            {
                await forest.ChangeAsync(connection);
                if (random.Next(3) != 0)
                    continue;
                await LookAsync(feed, record, scanner);
                seen.Look(forest.Rows);
                // A feed that is begun again goes on from what the store has.
                if (random.Next(4) == 0)
                {
                    feed = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
                    await feed.StartAsync(default);
                }
            }
        }

        await LookAsync(feed, record, scanner);
        seen.Look(forest.Rows);
        Assert.Empty(await record.DifferencesAsync(scanner.StatesAsync(500, default), default));
        await StoreComparison.EqualAsync(seen.Oracle(), store, random);
    }

    /// <summary>What the feed does at a tick and, now and then, at a reconciliation: deletions of what is finished show only there.</summary>
    private static async Task LookAsync(PollFeed feed, SourceRecord record, SourceScanner scanner)
    {
        await feed.TickAsync(default);
        await feed.LookAgainAsync(await record.DifferencesAsync(scanner.StatesAsync(500, default), default), default);
    }

    /// <summary>What somebody knows who looked at the table at the same moments as the feed.</summary>
    private sealed class Seen(Comparison<string> order)
    {
        private readonly Dictionary<string, OracleJob> jobs = [];

        public void Look(IReadOnlyDictionary<string, OracleJob> rows)
        {
            foreach (var (id, job) in jobs)
            {
                // A finished job that was pruned stays as it was; one that was not finished is no longer counted.
                if (!rows.ContainsKey(id) && !job.State.IsFinished())
                    jobs[id] = job with { IsVanished = true };
            }

            foreach (var (id, row) in rows)
                jobs[id] = row;
            var oracle = Oracle();
            foreach (var id in jobs.Values.Where(j => j.IsVanished && oracle.IsAlone(j.Id)).Select(j => j.Id).ToList())
                jobs.Remove(id);
        }

        public Oracle Oracle() => new(jobs.Values, order);
    }
}
