using System.Globalization;
using System.Reflection;
using Dapper;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// Brings the schema <c>job_lineage</c> up to date. All that is missing is one transaction; several replicas may try at
/// once, and one does.
/// </summary>
public static class Migrator
{
    /// <summary>Each time another session read tables in another order than they are locked in.</summary>
    private const int MostAttempts = 20;

    /// <summary>
    /// What replicas write and pages show. A replica of the version before may be at work: to meet it in mid-migration would be a deadlock, by which all that was done is
    /// lost. What tells replicas of each other, and who is signed in, is not held up.
    /// </summary>
    private const string LockAll =
        """
        do $$
        begin
            execute (
                select 'lock table ' || string_agg(format('job_lineage.%I', c.relname), ', ' order by c.relname) || ' in access exclusive mode'
                from pg_class c
                where c.relnamespace = 'job_lineage'::regnamespace and c.relkind in ('r', 'p')
                    and c.relname not in ('migration', 'lease', 'member', 'latch', 'identity', 'session', 'protection_key'));
        end $$
        """;

    /// <summary>It is looked while a lease has to be renewed.</summary>
    internal const int CheckSeconds = 5;

    /// <summary>Applies what is missing and returns how many migrations that were.</summary>
    /// <param name="store">Connections to the store.</param>
    /// <param name="progress">Told of each migration of a schema that was there before, as it begins; null when nobody wants to know.</param>
    /// <param name="cancellation">Gives up; nothing is changed then.</param>
    /// <exception cref="StoreException">The schema was made by a newer version of the program, or belongs to another role.</exception>
    public static async Task<int> MigrateAsync(NpgsqlDataSource store, Action<MigrationProgress>? progress, CancellationToken cancellation)
    {
        var migrations = Migrations();
        // A replica that was stopped or cut off in mid-migration must not keep the others waiting.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StalledSessions.PastAsync(store, (connection, token) => MigrateAsync(connection, migrations, progress, token), TimeProvider.System, cancellation);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MostAttempts)
            {
                // Somebody held one table and waited for the next, which we held: nothing was done yet.
            }
        }
    }

    /// <summary>Refuses a schema that a newer program has made, or that belongs to somebody else; one that is not there is fine.</summary>
    /// <exception cref="StoreException">The schema can't be used.</exception>
    public static async Task CheckAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await CheckAsync(connection, cancellation);
    }

    /// <inheritdoc cref="CheckAsync(NpgsqlDataSource, CancellationToken)"/>
    public static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await StoreOwners.CheckAsync(connection, cancellation);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('job_lineage.migration') is not null", commandTimeout: CheckSeconds, cancellationToken: cancellation)))
            return;
        var version = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select coalesce(max(version), 0) from job_lineage.migration", commandTimeout: CheckSeconds, cancellationToken: cancellation));
        if (version > Migrations()[^1].Version)
            throw Newer(version);
    }

    private static async Task<int> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<(int Version, string Name, string Sql)> migrations, Action<MigrationProgress>? progress, CancellationToken cancellation)
    {
        await StoreOwners.CheckAsync(connection, cancellation);
        await BeginAsync(connection, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One replica at a time. A lock of our own table: nobody else can take it.
        await connection.ExecuteAsync(new CommandDefinition(
            "lock table job_lineage.migration in share row exclusive mode", transaction: transaction, commandTimeout: 900, cancellationToken: cancellation));
        await StoreOwners.CheckAsync(connection, cancellation);
        var applied = (await connection.QueryAsync<int>(new CommandDefinition(
            "select version from job_lineage.migration", transaction: transaction, cancellationToken: cancellation))).ToHashSet();
        if (applied.Count > 0 && applied.Max() > migrations[^1].Version)
            throw Newer(applied.Max());

        var missing = migrations.Where(m => !applied.Contains(m.Version)).ToList();
        if (applied.Count > 0 && missing.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition(LockAll, transaction: transaction, commandTimeout: 900, cancellationToken: cancellation));
        var count = 0;
        foreach (var (version, name, sql) in missing)
        {
            if (applied.Count > 0)
            {
                var step = new MigrationProgress(count + 1, missing.Count, name.Replace('_', ' '));
                progress?.Invoke(step);
                // Whoever else looks who holds all these locks finds it beside the session.
                await connection.ExecuteAsync(new CommandDefinition(
                    "select set_config('application_name', @name, true)", new { name = $"joblineage: {step}" }, transaction, cancellationToken: cancellation));
            }

            await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 600, cancellationToken: cancellation));
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into job_lineage.migration (version, name) values (@version, @name)", new { version, name }, transaction, cancellationToken: cancellation));
            count++;
        }

        await transaction.CommitAsync(cancellation);
        return count;
    }

    /// <summary>Makes the schema and the table that is locked; two replicas that do it at once fail over each other, and find it done.</summary>
    private static async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    "select to_regclass('job_lineage.migration') is not null", cancellationToken: cancellation)))
                {
                    await connection.ExecuteAsync(new CommandDefinition(
                        """
                        create schema if not exists job_lineage;
                        create table if not exists job_lineage.migration (
                            version    integer primary key,
                            name       text not null,
                            applied_at timestamptz not null default now()
                        );
                        """,
                        cancellationToken: cancellation));
                }

                return;
            }
            catch (PostgresException e) when (attempt < 5
                && e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject)
            {
            }
        }
    }

    private static StoreException Newer(int version) => new(
        $"The store's schema job_lineage is at version {version}, and this program knows versions up to {Migrations()[^1].Version}: run the newer program.");

    /// <summary>The migrations in their order: <c>Store/Migrations/NNN_name.sql</c>.</summary>
    internal static IReadOnlyList<(int Version, string Name, string Sql)> Migrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string prefix = "JobLineage.Core.Store.Migrations.";
        return [.. assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = resource[prefix.Length..^".sql".Length];
                return (int.Parse(name[..3], CultureInfo.InvariantCulture), name[4..], reader.ReadToEnd());
            })
            .OrderBy(m => m.Item1)];
    }
}

/// <summary>The store can't be used as it is; the message is a sentence for a person.</summary>
public sealed class StoreException(string message) : Exception(message);
