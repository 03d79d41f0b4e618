using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Rows that could not be read, which a digest names, each once: such a job may have failed for good, and nobody knows. They alone are worth
/// a digest. Of very many sources some are left to the next one.
/// </summary>
internal static class PutAsideLines
{
    /// <summary>Rows that are named of each source.</summary>
    private const int Named = 3;

    private const string Count =
        """
        select count(distinct (p.source_id, p.job_id)) from job_lineage.put_aside p
        join job_lineage.source s on s.id = p.source_id and s.forgotten_at is null
        where not p.kept
        """;

    /// <summary>A subquery: how many rows the next digest names.</summary>
    public static readonly string CountUntold = $"({Count} and {LedgerSql.Untold("p")})";

    /// <summary>How many rows can't be read, told or not: whether these jobs failed is not known.</summary>
    /// <param name="connection">The digest's transaction.</param>
    /// <param name="configured">
    /// The sources of the configuration, as far as they are found; null: none is configured, and all count. Rows of another, which nobody reads any more, count until they have been told.
    /// </param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<long> CountAsync(NpgsqlConnection connection, IReadOnlyCollection<string>? configured, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Count} and ($1 or s.name = any($2) or {LedgerSql.Untold("p")})", connection)
            .With(configured is null, Parameters.Texts(configured ?? []));
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What no digest that may have arrived has named, by source.</summary>
    public static async Task<IReadOnlyList<UntoldRows>> UntoldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select s.id, array_agg(distinct p.job_id), s.name, count(distinct p.job_id), (array_agg(p.sentence order by length(p.job_id), p.job_id))[1:{Named}]
            from job_lineage.put_aside p
            join job_lineage.source s on s.id = p.source_id and s.forgotten_at is null
            where not p.kept and {LedgerSql.Untold("p")}
            group by s.id, s.name
            order by s.name
            limit {DigestLimits.Lines}
            """, connection);
        var untold = new List<UntoldRows>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            untold.Add(new(reader.GetInt16(0), reader.GetFieldValue<string[]>(1), new(reader.GetString(2), reader.GetInt64(3), reader.GetFieldValue<string[]>(4))));
        return untold;
    }

    /// <summary>A digest is the one that names these: the jobs that were read, and none that came since, which no number of it counts.</summary>
    public static async Task TellAsync(NpgsqlConnection connection, long digest, IEnumerable<UntoldRows> told, CancellationToken cancellation)
    {
        foreach (var rows in told)
        {
            await using var command = new NpgsqlCommand(
                $"""
                update job_lineage.put_aside p set told_in = $1
                where p.source_id = $2 and p.job_id = any($3) and not p.kept and {LedgerSql.Untold("p")}
                """, connection).With(digest, rows.SourceId, Parameters.Texts(rows.Jobs));
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

/// <summary>Rows of a source of which no digest that may have arrived has said that they can't be read.</summary>
/// <param name="SourceId">The source's number.</param>
/// <param name="Jobs">The keys of their jobs; there are never many.</param>
/// <param name="Line">What a digest says of them.</param>
internal sealed record UntoldRows(short SourceId, IReadOnlyList<string> Jobs, DigestPutAside Line);
