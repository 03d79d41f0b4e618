using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>Whether the store can be used by this program, before anything is written to it.</summary>
public static class StoreGate
{
    /// <summary>Refuses a store that this program can't keep: a newer one, somebody else's, or one behind a pooler of transactions.</summary>
    /// <param name="store">Connections to it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="StoreException">It can't be used; the message is a sentence.</exception>
    /// <exception cref="NpgsqlException">It does not answer now.</exception>
    public static async Task CheckAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        try
        {
            if (await PoolerProbe.IsTransactionPoolerAsync(store, cancellation))
                throw Pooler("it gives each transaction another session");
            await Migrator.CheckAsync(store, cancellation);
        }
        catch (PostgresException e) when (PoolerProbe.IsRefusal(e))
        {
            throw Pooler(e.MessageText);
        }
    }

    /// <summary>Checks, and brings the schema up to date.</summary>
    /// <param name="store">Connections to it.</param>
    /// <param name="progress">Told of each migration of a schema that was there before, as it begins; null when nobody wants to know.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>How many migrations that took.</returns>
    /// <inheritdoc cref="CheckAsync"/>
    public static async Task<int> EnterAsync(NpgsqlDataSource store, Action<MigrationProgress>? progress, CancellationToken cancellation)
    {
        await CheckAsync(store, cancellation);
        return await Migrator.MigrateAsync(store, progress, cancellation);
    }

    private static StoreException Pooler(string why) => new(
        $"ConnectionStrings:Store leads to a connection pooler, through which the store can't be kept ({why}): give it the address of the server itself (pgbouncer: or a pool with pool_mode = session and ignore_startup_parameters = options).");
}
