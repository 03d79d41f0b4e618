using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// Hears a table's notifications, and is the table's only reader: a row beside the log says so, and keeps a second program
/// with another store (a colleague's, say) from taking changes out of the log that this one needs. Replicas that share a store
/// are one reader; which of them reads is decided there.
/// </summary>
public sealed class TriggerListener : IAsyncDisposable
{
    private readonly TriggerConsumer consumer;
    private readonly EarListener listener;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly DatabaseEar ear;
    private readonly DatabasePool? pool;

    private TriggerListener(TriggerConsumer consumer, EarListener listener, DatabaseEar ear, DatabasePool? pool) =>
        (this.consumer, this.listener, this.ear, this.pool) = (consumer, listener, ear, pool);

    /// <param name="database">Connections to the source's database.</param>
    /// <param name="consumer">Who reads.</param>
    /// <param name="ear">Listens for others too.</param>
    /// <param name="pool">Turns at using the database; null where nobody shares it, and the ear ends with the listener.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task<TriggerListener?> OpenAsync(
        NpgsqlDataSource database, TriggerConsumer consumer, DatabaseEar ear, DatabasePool? pool, CancellationToken cancellation)
    {
        if (!await consumer.BeatAsync(cancellation))
            return null;
        try
        {
            return new(consumer, await ear.ListenAsync(database, consumer.Names.Channel, cancellation), ear, pool);
        }
        catch
        {
            await consumer.LeaveAsync();
            throw;
        }
    }

    /// <summary>
    /// What keeps this program from listening now, as a sentence; null for nothing. A standby knows no LISTEN; a pooler
    /// (it gives a number of its own for the session) may drop notifications.
    /// </summary>
    /// <param name="database">Connections to the source's database.</param>
    /// <param name="names">What is installed.</param>
    /// <param name="reader">Who would read.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task<string?> FindObstacleAsync(
        NpgsqlDataSource database, TriggerNames names, Guid reader, string source, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"select pg_is_in_recovery(), pg_backend_pid(), exists (select from {TriggerNames.Feed} where key = $1 and reader <> $2 and reader_until > clock_timestamp())", connection)
        {
            CommandTimeout = 15,
        }.With(names.Key, reader);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (row.GetBoolean(0))
            return $"The server of source '{source}' is a standby, where nothing can listen; the source is followed by polling. Connect to the primary for push.";
        if (row.GetInt32(1) != connection.ProcessID)
            return $"A pooler stands before the database of source '{source}', which notifications may not pass; the source is followed by polling. Connect directly for push.";
        return row.GetBoolean(2) ? OtherReader(source) : null;
    }

    internal static string OtherReader(string source) =>
        $"Another Job Lineage reads the trigger's log of source '{source}' into another store; this one follows the source by polling.";

    /// <inheritdoc cref="EarListener.Nudge" />
    public void Nudge() => listener.Nudge();

    /// <inheritdoc cref="EarListener.WaitAsync" />
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellation) => listener.WaitAsync(longest, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        if (pool is null)
        {
            await consumer.LeaveAsync();
            await ear.DisposeAsync();
            return;
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var turn = await pool.ShortAsync(patience.Token);
            await consumer.LeaveAsync();
        }
        catch (OperationCanceledException)
        {
            // Its time runs out by itself.
        }
    }
}
