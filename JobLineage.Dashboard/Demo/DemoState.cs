using Dapper;
using Npgsql;

namespace JobLineage.Dashboard.Demo;

/// <summary>What the demo remembers over restarts: how far its invented past reaches, and how many incidents there were.</summary>
internal static class DemoState
{
    public const string Create =
        """
        create table demo_state (history_until bigint not null, runs integer not null default 0, opening text);
        comment on table demo_state is 'Belongs to the demonstration, not to a queue.'
        """;

    public const string Begin = "insert into demo_state (history_until, opening) select coalesce(max(id), 0), @opening from oban_jobs";

    /// <summary>The highest id of the invented past, which the pruner must leave alone.</summary>
    public static async Task<long> HistoryUntilAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select history_until from demo_state", commandTimeout: 30, cancellationToken: cancellation));
    }

    /// <summary>The sync of the incident that was under way when the tables were made, once; null afterwards, and where none was.</summary>
    public static async Task<string?> TakeOpeningAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "update demo_state n set opening = null from (select opening from demo_state for update) o where n.opening is not null returning o.opening",
            commandTimeout: 30, cancellationToken: cancellation));
    }

    /// <summary>The number of the next incident, counting from 1.</summary>
    public static async Task<int> NextRunAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "update demo_state set runs = runs + 1 returning runs", commandTimeout: 30, cancellationToken: cancellation));
    }
}
