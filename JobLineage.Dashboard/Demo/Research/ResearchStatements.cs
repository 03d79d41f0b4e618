using System.Text.Json;
using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Research;

/// <summary>What the worker, its producers and its janitor send.</summary>
internal static class ResearchStatements
{
    // The unique index on queued and running rows makes a second row for a target do nothing.
    private const string EnqueueSql =
        """
        insert into research_jobs (source, job_type, target_type, target_id, payload, priority, max_attempts, run_after, created_at, updated_at)
        values (@Source, @JobType, @TargetType, @TargetId, @payload::jsonb, @Priority, @MaxAttempts, @now, @now, @now)
        on conflict do nothing
        returning id
        """;

    private const string ClaimSql =
        """
        update research_jobs
        set status = 'running', attempts = attempts + 1, claimed_at = @now, claimed_by = @by, updated_at = @now
        where id = (
            select id from research_jobs
            where status = 'queued' and source = @source and job_type = @jobType and run_after <= @now
            order by priority, run_after, id
            limit 1
            for update skip locked)
        returning id, source, job_type as "JobType", target_id as "TargetId", payload::text as payload, attempts, max_attempts as "MaxAttempts"
        """;

    private const string DoneSql =
        """
        update research_jobs
        set status = 'done', result = @result::jsonb, finished_at = @now, last_error = null, updated_at = @now
        where id = @id
        """;

    private const string RetrySql =
        """
        update research_jobs
        set status = 'queued', run_after = @due, last_error = left(@error, 2000), claimed_at = null, claimed_by = null, updated_at = @now
        where id = @id
        """;

    private const string DeadSql =
        """
        update research_jobs
        set status = 'dead', finished_at = @now, last_error = left(@error, 2000), updated_at = @now
        where id = @id
        """;

    private const string ReapSql =
        """
        update research_jobs
        set status = 'dead', finished_at = @now, claimed_at = null, claimed_by = null, updated_at = @now,
            last_error = left(concat_ws('; ', last_error, 'reaped: max_attempts exhausted (likely worker OOM/crash loop)'), 2000)
        where status = 'running' and claimed_at < @before and attempts >= max_attempts;
        update research_jobs
        set status = 'queued', claimed_at = null, claimed_by = null, updated_at = @now,
            last_error = left(concat_ws('; ', last_error, 'reaped: stuck in running'), 2000)
        where status = 'running' and claimed_at < @before and attempts < max_attempts
        """;

    /// <summary>The new row's id; null when the target has a row that waits or runs.</summary>
    public static async Task<long?> EnqueueAsync(NpgsqlDataSource database, DemoClock clock, NewResearchJob job, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<long?>(Command(
            EnqueueSql,
            new
            {
                job.Source,
                job.JobType,
                job.TargetType,
                job.TargetId,
                payload = JsonSerializer.Serialize(job.Payload),
                job.Priority,
                job.MaxAttempts,
                now = clock.Now,
            },
            cancellation));
    }

    /// <summary>Claims the next row; null when there is none.</summary>
    public static async Task<ResearchJob?> ClaimAsync(
        NpgsqlDataSource database, DemoClock clock, string source, string jobType, string by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<ResearchJob>(Command(
            ClaimSql, new { source, jobType, by, now = clock.Now }, cancellation));
    }

    public static Task DoneAsync(NpgsqlDataSource database, DemoClock clock, long id, object result, CancellationToken cancellation) =>
        ExecuteAsync(database, DoneSql, new { id, result = JsonSerializer.Serialize(result), now = clock.Now }, cancellation);

    public static Task RetryAsync(NpgsqlDataSource database, DemoClock clock, long id, string error, TimeSpan after, CancellationToken cancellation) =>
        ExecuteAsync(database, RetrySql, new { id, error, due = clock.Now + clock.Scale(after), now = clock.Now }, cancellation);

    public static Task DeadAsync(NpgsqlDataSource database, DemoClock clock, long id, string error, CancellationToken cancellation) =>
        ExecuteAsync(database, DeadSql, new { id, error, now = clock.Now }, cancellation);

    /// <summary>The janitor's round over rows that run for too long.</summary>
    public static Task ReapAsync(NpgsqlDataSource database, DemoClock clock, TimeSpan after, CancellationToken cancellation) =>
        ExecuteAsync(database, ReapSql, new { before = clock.Now - after, now = clock.Now }, cancellation);

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(Command(sql, parameters, cancellation));
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellation) =>
        new(sql, parameters, commandTimeout: 30, cancellationToken: cancellation);
}
