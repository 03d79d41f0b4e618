using Npgsql;

namespace JobLineage.Core.Store.Access;

/// <summary>
/// Runs a statement over the tables of sign-in. Whoever comes first to a store that nobody has set up yet sets it up: a
/// replica answers before it reads any source.
/// </summary>
internal static class StoreTables
{
    public static T Run<T>(NpgsqlDataSource store, Func<NpgsqlConnection, T> statement)
    {
        try
        {
            using var connection = store.OpenConnection();
            return statement(connection);
        }
        catch (PostgresException e) when (IsMissing(e))
        {
            // Nothing waits for this thread: the server has no context that a continuation would go back to.
            Migrator.MigrateAsync(store, null, CancellationToken.None).GetAwaiter().GetResult();
            using var connection = store.OpenConnection();
            return statement(connection);
        }
    }

    public static async Task<T> RunAsync<T>(NpgsqlDataSource store, Func<NpgsqlConnection, Task<T>> statement, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await store.OpenConnectionAsync(cancellation);
            return await statement(connection);
        }
        catch (PostgresException e) when (IsMissing(e))
        {
            await Migrator.MigrateAsync(store, null, cancellation);
            await using var connection = await store.OpenConnectionAsync(cancellation);
            return await statement(connection);
        }
    }

    private static bool IsMissing(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;
}
