using System.Text.Json;
using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>Inserts jobs as Oban does: one row or several in one statement, in a transaction, <c>ON CONFLICT DO NOTHING</c>.</summary>
internal static class InsertJobs
{
    private const string Rows =
        """
        insert into oban_jobs (state, queue, worker, args, max_attempts, inserted_at, scheduled_at, priority, tags, meta)
        select state::oban_job_state, queue, worker, args, max_attempts, inserted_at, scheduled_at, priority, tags, meta
        from jsonb_to_recordset(@jobs::jsonb) as job(
            state text, queue text, worker text, args jsonb, max_attempts integer, inserted_at timestamp, scheduled_at timestamp,
            priority integer, tags text[], meta jsonb)
        on conflict do nothing
        returning id
        """;

    // Oban takes an advisory lock on the unique key and looks before it inserts; states are those of an incomplete job.
    private const string Unique =
        """
        select pg_advisory_xact_lock(hashtextextended(@worker || @args, 0));
        update oban_jobs
        set meta = @meta::jsonb
        where id = (
            select id from oban_jobs
            where state in ('available', 'scheduled') and queue = @queue and worker = @worker and args @> @args::jsonb
            order by id desc
            limit 1)
        returning id
        """;

    /// <summary>The ids of the jobs inserted, and of the one that was kept instead where a job replaces meta.</summary>
    public static async Task<IReadOnlyList<long>> RunAsync(
        NpgsqlDataSource database, DemoClock clock, IReadOnlyList<NewObanJob> jobs, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var ids = new List<long>(jobs.Count);
        var rows = new List<NewObanJob>(jobs.Count);
        foreach (var job in jobs)
        {
            if (job.ReplacesMeta && await ReplaceAsync(connection, transaction, job, cancellation) is { } kept)
                ids.Add(kept);
            else
                rows.Add(job);
        }

        if (rows.Count > 0)
        {
            var json = JsonSerializer.Serialize(rows.Select(job => Row(job, clock)));
            ids.AddRange(await connection.QueryAsync<long>(new CommandDefinition(
                Rows, new { jobs = json }, transaction, commandTimeout: 30, cancellationToken: cancellation)));
        }

        await transaction.CommitAsync(cancellation);
        return ids;
    }

    private static async Task<long?> ReplaceAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, NewObanJob job, CancellationToken cancellation)
    {
        var parameters = new
        {
            worker = job.Worker,
            queue = job.Queue,
            args = JsonSerializer.Serialize(job.Args),
            meta = JsonSerializer.Serialize(job.Meta),
        };
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            Unique, parameters, transaction, commandTimeout: 30, cancellationToken: cancellation));
        await results.ReadAsync();
        return await results.ReadFirstOrDefaultAsync<long?>();
    }

    private static object Row(NewObanJob job, DemoClock clock) => new
    {
        state = job.After > TimeSpan.Zero ? "scheduled" : "available",
        queue = job.Queue,
        worker = job.Worker,
        args = job.Args,
        max_attempts = job.MaxAttempts,
        inserted_at = clock.NaiveNow,
        scheduled_at = clock.NaiveNow + clock.Scale(job.After),
        priority = job.Priority,
        tags = job.Tags,
        meta = job.Meta,
    };
}
