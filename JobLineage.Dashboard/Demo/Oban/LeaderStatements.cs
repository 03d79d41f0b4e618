using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>What Oban's elected leader sends: it stages, prunes, rescues and renews its lease.</summary>
internal static class LeaderStatements
{
    private const string StageSql =
        """
        with due as materialized (
            select id from oban_jobs
            where state in ('scheduled', 'retryable') and scheduled_at <= @now::timestamp
            order by id
            limit 5000
            for update skip locked)
        update oban_jobs as job set state = 'available' from due where job.id = due.id
        returning job.queue
        """;

    // Completed jobs are judged by scheduled_at, as Oban's pruner does; the invented past is left alone.
    private const string PruneSql =
        """
        delete from oban_jobs where id in (
            select id from oban_jobs
            where id > @historyUntil
              and (   (state = 'completed' and scheduled_at < @completedBefore::timestamp)
                   or (state = 'cancelled' and cancelled_at < @failedBefore::timestamp)
                   or (state = 'discarded' and discarded_at < @failedBefore::timestamp))
            limit 10000
            for update skip locked)
        """;

    // No error entry is written for a job that is rescued with no attempts left.
    private const string RescueSql =
        """
        update oban_jobs set state = 'discarded', discarded_at = @now::timestamp
        where state = 'executing' and attempted_at < @before::timestamp and attempt >= max_attempts;
        update oban_jobs set state = 'available'
        where state = 'executing' and attempted_at < @before::timestamp and attempt < max_attempts
        """;

    private const string LeaseSql =
        """
        insert into oban_peers (name, node, started_at, expires_at)
        values ('Oban', @node, @now::timestamp, @until::timestamp)
        on conflict (name) do update set
            node = excluded.node,
            started_at = case when oban_peers.node = excluded.node then oban_peers.started_at else excluded.started_at end,
            expires_at = excluded.expires_at
        """;

    /// <summary>Makes due jobs available; the queues that got some, once each.</summary>
    public static async Task<IReadOnlyCollection<string>> StageAsync(NpgsqlDataSource database, DemoClock clock, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<string>(Command(StageSql, new { now = clock.NaiveNow }, cancellation))).ToHashSet();
    }

    /// <summary>Deletes what has been finished for long enough; the number of rows.</summary>
    public static async Task<int> PruneAsync(
        NpgsqlDataSource database, long historyUntil, DateTime completedBefore, DateTime failedBefore, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(Command(PruneSql, new { historyUntil, completedBefore, failedBefore }, cancellation));
    }

    /// <summary>Puts jobs back whose node died in mid-run.</summary>
    public static async Task RescueAsync(NpgsqlDataSource database, DemoClock clock, TimeSpan after, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(Command(RescueSql, new { now = clock.NaiveNow, before = clock.NaiveNow - after }, cancellation));
    }

    /// <summary>Renews the leader's lease.</summary>
    public static async Task LeaseAsync(NpgsqlDataSource database, DemoClock clock, string node, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(Command(
            LeaseSql, new { node, now = clock.NaiveNow, until = clock.NaiveNow + TimeSpan.FromSeconds(30) }, cancellation));
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellation) =>
        new(sql, parameters, commandTimeout: 30, cancellationToken: cancellation);
}
