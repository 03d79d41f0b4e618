using System.Globalization;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>How long something may take once it has begun. The first piece of it is always done, so that whoever goes on later gets on.</summary>
/// <param name="time">The clock.</param>
/// <param name="span">How long.</param>
/// <param name="alone">What a single thing may take of which it is not known whether it can be done at all, however little is left.</param>
internal sealed class TimeLimit(TimeProvider time, TimeSpan span, TimeSpan alone)
{
    private long? begun;

    /// <summary>What a single thing may take, however little is left.</summary>
    public TimeSpan Alone => alone;

    /// <summary>What is left; nothing when the time is up, and all of it before it has begun.</summary>
    public TimeSpan Left => span - (begun is { } from ? time.GetElapsedTime(from) : TimeSpan.Zero) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>The time runs from now on, unless it does already.</summary>
    public void Begin() => begun ??= time.GetTimestamp();

    /// <summary>Does something whose statements take what is left at most; false when one took longer, and the transaction is as it was before.</summary>
    /// <param name="connection">With a transaction.</param>
    /// <param name="atLeast">What it may take however little is left.</param>
    /// <param name="work">Does it.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<bool> TryAsync(NpgsqlConnection connection, TimeSpan atLeast, Func<Task> work, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "savepoint search", cancellation);
        var isDone = true;
        try
        {
            var most = Left > atLeast ? Left : atLeast;
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"set local statement_timeout = {(long)most.TotalMilliseconds}"), cancellation);
            await work();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            isDone = false;
        }

        // It takes the time limit back, and after one that was met the statement.
        await ExecuteAsync(connection, "rollback to savepoint search; release savepoint search", cancellation);
        return isDone;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
