namespace JobLineage.Core.Postgres;

/// <summary>
/// Who may use the connections of a pool now. Long work (a first reading, a comparison of everything) and short work (a
/// look, a page's question) have places of their own: a first reading must not keep looks waiting. A place is one connection.
/// </summary>
/// <param name="limit">Connections at most, without one that listens; at least <see cref="Least"/>.</param>
public sealed class DatabaseBudget(int limit)
{
    /// <summary>The least with which long and short work both go on.</summary>
    public const int Least = 2;

    /// <summary>Connections at most.</summary>
    public int Limit => limit;

    /// <summary>Places for what takes long.</summary>
    public TurnGate Long { get; } = new(Math.Max(1, limit / 3));

    /// <summary>Places for what takes moments.</summary>
    public TurnGate Short { get; } = new(limit - Math.Max(1, limit / 3));

    /// <summary>No limit worth speaking of: for one source that has its database for itself, as in tests.</summary>
    public static DatabaseBudget Unlimited() => new(3_000);
}
