using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>The connections by one connection string, and turns at using them.</summary>
public sealed class DatabasePool
{
    private readonly DatabaseBudget budget;

    internal DatabasePool(NpgsqlDataSource connections, DatabaseBudget budget, DatabaseEar ear)
    {
        (Connections, this.budget, Ear) = (connections, budget, ear);
    }

    /// <summary>The connections; no two pools have the same connection string.</summary>
    public NpgsqlDataSource Connections { get; }

    /// <summary>Listens, for all who use the database, on one connection.</summary>
    public DatabaseEar Ear { get; }

    /// <summary>Connections at most that turns use at once, those of other pools with the same budget included.</summary>
    public int Limit => budget.Limit;

    /// <summary>Whether somebody waits to begin long work: whoever is at it makes way after a while.</summary>
    public bool IsLongWorkAwaited => budget.Long.Waiting > 0;

    /// <summary>A pool that shares its database with nobody and counts nothing: for tests, and verbs.</summary>
    public static DatabasePool Alone(NpgsqlDataSource connections) => new(connections, DatabaseBudget.Unlimited(), new(TimeProvider.System));

    /// <summary>Waits for a turn at something that takes moments; uses one connection at a time.</summary>
    public Task<DatabaseTurn> ShortAsync(CancellationToken cancellation) => DatabaseTurn.BeginAsync(this, budget.Short, cancellation);

    /// <summary>Waits for a turn at something that takes long; uses one connection at a time.</summary>
    public Task<DatabaseTurn> LongAsync(CancellationToken cancellation) => DatabaseTurn.BeginAsync(this, budget.Long, cancellation);

    /// <summary>Asks the database for a sign of life, on the connection that is kept free for listening: whoever holds all turns, this needs none.</summary>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    public Task AnswersAsync(CancellationToken cancellation) => Ear.AnswersAsync(Connections, cancellation);
}
