using System.Diagnostics;
using Npgsql;

namespace JobLineage.Bench.Producer;

/// <summary>
/// What a queue does to its table: each client inserts a job, fetches it as Oban does, and reports it completed, or deletes it as
/// queues do that keep no finished jobs; three transactions a job. Each client has a queue of its own, so that they wait for commits and for nothing else.
/// </summary>
/// <param name="database">Connections to the queue's database.</param>
/// <param name="table">The quoted table.</param>
/// <param name="deletes">Whether a job that has ended is deleted.</param>
internal sealed class ProducerLoad(NpgsqlDataSource database, string table, bool deletes = false)
{
    private const int WarmUp = 20;

    private readonly string insert = $"insert into {table} (queue, worker, args, meta) values ($1, 'App.BenchJob', $2, $3)";

    private readonly string fetch = $"""
        with subset as materialized (
            select id from {table}
            where state = 'available' and queue = $1 and attempt < max_attempts
            order by priority, scheduled_at, id
            limit 1
            for update skip locked)
        update {table} as job
        set state = 'executing', attempted_at = timezone('UTC', now()), attempted_by = array['bench', 'bench'], attempt = job.attempt + 1
        from subset
        where job.id = subset.id
        returning job.id
        """;

    private readonly string complete = deletes
        ? $"delete from {table} where id = $1"
        : $"update {table} set state = 'completed', completed_at = timezone('UTC', now()) where id = $1";

    /// <summary>
    /// The jobs of so many clients during a time. Before it each does a few: a session that meets a trigger for the first
    /// time compiles and plans it, which is not what is measured.
    /// </summary>
    /// <param name="clients">How many.</param>
    /// <param name="time">For how long.</param>
    /// <param name="measured">Runs what it is given, all clients at work from its first moment to its last.</param>
    /// <param name="cancellation">Stops them.</param>
    public async Task<T> RunAsync<T>(int clients, TimeSpan time, Func<Func<Task<Work>>, Task<T>> measured, CancellationToken cancellation)
    {
        var warm = new Countdown(clients);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = 0L;
        var working = Enumerable.Range(1, clients)
            .Select(client => Task.Run(() => ClientAsync(client, warm, begin.Task, () => Stopwatch.GetElapsedTime(start) < time, cancellation), cancellation))
            .ToList();
        // One that has ended already has failed, and says so.
        if (await Task.WhenAny([warm.Done, .. working]) is var first && first != warm.Done)
            await first;
        return await measured(async () =>
        {
            start = Stopwatch.GetTimestamp();
            begin.SetResult();
            var jobs = await Task.WhenAll(working);
            return new(jobs.Sum(), Stopwatch.GetElapsedTime(start));
        });
    }

    private async Task<int> ClientAsync(int client, Countdown warm, Task begin, Func<bool> goOn, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var queue = new NpgsqlParameter<string> { TypedValue = $"bench_{client}" };
        var own = new NpgsqlParameter<string> { TypedValue = $"bench_{client}" };
        var args = new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb };
        var meta = new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb };
        var id = new NpgsqlParameter<long>();
        await using var inserts = await PrepareAsync(connection, insert, queue, args, meta);
        await using var fetches = await PrepareAsync(connection, fetch, own);
        await using var completes = await PrepareAsync(connection, complete, id);
        for (var job = 0; job < WarmUp; job++)
            await CycleAsync(job);
        warm.Signal();
        await begin;
        var jobs = 0;
        for (; goOn(); jobs++)
            await CycleAsync(jobs);
        return jobs;

        async Task CycleAsync(int job)
        {
            args.Value = $$"""{"n": {{job}}, "client": {{client}}}""";
            meta.Value = $$"""{"parent_job_id": {{1 + (job % 500_000)}}}""";
            await inserts.ExecuteNonQueryAsync(cancellation);
            id.TypedValue = (long)(await fetches.ExecuteScalarAsync(cancellation))!;
            await completes.ExecuteNonQueryAsync(cancellation);
        }

        async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection on, string sql, params NpgsqlParameter[] parameters)
        {
            var command = new NpgsqlCommand(sql, on);
            command.Parameters.AddRange(parameters);
            await command.PrepareAsync(cancellation);
            return command;
        }
    }

    /// <summary>What was done, and how long it took in the end.</summary>
    internal readonly record struct Work(int Jobs, TimeSpan Took);

    private sealed class Countdown(int count)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = count;

        public Task Done => done.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref left) == 0)
                done.SetResult();
        }
    }
}
