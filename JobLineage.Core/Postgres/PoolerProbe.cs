using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// Whether a pooler that gives each transaction another session stands between us and a database. There nothing lasts from
/// one statement to the next: no LISTEN, no prepared statement, no setting, no temporary table, and a session's end says
/// nothing about a program's.
/// </summary>
public static class PoolerProbe
{
    private const int Rounds = 2;
    private const string Session = "select pg_backend_pid()";

    /// <summary>Looks. A pooler that keeps sessions whole is none of those that are meant.</summary>
    /// <param name="database">Connections to the database.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<bool> IsTransactionPoolerAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var one = await database.OpenConnectionAsync(cancellation);
        // A server names its own session at the sign-in; a pooler gives a number of its own, for the key that cancels.
        if (await AskAsync(one, cancellation) == one.ProcessID)
            return false;
        await using var other = await database.OpenConnectionAsync(cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            // While another transaction holds the session that the first statement had, the next one must get another; or
            // that transaction gets a session of its own, and then nothing is shared.
            var first = await AskAsync(one, cancellation);
            await using var transaction = await other.BeginTransactionAsync(cancellation);
            // Before anything else is asked: of a pooler's only session there would be no other to answer.
            if (await AskAsync(other, cancellation) == first || await AskAsync(one, cancellation) != first)
                return true;
            await transaction.RollbackAsync(cancellation);
        }

        return false;
    }

    /// <summary>Whether an error is a pooler's, which refuses what every server takes.</summary>
    public static bool IsRefusal(PostgresException error) =>
        // pgbouncer: "unsupported startup parameter: options", "transaction blocks not allowed in statement pooling mode".
        (error.SqlState == "08P01" && (error.MessageText.Contains("startup parameter", StringComparison.Ordinal)
            || error.MessageText.Contains("pooling mode", StringComparison.Ordinal)))
        // RDS Proxy: "RDS Proxy currently doesn't support command-line options".
        || (error.SqlState == "0A000" && error.MessageText.Contains("command-line options", StringComparison.Ordinal));

    private static async Task<int> AskAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // No statement that is prepared by itself: to a pooler's next session it would be unknown.
        await using var command = new NpgsqlCommand(Session, connection) { CommandTimeout = 15 };
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
