using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// Ends sessions that keep others waiting for a lock while they wait for a program that does not speak any more: it is
/// stopped, cut off, or its machine is gone, and the server would wait for it for hours.
/// </summary>
public static class StalledSessions
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>Only what blocks us, only the same role's, only when the server waits for the client and has for some seconds.</summary>
    private const string End = """
        select count(pg_terminate_backend(s.pid))
        from unnest(pg_blocking_pids($1)) blocking
            join pg_stat_activity s on s.pid = blocking
        where s.usename = current_user and s.wait_event_type = 'Client' and s.state_change < clock_timestamp() - interval '3 seconds'
        """;

    /// <summary>Looks are made one after the other: however many wait, they need one connection more.</summary>
    private static readonly SemaphoreSlim Looking = new(1);

    /// <summary>Runs something that may have to wait for a lock, and ends stalled sessions that hold it.</summary>
    /// <param name="database">Connections to the database.</param>
    /// <param name="run">Runs on a connection of its own.</param>
    /// <param name="time">Between two looks at who is in the way.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<T> PastAsync<T>(
        NpgsqlDataSource database, Func<NpgsqlConnection, CancellationToken, Task<T>> run, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        int session;
        // Not what the driver knows of it: a pooler tells a number of its own.
        await using (var ask = new NpgsqlCommand("select pg_backend_pid()", connection) { CommandTimeout = 15 })
            session = (int)(await ask.ExecuteScalarAsync(cancellation))!;
        var running = run(connection, cancellation);
        try
        {
            while (!running.IsCompleted && !cancellation.IsCancellationRequested)
            {
                using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny(running, Task.Delay(Between, time, timer.Token));
                await timer.CancelAsync();
                if (!running.IsCompleted && !cancellation.IsCancellationRequested)
                    await EndAsync(connection, session, cancellation);
            }
        }
        finally
        {
            // Whatever looking fails with: the connection is in use until then.
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await running;
    }

    /// <summary>Past the pool: those who wait for each other may hold all of its connections.</summary>
    private static async Task EndAsync(NpgsqlConnection waiter, int waiting, CancellationToken cancellation)
    {
        await Looking.WaitAsync(cancellation);
        try
        {
            await using var connection = waiter.CloneWith(new NpgsqlConnectionStringBuilder(waiter.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(End, connection) { CommandTimeout = 5 }.With(waiting);
            await command.ExecuteScalarAsync(cancellation);
        }
        catch (Exception e) when (DatabaseFailure.Is(e))
        {
            // What runs fails by itself, or goes on: this only helps.
        }
        finally
        {
            Looking.Release();
        }
    }
}
