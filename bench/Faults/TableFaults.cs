using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>What is done to the queue's table and to the change log.</summary>
internal static class TableFaults
{
    private static readonly string Log = FaultWorld.Names.Change;

    public static IReadOnlyList<Fault> List { get; } =
    [
        new("transaction held open", "producer's transaction held open", HoldAsync) { Repeats = false },
        new("burst", "burst in one statement", BurstAsync) { Repeats = false, Options = options => options with { Batch = 5_000 } },
        new("change log lost", "change log truncated behind our back", trial => trial.ExecuteAsync($"""
            begin;
            update oban_jobs set state = 'executing', attempt = least(attempt + 1, max_attempts) where state in ('available', 'completed') and id % 2 = 0;
            delete from oban_jobs where state = 'discarded';
            insert into oban_jobs (worker) select 'App.DetailJob' from generate_series(1, 50);
            truncate {Log};
            commit
            """)),
        new("change log lost", "rows deleted from the change log", trial => trial.ExecuteAsync($"""
            begin;
            update oban_jobs set state = 'executing', worker = 'App.DetailJob', attempt = least(attempt + 1, max_attempts) where state in ('available', 'completed') and id % 2 = 0;
            insert into oban_jobs (worker) select 'App.DetailJob' from generate_series(1, 50);
            delete from {Log};
            commit
            """)),
        new("queue rewritten", "VACUUM FULL of the queue", trial => AgainAsync(trial, "vacuum full oban_jobs")),
        new("queue rewritten", "CLUSTER of the queue", trial => AgainAsync(trial, "cluster oban_jobs using oban_jobs_pkey")),
        new("change log rewritten", "VACUUM FULL of the change log", trial => RewriteLogAsync(trial, $"vacuum full {Log}")) { Options = Small },
        new("change log rewritten", "CLUSTER of the change log", async trial =>
        {
            await trial.ExecuteAsync($"create index trial_order on {Log} (id)");
            await RewriteLogAsync(trial, $"cluster {Log} using trial_order");
            await trial.ExecuteAsync($"drop index {Core.Feed.Trigger.TriggerNames.Schema}.trial_order");
        })
        {
            Options = Small,
        },
        new("queue emptied", "queue truncated", trial => AgainAsync(trial, "truncate oban_jobs")) { Repeats = false },
    ];

    /// <summary>Many small batches: between each reading of the log and its striking off the log may be rewritten.</summary>
    private static Core.Feed.FeedOptions Small(Core.Feed.FeedOptions options) => options with { Batch = 40 };

    private static async Task HoldAsync(FaultTrial trial)
    {
        await using var connection = await trial.Queue.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var random = new Random(trial.Random.Next());
        for (var i = 0; i < 6; i++)
        {
            await using var command = new NpgsqlCommand(QueueMoves.Next(random), connection, transaction);
            await command.ExecuteNonQueryAsync();
        }

        await using (var own = new NpgsqlCommand("insert into oban_jobs (worker) select 'App.SyncJob' from generate_series(1, 10)", connection, transaction))
            await own.ExecuteNonQueryAsync();
        await Task.Delay(trial.Scale.Hold);
        await transaction.CommitAsync();
    }

    private static async Task BurstAsync(FaultTrial trial)
    {
        await trial.ExecuteAsync($"""
            insert into oban_jobs (worker, state, meta)
            select 'App.PageJob', 'executing', jsonb_build_object('parent_job_id', (select min(id) from oban_jobs)) from generate_series(1, {trial.Scale.Burst})
            """);
        await trial.LoadAsync();
        await trial.ExecuteAsync("update oban_jobs set state = 'completed', completed_at = timezone('UTC', now()) where state = 'executing'");
    }

    private static async Task AgainAsync(FaultTrial trial, string sql)
    {
        for (var i = trial.Random.Next(1, 4); i > 0; i--)
        {
            await trial.ExecuteAsync(sql);
            await Task.Delay(trial.Random.Next(100));
        }
    }

    /// <summary>With much in the log, so that there is something to move while it is read.</summary>
    private static async Task RewriteLogAsync(FaultTrial trial, string sql)
    {
        await trial.ExecuteAsync("insert into oban_jobs (worker) select 'App.DetailJob' from generate_series(1, 1500)");
        for (var i = 0; i < 25; i++)
        {
            await trial.ExecuteAsync(sql);
            await Task.Delay(trial.Random.Next(15));
        }
    }
}
