using System.Collections.Concurrent;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>
/// What writes a trial's queue, and so knows what must be told: jobs that fail for good at once, after retries, below a
/// parent, in a transaction that commits late, again after somebody retried them, under an id that was another job's, and in rows
/// that can't be read or only in part; and jobs that only fail for now.
/// </summary>
internal sealed class TrialQueue(NpgsqlDataSource database, TrialFeed feed, CancellationToken stop)
{
    // Few enough of each kind, and in all, for a digest to list each job.
    private const int Workers = 8;

    private const int Most = 60;

    private long last;
    private int failures;

    /// <summary>How often each job failed for good.</summary>
    public ConcurrentDictionary<long, int> Failed { get; } = [];

    /// <summary>Jobs that failed for now alone.</summary>
    public ConcurrentDictionary<long, bool> Transient { get; } = [];

    /// <summary>Writes until it is stopped, or enough has failed.</summary>
    public async Task RunAsync(Random random)
    {
        Func<Random, Task>[] stories =
        [
            AtOnceAsync, AtOnceAsync, AfterRetriesAsync, AfterRetriesAsync, ForNowAsync, ForNowAsync, BelowAParentAsync, LateAsync, AgainAsync, BehindAsync, SameIdAsync, InPartAsync,
            UnreadAsync,
        ];
        while (!stop.IsCancellationRequested && Volatile.Read(ref failures) < Most)
        {
            await stories[random.Next(stories.Length)](random);
            await Task.Delay(random.Next(30));
        }
    }

    /// <summary>A job fails for good, and the store knows it.</summary>
    public async Task FailAsync(CancellationToken cancellation)
    {
        await DiscardAsync(await InsertAsync("executing"));
        await feed.LookAsync(cancellation);
    }

    private async Task AtOnceAsync(Random random)
    {
        for (var left = random.Next(1, 4); left > 0; left--)
            await DiscardAsync(await InsertAsync("executing"));
    }

    private async Task AfterRetriesAsync(Random random)
    {
        var job = await InsertAsync("executing");
        await SetAsync(job, "state = 'retryable', scheduled_at = now() at time zone 'utc'");
        await Task.Delay(random.Next(30));
        await SetAsync(job, "state = 'executing', attempt = 2, attempted_at = now() at time zone 'utc'");
        await DiscardAsync(job);
    }

    private async Task ForNowAsync(Random random)
    {
        var job = await InsertAsync("executing");
        Transient[job] = true;
        await SetAsync(job, "state = 'retryable', errors = array['{\"attempt\": 1, \"error\": \"** (Timeout) for now\"}'::jsonb]");
        await Task.Delay(random.Next(40));
        await SetAsync(job, "state = 'executing', attempt = 2, attempted_at = now() at time zone 'utc'");
        if (random.Next(2) == 0)
            await SetAsync(job, "state = 'completed', completed_at = now() at time zone 'utc'");
    }

    private async Task BelowAParentAsync(Random random)
    {
        if (random.Next(3) > 0)
            return;
        var parent = await InsertAsync("completed");
        for (var left = random.Next(1, 4); left > 0; left--)
            await DiscardAsync(await InsertAsync("executing", parent));
    }

    /// <summary>A row whose number is lower than those of rows that were seen long before it.</summary>
    private async Task LateAsync(Random random)
    {
        var job = Next();
        Count(job);
        await Task.Delay(random.Next(60));
        await ExecuteAsync(
            $"""
            insert into oban_jobs (id, worker, state, attempt, max_attempts, attempted_at, discarded_at, errors)
            values ({job}, '{Worker(job)}', 'discarded', 3, 3, now() at time zone 'utc', timestamp '2019-01-01', array['{Error(job)}'::jsonb])
            on conflict (id) do nothing
            """);
    }

    /// <summary>Somebody retries what failed for good, and it does so again.</summary>
    private async Task AgainAsync(Random random)
    {
        var job = await InsertAsync("executing");
        await DiscardAsync(job);
        if (!await IsKnownAsync(job))
            return;
        await SetAsync(job, "state = 'available', max_attempts = 4, discarded_at = null");
        await LookAsync(job);
        await Task.Delay(random.Next(20));
        Count(job);
        await SetAsync(job, "state = 'discarded', attempt = 2, attempted_at = now() at time zone 'utc', discarded_at = now() at time zone 'utc'");
        await LookAsync(job);
    }

