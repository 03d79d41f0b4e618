using JobLineage.Bench.Checking;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Npgsql;
using Xunit.Abstractions;

namespace JobLineage.Tests.Differential;

/// <summary>
/// Random tables whose rows leave the queue, come back and get late children while what is old is dropped, in steps of any
/// size and by leaders that take turns: the store stays whole, and has all that the queue has. `./test.sh --all` tries thirty of
/// each kind, a short run the first ten (<see cref="TrialScope"/>).
/// </summary>
[Takes(20)]
public sealed class HistoryTrials(ITestOutputHelper output)
{
    private static readonly TimeSpan Keep = TimeSpan.FromHours(1);

    [Fact]
    public Task Links_by_number() => RunAsync(21, r => new Forest(r, JobIdKind.BigInt));

    [Fact]
    public Task Links_by_text() => RunAsync(22, r => new Forest(r, JobIdKind.Text) { Clock = () => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) });

    [Fact]
    public Task Shared_keys() => RunAsync(23, r => new KeyForest(r, JobIdKind.BigInt));

    private async Task RunAsync(int block, Func<Random, RandomTable> make)
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var dropped = 0;
        var trials = TrialScope.Of(10, 30);
        for (var trial = 0; trial < trials; trial++)
        {
            var seed = block * 1_000_000 + trial;
            try
            {
                var random = new Random(seed);
                dropped += await TrialAsync(random, make(random), database, source, store);
            }
            catch
            {
                output.WriteLine($"seed {seed}");
                throw;
            }
        }

        Assert.True(dropped > trials * 10 / 3, $"Only {dropped} jobs were dropped: the trials try nothing.");
    }

    private static async Task<int> TrialAsync(Random random, RandomTable table, TestDatabase database, NpgsqlDataSource source, NpgsqlDataSource store)
    {
        await database.ExecuteAsync(
            $"""
            drop table if exists {table.Table};
            truncate job_lineage.source, job_lineage.job, job_lineage.run, job_lineage.stage, job_lineage.stage_edge, job_lineage.error_group, job_lineage.single,
                job_lineage.queue, job_lineage.node, job_lineage.run_count, job_lineage.past_run, job_lineage.leftover;
            {table.CreateSql}
            """);
        var probed = table.Probed;
        var reader = new SourceReader(probed, source, new Redaction());
        var scanner = new SourceScanner(reader, source);
        var options = new FeedOptions { Batch = random.Next(20, 1_000) };
        SourceRecord record = null!;
        PollFeed feed = null!;
        await LeadAsync();
        var dropped = 0;
        await using (var connection = await source.OpenConnectionAsync())
        {
            for (var step = random.Next(6, 18); step > 0; step--)
            {
                await table.ChangeAsync(connection);
                // A janitor: what is deleted may be a whole run, or a part of one.
                if (random.Next(3) == 0)
                    await database.ExecuteAsync($"delete from {table.Table} where hashtext(id::text || {random.Next(1_000)}) % {random.Next(2, 5)} <> 0");
                if (random.Next(4) == 0)
                    await database.ExecuteAsync($"delete from {table.Table}");
                if (random.Next(2) == 0)
                    await LookAsync();
                for (var drops = random.Next(4); drops > 0; drops--)
                    dropped += (await new OldRuns(store, record).DropAsync(Keep, random.Next(1, 40), default)).Jobs;
                if (random.Next(6) == 0)
                    await LeadAsync();
            }
        }

        await LookAsync();
        dropped += (await new OldRuns(store, record).DropAllAsync(Keep, random.Next(1, 200))).Jobs;

        Assert.Empty(await record.DifferencesAsync(scanner.StatesAsync(500, default), scanner.KeepsParent, default));
        Assert.Equal(0, await database.DanglingAsync());
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from job_lineage.leftover"));
        // What has no time at all is never old.
        Assert.Equal(0, await database.ScalarAsync<long>(
            """
            select count(*) from job_lineage.job j
            left join job_lineage.run r on r.id = j.run_id
            where j.flags & 3 <> 0 and case when j.run_id is null then greatest(j.inserted_at, j.attempted_at, j.finished_at) else r.last_activity_at end < now() - interval '1 hour'
                and not exists (select from job_lineage.job o where o.run_id = j.run_id and o.flags & 3 = 0)
            """));
        var left = await new StoreAudit(store, probed, source).FindAsync();
        Assert.True(left.Count == 0, string.Join('\n', left));
        return dropped;

        async Task LeadAsync()
        {
            record = await SourceRecord.OpenAsync(store, "forest", default);
            var ingester = new Ingester(store, probed, record);
            feed = new PollFeed(reader, scanner, ingester, record, options, TimeProvider.System);
            await feed.StartAsync(default);
            await new Backfill(reader, ingester, record, options).RunAsync(_ => Task.CompletedTask, default);
        }

        async Task LookAsync()
        {
            await feed.TickAsync(default);
            await feed.LookAgainAsync(await record.DifferencesAsync(scanner.StatesAsync(500, default), scanner.KeepsParent, default), default);
        }
    }
}
