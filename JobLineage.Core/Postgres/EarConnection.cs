using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>The connection of a <see cref="DatabaseEar"/>.</summary>
internal sealed class EarConnection : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private EarConnection(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Opens one.</summary>
    /// <param name="preferred">Connections of which one is kept free for listening; null for none.</param>
    /// <param name="database">Those of whoever asks.</param>
    /// <param name="heard">Called with the channel of each notification.</param>
    public static async Task<EarConnection> OpenAsync(NpgsqlDataSource? preferred, NpgsqlDataSource database, Action<string> heard)
    {
        var connection = await ConnectAsync(preferred, database);
        connection.Notification += (_, e) => heard(e.Channel);
        return new(connection);
    }

    /// <summary>Begins or ends to listen to a channel, whose name needs no quoting.</summary>
    public async Task ListenAsync(string channel, bool begins)
    {
        await using var command = new NpgsqlCommand($"{(begins ? "listen" : "unlisten")} {channel}", connection) { CommandTimeout = 15 };
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Waits for notifications.</summary>
    /// <returns>False when there was none for so long.</returns>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellation) => connection.WaitAsync(longest, cancellation);

    /// <summary>
    /// Asks the database for a sign of life. Longer than anybody waits for one: that a database is slow is said soon enough, and no reason for
    /// all who listen to begin anew.
    /// </summary>
    public async Task PingAsync()
    {
        await using var ping = new NpgsqlCommand("select 1", connection) { CommandTimeout = 10 };
        await ping.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>A connection goes back to its pool with its session: LISTEN would stay with it until it is used again.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await using var release = new NpgsqlCommand("unlisten *", connection) { CommandTimeout = 5 };
                await release.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseFailure.Is(e) || e is ObjectDisposedException)
        {
            // It is closed and not used again.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<NpgsqlConnection> ConnectAsync(NpgsqlDataSource? preferred, NpgsqlDataSource database)
    {
        if (preferred is not null && preferred != database)
        {
            try
            {
                return await preferred.OpenConnectionAsync(CancellationToken.None);
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                // Its user may have been dropped, say: that is no reason for others not to hear.
            }
        }

        return await database.OpenConnectionAsync(CancellationToken.None);
    }
}
