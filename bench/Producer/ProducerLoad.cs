using System.Diagnostics;
using Npgsql;

namespace JobLineage.Bench.Producer;

/// <summary>
/// What a queue does to its table: each client inserts a job, fetches it as Oban does, and reports it completed; three
/// transactions a job. Each client has a queue of its own, so that they wait for commits and for nothing else.
/// </summary>
internal sealed class ProducerLoad(NpgsqlDataSource database, string table)
{
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

    private readonly string complete = $"update {table} set state = 'completed', completed_at = timezone('UTC', now()) where id = $1";

    /// <summary>The jobs of so many clients during a time, and how long it was in the end.</summary>
    public async Task<(int Jobs, TimeSpan Took)> RunAsync(int clients, TimeSpan time, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var jobs = await Task.WhenAll(Enumerable.Range(1, clients).Select(client => Task.Run(() => ClientAsync(client, start, time, cancellation), cancellation)));
        return (jobs.Sum(), Stopwatch.GetElapsedTime(start));
    }

    private async Task<int> ClientAsync(int client, long start, TimeSpan time, CancellationToken cancellation)
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
        var jobs = 0;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            args.Value = $$"""{"n": {{jobs}}, "client": {{client}}}""";
            meta.Value = $$"""{"parent_job_id": {{1 + (jobs % 500_000)}}}""";
            await inserts.ExecuteNonQueryAsync(cancellation);
            id.TypedValue = (long)(await fetches.ExecuteScalarAsync(cancellation))!;
            await completes.ExecuteNonQueryAsync(cancellation);
            jobs++;
        }

        return jobs;

        async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection on, string sql, params NpgsqlParameter[] parameters)
        {
            var command = new NpgsqlCommand(sql, on);
            command.Parameters.AddRange(parameters);
            await command.PrepareAsync(cancellation);
            return command;
        }
    }
}
