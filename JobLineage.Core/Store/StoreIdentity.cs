using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>Which store this is, to others: all its replicas are one.</summary>
public static class StoreIdentity
{
    /// <summary>Reads it. A copy of the store in another database is another one: both may read the same source.</summary>
    public static async Task<Guid> ReadAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("""
            select md5(concat_ws(' ', i.id, d.oid, d.datname))::uuid
            from job_lineage.identity i, pg_database d
            where d.datname = current_database()
            """);
        return (Guid)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
