namespace JobLineage.Core.Postgres;

/// <summary>A turn at a database: one connection may be used until it is disposed.</summary>
/// <remarks>
/// Where more pools than connections share a budget, a place remembers whose connection it has kept: the next holder's pool
/// finds it open when it is its own, and has it closed when it is another's, so the limit holds and nobody connects anew in vain.
/// </remarks>
public sealed class DatabaseTurn : IDisposable
{
    private readonly DatabasePool pool;
    private readonly TurnGate gate;
    private TurnPlace? place;

    private DatabaseTurn(DatabasePool pool, TurnGate gate) => (this.pool, this.gate) = (pool, gate);

    /// <summary>Whether others wait for such a turn.</summary>
    public bool IsAwaited => gate.Waiting > 0;

    /// <summary>Lets those who wait go first; no connection may be in use meanwhile.</summary>
    /// <param name="cancellation">Stops waiting; the turn is over then.</param>
    public async Task PassAsync(CancellationToken cancellation)
    {
        place?.Dispose();
        place = null;
        await EnterAsync(cancellation);
    }

    /// <inheritdoc />
    public void Dispose() => place?.Dispose();

    internal static async Task<DatabaseTurn> BeginAsync(DatabasePool pool, TurnGate gate, CancellationToken cancellation)
    {
        var turn = new DatabaseTurn(pool, gate);
        await turn.EnterAsync(cancellation);
        return turn;
    }

    private async Task EnterAsync(CancellationToken cancellation)
    {
        place = await gate.EnterAsync(pool, cancellation);
        if (place.Last is DatabasePool other && other != pool)
            other.Connections.Clear();
    }
}
