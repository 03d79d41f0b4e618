using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>The connections by one connection string, and turns at using them.</summary>
public sealed class DatabasePool
{
    private readonly DatabaseBudget budget;
    private readonly bool keepsNone;

    internal DatabasePool(NpgsqlDataSource connections, DatabaseBudget budget, DatabaseEar ear, bool keepsNone)
    {
        (Connections, this.budget, Ear, this.keepsNone) = (connections, budget, ear, keepsNone);
    }

    /// <summary>The connections; no two pools have the same connection string.</summary>
    public NpgsqlDataSource Connections { get; }

    /// <summary>Listens, for all who use the database, on one connection.</summary>
    public DatabaseEar Ear { get; }

    /// <summary>Connections at most that turns use at once, those of other pools with the same budget included.</summary>
    public int Limit => budget.Limit;

    /// <inheritdoc cref="DatabaseBudget.IsLongWorkAwaited" />
    public bool IsLongWorkAwaited => budget.IsLongWorkAwaited;

    /// <summary>A pool that shares its database with nobody and counts nothing: for tests, and verbs.</summary>
    public static DatabasePool Alone(NpgsqlDataSource connections) => new(connections, DatabaseBudget.Unlimited(), new(TimeProvider.System), keepsNone: false);

    /// <inheritdoc cref="DatabaseBudget.ShortAsync" />
    public async Task<IDisposable> ShortAsync(CancellationToken cancellation) => Turn(await budget.ShortAsync(cancellation));

    /// <inheritdoc cref="DatabaseBudget.LongAsync" />
    public async Task<IDisposable> LongAsync(CancellationToken cancellation) => Turn(await budget.LongAsync(cancellation));

    private IDisposable Turn(IDisposable place) => keepsNone ? new ClearingTurn(this, place) : place;

    /// <summary>Where there are more connection strings than connections, nobody keeps one that he does not use.</summary>
    private sealed class ClearingTurn(DatabasePool pool, IDisposable place) : IDisposable
    {
        public void Dispose()
        {
            pool.Connections.Clear();
            place.Dispose();
        }
    }
}
