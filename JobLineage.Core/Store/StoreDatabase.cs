using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>Connections to the store.</summary>
public static class StoreDatabase
{
    /// <summary>Connections of one process at most, unless the connection string says how many.</summary>
    public const int MostConnections = 30;

    /// <summary>
    /// No JIT. And a program that is stopped, cut off or without power holds no lock for long: the server ends a session
    /// that waits for it within a transaction, and finds out by itself when its machine is gone.
    /// </summary>
    private const string Session =
        "-c jit=off -c idle_in_transaction_session_timeout=120s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    /// <summary>A data source whose settings suit the store: statements prepared by themselves, no JIT (it alone costs more than the queries).</summary>
    /// <param name="connectionString">As configured in <c>ConnectionStrings:Store</c>, in any form that <see cref="ConnectionText"/> reads.</param>
    /// <exception cref="ArgumentException">It can't be used; the message holds none of its values.</exception>
    public static NpgsqlDataSource Create(string connectionString)
    {
        if (!ConnectionText.TryParse(connectionString, out var read, out var error))
            throw new ArgumentException($"The store's connection string {error}.", nameof(connectionString));
        var settings = PostgresConnections.Named(read.ConnectionString, "store");
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 60;
        // The driver's own hundred may be all that the server has; who waits is served in turn.
        if (!PostgresConnections.Says(settings, PostgresConnections.MaximumPoolSize))
            settings.MaxPoolSize = Math.Max(MostConnections, settings.MinPoolSize);
        settings.Options = string.Join(' ', new[] { settings.Options, Session }.Where(o => !string.IsNullOrEmpty(o)));
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
