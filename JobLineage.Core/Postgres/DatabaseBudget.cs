namespace JobLineage.Core.Postgres;

/// <summary>
/// Who may use the connections of a pool now. Long work (a first reading, a comparison of everything) and short work (a
/// look, a page's question) have places of their own: a first reading looks at what is going on between its chunks, and must
/// not wait for a place that other first readings hold while they wait for the same.
/// </summary>
/// <param name="limit">Connections at most, without one that listens; at least 2.</param>
/// <param name="isStrict">
/// Whether turns alone keep the limit: short work, which sometimes reads ahead, then counts for two. Otherwise the size of a
/// pool keeps it.
/// </param>
public sealed class DatabaseBudget(int limit, bool isStrict = false)
{
    /// <summary>The least with which long and short work both go on.</summary>
    public const int Least = 2;

    private readonly TurnGate longWork = new(Math.Max(1, limit / 3));
    private readonly TurnGate shortWork = new(Math.Max(1, (limit - Math.Max(1, limit / 3)) / (isStrict ? 2 : 1)));

    /// <summary>Connections at most.</summary>
    public int Limit => limit;

    /// <summary>Whether somebody waits to begin long work: whoever is at it makes way after a while.</summary>
    public bool IsLongWorkAwaited => longWork.Waiting > 0;

    /// <summary>No limit worth speaking of: for one source that has its database for itself, as in tests.</summary>
    public static DatabaseBudget Unlimited() => new(3_000);

    /// <summary>Waits for a turn at something that takes moments; uses one connection, or two for a moment.</summary>
    public Task<IDisposable> ShortAsync(CancellationToken cancellation) => shortWork.EnterAsync(cancellation);

    /// <summary>Waits for a turn at something that takes long; uses one connection at a time.</summary>
    public Task<IDisposable> LongAsync(CancellationToken cancellation) => longWork.EnterAsync(cancellation);
}
