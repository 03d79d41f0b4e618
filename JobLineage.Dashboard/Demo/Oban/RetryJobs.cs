using System.Text.Json;
using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>What an operator does by hand: <c>retry_all_jobs</c> over some discarded jobs of a sync.</summary>
internal static class RetryJobs
{
    // The state predicate stays on the target row: a job that starts meanwhile would run twice.
    private const string Sql =
        """
        update oban_jobs
        set state = 'available', max_attempts = greatest(max_attempts, attempt + 1), scheduled_at = @now::timestamp,
            completed_at = null, cancelled_at = null, discarded_at = null
        where id = any (array(
            select id from oban_jobs
            where state = 'discarded' and worker = @worker and args @> @args::jsonb
            order by id
            limit @limit))
          and state not in ('available', 'executing')
        """;

    private const string All =
        """
        update oban_jobs
        set state = 'available', max_attempts = greatest(max_attempts, attempt + 1), scheduled_at = @now::timestamp,
            completed_at = null, cancelled_at = null, discarded_at = null
        where (args @> @args::jsonb or worker = any (@others)) and state in ('discarded', 'scheduled', 'retryable')
        """;

    /// <summary>All that failed or waits, of a sync and of workers that do not say of which sync they are.</summary>
    public static async Task<int> AllAsync(NpgsqlDataSource database, DemoClock clock, string sync, string[] others, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            All, new { others, args = JsonSerializer.Serialize(new { sync }), now = clock.NaiveNow }, commandTimeout: 60, cancellationToken: cancellation));
    }

    public static async Task<int> RunAsync(
        NpgsqlDataSource database, DemoClock clock, string worker, string sync, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            Sql, new { worker, limit, args = JsonSerializer.Serialize(new { sync }), now = clock.NaiveNow },
            commandTimeout: 30, cancellationToken: cancellation));
    }
}
