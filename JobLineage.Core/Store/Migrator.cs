using System.Globalization;
using System.Reflection;
using Dapper;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// Brings the schema <c>job_lineage</c> up to date. Each migration is one transaction; several replicas may try at
/// once, and one does.
/// </summary>
public static class Migrator
{
    /// <summary>Serialises replicas; any number that nobody else uses in the store's database.</summary>
    private const long LockKey = 0x4A4C_4D49_4752;

    /// <summary>Applies what is missing and returns how many migrations that were.</summary>
    /// <exception cref="StoreException">The schema was made by a newer version of the program.</exception>
    public static async Task<int> MigrateAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        var migrations = Migrations();
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(@LockKey)", new { LockKey }, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            create schema if not exists job_lineage;
            create table if not exists job_lineage.migration (
                version    integer primary key,
                name       text not null,
                applied_at timestamptz not null default now()
            );
            """,
            transaction: transaction, cancellationToken: cancellation));
        var applied = (await connection.QueryAsync<int>(new CommandDefinition(
            "select version from job_lineage.migration", transaction: transaction, cancellationToken: cancellation))).ToHashSet();
        if (applied.Count > 0 && applied.Max() > migrations[^1].Version)
        {
            throw new StoreException(
                $"The store's schema job_lineage is at version {applied.Max()}, and this program knows versions up to {migrations[^1].Version}: run the newer program.");
        }

        var count = 0;
        foreach (var (version, name, sql) in migrations.Where(m => !applied.Contains(m.Version)))
        {
            await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 600, cancellationToken: cancellation));
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into job_lineage.migration (version, name) values (@version, @name)", new { version, name }, transaction, cancellationToken: cancellation));
            count++;
        }

        await transaction.CommitAsync(cancellation);
        return count;
    }

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