    /// <summary>The reader sees a state of the row that is over, as a copy of the database that is behind shows it.</summary>
    private async Task BehindAsync(Random random)
    {
        var job = await InsertAsync("executing");
        await DiscardAsync(job);
        if (!await IsKnownAsync(job))
            return;
        for (var left = random.Next(1, 3); left > 0; left--)
        {
            await SetAsync(job, "state = 'executing'");
            await LookAsync(job);
            await SetAsync(job, "state = 'discarded'");
            await LookAsync(job);
        }
    }

    /// <summary>What failed for good is deleted, and another job gets its id and fails for good too.</summary>
    private async Task SameIdAsync(Random random)
    {
        var job = await InsertAsync("executing");
        await DiscardAsync(job);
        if (!await IsKnownAsync(job))
            return;
        await ExecuteAsync($"delete from oban_jobs where id = {job}");
        if (random.Next(2) == 0)
            await LookAsync(job);
        await InsertAsync(job, "executing", "{}");
        if (random.Next(2) == 0)
            await LookAsync(job);
        await DiscardAsync(job);
        await LookAsync(job);
    }

    /// <summary>What the job carries can't be read: that is no reason not to tell that it failed.</summary>
    private async Task InPartAsync(Random random)
    {
        var job = Next();
        await InsertAsync(job, "executing", """{"poison": 0}""");
        await DiscardAsync(job);
        if (random.Next(2) == 0)
            await LookAsync(job);
        if (random.Next(2) == 0)
            await SetAsync(job, "meta = '{}'");
    }

    /// <summary>A row that can't be read as a whole: what became of its job is known when somebody has mended it.</summary>
    private async Task UnreadAsync(Random random)
    {
        var job = Next();
        await InsertAsync(job, "executing", """{"lost": 0}""");
        await LookAsync(job);
        await SetAsync(job, Discarded(job));
        if (random.Next(2) == 0)
            await LookAsync(job);
        await Task.Delay(random.Next(60));
        Count(job);
        await SetAsync(job, "meta = '{}'");
        await LookAsync(job);
    }

    private async Task<long> InsertAsync(string state, long? parent = null)
    {
        var job = Next();
        await InsertAsync(job, state, parent is null ? "{}" : $$"""{"parent_job_id": {{parent}}}""");
        return job;
    }

    private Task InsertAsync(long job, string state, string meta) => ExecuteAsync(
        $"""
        insert into oban_jobs (id, worker, state, attempt, max_attempts, attempted_at, meta)
        values ({job}, '{Worker(job)}', '{state}', 1, 3, now() at time zone 'utc', '{meta}')
        on conflict (id) do nothing
        """);

    private Task DiscardAsync(long job)
    {
        Count(job);
        return SetAsync(job, Discarded(job));
    }

    private static string Discarded(long job) =>
        $"state = 'discarded', discarded_at = coalesce(discarded_at, now() at time zone 'utc'), errors = array['{Error(job)}'::jsonb]";

    private Task SetAsync(long job, string what) => ExecuteAsync($"update oban_jobs set {what} where id = {job}");

    private async Task<bool> IsKnownAsync(long job)
    {
        for (var tries = 0; tries < 40; tries++)
        {
            try
            {
                await using var command = database.CreateCommand($"select exists (select from job_lineage.failure where job_id = '{job}')");
                if (await command.ExecuteScalarAsync() is true)
                    return true;
            }
            catch (Exception e) when (DigestTrial.IsFault(e))
            {
                // The server is being restarted.
            }

            await Task.Delay(25);
        }

        return false;
    }

    private async Task LookAsync(long job)
    {
        try
        {
            await feed.LookAtAsync($"{job}", default);
        }
        catch (Exception e) when (DigestTrial.IsFault(e))
        {
            // It is seen with the next comparison.
        }
    }

    /// <summary>Until it is done: each statement may be said twice.</summary>
    private async Task ExecuteAsync(string sql)
    {
        while (true)
        {
            try
            {
                await using var command = database.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
                return;
            }
            catch (Exception e) when (DigestTrial.IsFault(e))
            {
                await Task.Delay(20);
            }
        }
    }

    private void Count(long job)
    {
        Interlocked.Increment(ref failures);
        Failed.AddOrUpdate(job, 1, (_, times) => times + 1);
    }

    private long Next() => Interlocked.Increment(ref last);

    private static string Worker(long job) => $"App.Worker{job % Workers}";

    private static string Error(long job) => $$"""{"attempt": 1, "error": "** (Boom) page {{job}}"}""";
}
