using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>Takes jobs for a queue's free places: one UPDATE over rows that nobody else is taking.</summary>
internal static class FetchJobs
{
    private const string Sql =
        """
        with subset as materialized (
            select id from oban_jobs
            where state = 'available' and queue = @queue and attempt < max_attempts
            order by priority, scheduled_at, id
            limit @demand
            for update skip locked)
        update oban_jobs as job
        set state = 'executing', attempted_at = @now::timestamp, attempted_by = array[@node, @uuid]::text[], attempt = job.attempt + 1
        from subset
        where job.id = subset.id
        returning job.id, job.queue, job.worker, job.args::text as args, job.attempt, job.max_attempts as "MaxAttempts"
        """;

    public static async Task<IReadOnlyList<ObanJob>> RunAsync(
        NpgsqlDataSource database, DemoClock clock, string queue, int demand, string node, Guid uuid, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var jobs = await connection.QueryAsync<ObanJob>(new CommandDefinition(
            Sql, new { queue, demand, node, uuid = uuid.ToString(), now = clock.NaiveNow }, commandTimeout: 30, cancellationToken: cancellation));
        return [.. jobs];
    }
}
