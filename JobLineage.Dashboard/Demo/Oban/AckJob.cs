using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>Reports how an attempt ended. Like Oban's, these have no guard on the state: the last writer wins.</summary>
internal static class AckJob
{
    private const string Complete =
        "update oban_jobs set state = 'completed', completed_at = @now::timestamp where id = @id";

    private const string Retry =
        """
        update oban_jobs
        set state = 'retryable', scheduled_at = @due::timestamp, errors = array_append(errors, @error::jsonb)
        where id = @id
        """;

    private const string Discard =
        """
        update oban_jobs
        set state = 'discarded', discarded_at = @now::timestamp, errors = array_append(errors, @error::jsonb)
        where id = @id
        """;

    private const string Cancel =
        """
        update oban_jobs
        set state = 'cancelled', cancelled_at = @now::timestamp, errors = array_append(errors, @error::jsonb)
        where id = @id
        """;

    private const string Snooze =
        "update oban_jobs set state = 'scheduled', scheduled_at = @due::timestamp, max_attempts = max_attempts + 1 where id = @id";

    private const string Meta =
        "update oban_jobs set meta = meta || @meta::jsonb where id = @id";

    public static async Task RunAsync(
        NpgsqlDataSource database, DemoClock clock, ObanJob job, Outcome outcome, CancellationToken cancellation)
    {
        var now = clock.NaiveNow;
        var (sql, due, error) = outcome switch
        {
            Outcome.Completed => (Complete, now, null),
            Outcome.Failed failed when job.Attempt < job.MaxAttempts => (Retry, now + clock.Scale(failed.RetryAfter), failed.Error),
            Outcome.Failed failed => (Discard, now, failed.Error),
            Outcome.Discarded discarded => (Discard, now, discarded.Error),
            Outcome.Cancelled cancelled => (Cancel, now, cancelled.Error),
            Outcome.Snoozed snoozed => (Snooze, now + clock.Scale(snoozed.For), (string?)null),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        };
        await ExecuteAsync(
            database, sql, new { id = job.Id, now, due, error = error is null ? null : ErrorJson(now, error, job.Attempt) }, cancellation);
    }

    /// <summary>A job that notes something in its own meta while it works.</summary>
    public static Task NoteAsync(NpgsqlDataSource database, long id, object meta, CancellationToken cancellation) =>
        ExecuteAsync(database, Meta, new { id, meta = JsonSerializer.Serialize(meta) }, cancellation);

    /// <summary>An entry of <c>errors</c>: exactly at, error and attempt, the time with microseconds and Z.</summary>
    public static string ErrorJson(DateTime at, string error, int attempt) => JsonSerializer.Serialize(new
    {
        at = at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        error,
        attempt,
    });

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 30, cancellationToken: cancellation));
    }
}
