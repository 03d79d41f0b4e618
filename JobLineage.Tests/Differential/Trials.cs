using JobLineage.Bench.Checking;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Feed;
using JobLineage.Core.Lineage;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;
using Npgsql;
using Xunit.Abstractions;

namespace JobLineage.Tests.Differential;

/// <summary>
/// Random tables through the store, after random interleavings of changes and looks, through the direct queries, and
/// through an oracle: equal. A failure names its seed; set JOBLINEAGE_SEED to run that one alone.
/// </summary>
public static class Trials
{
    public static async Task RunAsync(int block, int trials, Func<Random, RandomTable> make, ITestOutputHelper output)
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var only = Environment.GetEnvironmentVariable("JOBLINEAGE_SEED");
        for (var trial = 0; trial < trials; trial++)
        {
            var seed = block * 1_000_000 + trial;
            if (only is not null && only != seed.ToString())
                continue;
            try
            {
                var random = new Random(seed);
                await TrialAsync(random, make(random), database, source, store);
            }
            catch
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }
    }

    private static async Task TrialAsync(Random random, RandomTable table, TestDatabase database, NpgsqlDataSource source, NpgsqlDataSource store)
    {
        await database.ExecuteAsync(
            $"""
            drop table if exists {table.Table};
            truncate job_lineage.source, job_lineage.job, job_lineage.run, job_lineage.stage, job_lineage.stage_edge, job_lineage.error_group, job_lineage.single,
                job_lineage.queue, job_lineage.node, job_lineage.run_count, job_lineage.past_run, job_lineage.leftover;
            {table.CreateSql}
            """);
        var record = await SourceRecord.OpenAsync(store, "forest", default);
        var probed = table.Probed;
        var reader = new SourceReader(probed, source, new Redaction());
        var scanner = new SourceScanner(reader, source);
        var ingester = new Ingester(store, probed, record);
        var options = new FeedOptions { BackfillChunk = random.Next(1, 300), Batch = 100_000 };
        var feed = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
        await using (var connection = await source.OpenConnectionAsync())
        {
            for (var i = random.Next(1, 6); i > 0; i--)
                await table.ChangeAsync(connection);
            await feed.StartAsync(default);
            await new Backfill(reader, ingester, record, options).RunAsync(_ => Task.CompletedTask, default);
            table.Look();
            for (var step = random.Next(3, 14); step > 0; step--)
            {
                await table.ChangeAsync(connection);
                if (random.Next(3) != 0)
                    continue;
                await LookAsync(feed, record, scanner);
                table.Look();
                // A feed that is begun again goes on from what the store has.
                if (random.Next(4) == 0)
                {
                    feed = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
                    await feed.StartAsync(default);
                }
            }
        }

        await LookAsync(feed, record, scanner);
        table.Look();
        Assert.Empty(await record.DifferencesAsync(scanner.StatesAsync(500, default), scanner.KeepsParent, default));
        await StoreComparison.EqualAsync(table.Seen(), store, random);
        var left = await new StoreAudit(store, probed, source).FindAsync();
        Assert.True(left.Count == 0, string.Join('\n', left));
        await DirectComparison.EqualAsync(table, source, random);
        if (!table.Deletes)
            await SameAsync(table, source, store, random);
    }

    /// <summary>What the feed does at a tick and, now and then, at a reconciliation: deletions of what is finished show only there.</summary>
    private static async Task LookAsync(PollFeed feed, SourceRecord record, SourceScanner scanner)
    {
        await feed.TickAsync(default);
        await feed.LookAgainAsync(await record.DifferencesAsync(scanner.StatesAsync(500, default), scanner.KeepsParent, default), default);
    }

    /// <summary>Where nothing was deleted store and direct queries say the same, in what the oracle does not know as well.</summary>
    private static async Task SameAsync(RandomTable table, NpgsqlDataSource source, NpgsqlDataSource store, Random random)
    {
        var queries = new LineageQueries(table.Probed, source);
        var reader = new RunReader(store, new DiagnosisOptions(), TimeProvider.System);
        foreach (var root in table.Now().Runs().Keys.OrderBy(_ => random.Next()).Take(5))
        {
            var direct = (await queries.GetPipelineStatsAsync(root))!.Run;
            var stored = (await reader.FindRunAsync("forest", root, default))!;
            Assert.Equal(
                (direct.RootId, direct.RunKey, direct.Worker, direct.RootIsMissing, direct.Counts, direct.Name),
                (stored.RootId, stored.RunKey, stored.Worker, stored.RootIsMissing, stored.Counts, stored.Name));
            Assert.Equal(direct.Stages.Select(DirectComparison.Facts), stored.Stages.Select(DirectComparison.Facts));
            Assert.Equal(direct.Edges.OrderBy(e => (e.From, e.To)), stored.Edges.OrderBy(e => (e.From, e.To)));
        }
    }
}
