using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// One pool for each distinct connection string, and for each database a limit on the connections of all its pools: two
/// hundred sources of one database need no more connections than one.
/// </summary>
/// <remarks>
/// One connection of the limit listens; the rest is for turns. A few connection strings of one database share the limit out
/// between them; where there are too many for that, they take turns, and a connection is closed when another's turn begins in its place.
/// </remarks>
public sealed class DatabasePools : IAsyncDisposable
{
    /// <summary>Connections to one database unless somebody says otherwise.</summary>
    public const int DefaultLimit = 10;

    /// <summary>One that listens, one for long work, one for short.</summary>
    public const int LeastLimit = 1 + DatabaseBudget.Least;

    private readonly Dictionary<string, DatabasePool> pools = new(StringComparer.Ordinal);
    private readonly List<DatabaseEar> ears = [];

    private DatabasePools()
    {
    }

    /// <summary>How many pools there are.</summary>
    public int Count => pools.Count;

    /// <summary>Makes the pools; nothing connects yet.</summary>
    /// <param name="wanted">Connection strings in the driver's words, one for each user of it, and their limits; the lowest of a database counts.</param>
    /// <param name="part">The end of the name of the connections.</param>
    /// <param name="time">For waiting.</param>
    public static DatabasePools Create(IEnumerable<(string ConnectionString, int Limit)> wanted, string part, TimeProvider time)
    {
        var all = new DatabasePools();
        var databases = wanted
            .Select(w => (Settings: PostgresConnections.Named(w.ConnectionString, part), w.Limit))
            .GroupBy(w => (Host: w.Settings.Host?.ToLowerInvariant(), w.Settings.Port, Database: w.Settings.Database ?? w.Settings.Username));
        foreach (var database in databases)
            all.Add([.. database], time);
        return all;
    }

    /// <summary>The pool of a connection string.</summary>
    /// <exception cref="KeyNotFoundException">It was not among those that the pools were made of.</exception>
    public DatabasePool this[string connectionString, string part] => pools[Key(PostgresConnections.Named(connectionString, part))];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var ear in ears)
            await ear.DisposeAsync();
        foreach (var pool in pools.Values)
            await pool.Connections.DisposeAsync();
    }

    /// <summary>The same for connection strings that say the same in another order or by other names of settings.</summary>
    private static string Key(NpgsqlConnectionStringBuilder settings)
    {
        var given = PostgresConnections.Given(settings);
        return string.Join('\n', given.Keys.Cast<string>().Order(StringComparer.OrdinalIgnoreCase).Select(k => $"{k.ToLowerInvariant()}={given[k]}"));
    }

    private void Add(IReadOnlyList<(NpgsqlConnectionStringBuilder Settings, int Limit)> database, TimeProvider time)
    {
        // A pool size in the connection string is a wish of the same kind.
        var limit = Math.Max(LeastLimit, database.Min(w => PostgresConnections.Says(w.Settings, PostgresConnections.MaximumPoolSize) ? Math.Min(w.Limit, w.Settings.MaxPoolSize) : w.Limit));
        var distinct = database.Select(w => w.Settings).DistinctBy(Key, StringComparer.Ordinal).ToList();
        var share = (limit - 1) / distinct.Count;
        var together = share < DatabaseBudget.Least ? new DatabaseBudget(limit - 1) : null;
        DatabaseEar? ear = null;
        foreach (var settings in distinct)
        {
            var pooled = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
            // The first has one more, which listens.
            pooled.MaxPoolSize = (together is null ? share : limit - 1) + (ear is null ? 1 : 0);
            pooled.MinPoolSize = Math.Min(pooled.MinPoolSize, pooled.MaxPoolSize);
            // The driver's own five minutes would keep what a burst needed.
            if (!PostgresConnections.Says(settings, "Connection Idle Lifetime"))
                pooled.ConnectionIdleLifetime = 30;
            var connections = NpgsqlDataSource.Create(pooled);
            if (ear is null)
                ears.Add(ear = new(time, connections));
            pools[Key(settings)] = new(connections, together ?? new DatabaseBudget(share), ear);
        }
    }
}
