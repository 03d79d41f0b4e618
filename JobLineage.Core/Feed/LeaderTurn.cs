using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>
/// The leader's place, held for a moment by a program that does not stay: while it is held nobody else leads, and while somebody
/// leads it can't be had. All that is known here of how replicas agree on a leader.
/// </summary>
internal sealed class LeaderTurn : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private LeaderTurn(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Takes the place; null: somebody leads.</summary>
    public static async Task<LeaderTurn?> TryTakeAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        var connection = await store.OpenConnectionAsync(cancellation);
        try
        {
            await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({Leader.LockKey})", connection);
            if ((bool)(await take.ExecuteScalarAsync(cancellation))!)
                return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Leader.ReleaseAsync(connection);
        await connection.DisposeAsync();
    }
}
