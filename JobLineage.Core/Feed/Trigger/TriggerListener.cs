using System.Threading.Channels;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// A connection that listens to a table's notifications and is the table's only reader: an advisory lock on it keeps a
/// second program (a colleague's, say) from taking changes out of the log that this one needs.
/// </summary>
public sealed class TriggerListener : IAsyncDisposable
{
    /// <summary>A silent connection is asked something this often: one that died unnoticed is found.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly NpgsqlConnection connection;
    private readonly Channel<bool> heard = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stop = new();
    private readonly TimeProvider time;
    private Task listening = Task.CompletedTask;

    private TriggerListener(NpgsqlConnection connection, TimeProvider time) => (this.connection, this.time) = (connection, time);

    internal static async Task<TriggerListener?> OpenAsync(
        NpgsqlDataSource database, TriggerNames names, TimeProvider time, CancellationToken cancellation)
    {
        var opened = new TriggerListener(await database.OpenConnectionAsync(cancellation), time);
        try
        {
            await using var command = new NpgsqlCommand(
                $"select pg_try_advisory_lock(hashtextextended('{names.Change}', 0)); listen {names.Channel}", opened.connection)
            {
                CommandTimeout = 15,
            };
            if (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                await opened.DisposeAsync();
                return null;
            }

            opened.connection.Notification += (_, _) => opened.heard.Writer.TryWrite(true);
            opened.listening = opened.ListenAsync();
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// What keeps this program from listening now, as a sentence; null for nothing. A standby knows no LISTEN; a pooler
    /// (it gives a number of its own for the session) may drop notifications and keep our lock for ever.
    /// </summary>
    internal static async Task<string?> FindObstacleAsync(NpgsqlDataSource database, TriggerNames names, string source, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The lock is for the transaction only: nothing is left in a pooled session.
        await using var command = new NpgsqlCommand(
            $"select pg_is_in_recovery(), pg_backend_pid(), pg_is_in_recovery() or pg_try_advisory_xact_lock(hashtextextended('{names.Change}', 0))", connection)
        {
            CommandTimeout = 15,
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (row.GetBoolean(0))
            return $"The server of source '{source}' is a standby, where nothing can listen; the source is followed by asking. Connect to the primary for push.";
        if (row.GetInt32(1) != connection.ProcessID)
            return $"A pooler stands before the database of source '{source}', which notifications may not pass; the source is followed by asking. Connect directly for push.";
        return row.GetBoolean(2) ? null : OtherReader(source);
    }

    internal static string OtherReader(string source) =>
        $"Another Job Lineage reads the trigger's log of source '{source}'; this one follows the source by asking.";

    /// <summary>Ends a wait as a notification would: there is something to do.</summary>
    public void Nudge() => heard.Writer.TryWrite(true);

    /// <summary>Waits for a notification.</summary>
    /// <param name="longest">How long at most.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="NpgsqlException">The connection is lost: anything may have been missed.</exception>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // What ends first ends the other.
        var delay = Task.Delay(longest, time, timer.Token);
        var news = heard.Reader.WaitToReadAsync(timer.Token).AsTask();
        await Task.WhenAny(news, delay, listening);
        var said = news.IsCompletedSuccessfully;
        await timer.CancelAsync();
        await Task.WhenAll(delay, news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (listening.IsCompleted)
            await listening;
        // Taken after waiting and before looking: what is announced while we look is announced again.
        return said && heard.Reader.TryRead(out _);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ReleaseAsync();
        await connection.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>A connection goes back to the pool with its session: lock and LISTEN would stay with it until it is used again.</summary>
    private async Task ReleaseAsync()
    {
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;
        try
        {
            await using var release = new NpgsqlCommand("unlisten *; select pg_advisory_unlock_all()", connection) { CommandTimeout = 5 };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // A session that does not answer holds nothing for long: Postgres releases what a dead one held.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private async Task ListenAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            if (await connection.WaitAsync(KeepAlive, stop.Token))
                continue;
            await using var ping = new NpgsqlCommand("select 1", connection) { CommandTimeout = 5 };
            await ping.ExecuteNonQueryAsync(stop.Token);
        }
    }
}
