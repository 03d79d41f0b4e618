using Dapper;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// Whose the schema <c>job_lineage</c> is. Whoever owns it, or a table of ours in it, could put triggers and defaults there
/// that run as the store's user: then nothing is made or written.
/// </summary>
internal static class StoreOwners
{
    // What `install` puts beside a source has owners of its own, and none of it is written by the store.
    private const string Foreign = """
        select what, name, owner, current_user::text as me
        from (
            select 'schema' as what, n.nspname::text as name, n.nspowner as owner_id, n.nspowner::regrole::text as owner
            from pg_namespace n where n.nspname = 'job_lineage'
            union all
            select case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, 'job_lineage.' || c.relname, c.relowner, c.relowner::regrole::text
            from pg_class c
            where c.relnamespace = to_regnamespace('job_lineage') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                and c.relname <> 'feed' and c.relname !~ '^(change|gate)_[0-9a-f]{8}$'
            union all
            select 'function', 'job_lineage.' || p.proname, p.proowner, p.proowner::regrole::text
            from pg_proc p
            where p.pronamespace = to_regnamespace('job_lineage') and p.proname !~ '^log_[0-9a-f]{8}$') things
        where owner_id <> (select oid from pg_roles where rolname = current_user)
            and not exists (select from pg_roles r where r.oid = owner_id and r.rolsuper)
        order by what = 'schema' desc, name
        limit 1
        """;

    /// <exception cref="StoreException">Something belongs to another role than the one that connects, and not to a superuser.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var found = await connection.QueryFirstOrDefaultAsync<(string What, string Name, string Owner, string Me)?>(
            new CommandDefinition(Foreign, commandTimeout: Migrator.CheckSeconds, cancellationToken: cancellation));
        if (found is { } thing)
        {
            throw new StoreException(
                $"The store's {thing.What} {thing.Name} belongs to role {thing.Owner}, who could then act as {thing.Me}: connect as {thing.Owner} (ConnectionStrings:Store), or drop or rename what is there.");
        }
    }
}
