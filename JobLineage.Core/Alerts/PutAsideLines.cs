using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Takes rows that could not be read into a digest, each once: such a job may have failed for good, and nobody knows. They alone are worth
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
    /// The sources of the configuration; none: all count. Rows of another, which nobody reads any more, count until they have been told.
    /// </param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<long> CountAsync(NpgsqlConnection connection, IReadOnlyCollection<string> configured, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Count} and (cardinality($1) = 0 or s.name = any($1) or {LedgerSql.Untold("p")})", connection)
            .With(Parameters.Texts(configured));
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What no digest that may have arrived has named, by source.</summary>
    public static async Task<IReadOnlyList<DigestPutAside>> TakeAsync(NpgsqlConnection connection, long digest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with untold as (
                select p.source_id, p.job_id, p.member from job_lineage.put_aside p where not p.kept and {LedgerSql.Untold("p")}),
            listed as (
                select s.id, s.name from job_lineage.source s
                where s.forgotten_at is null and s.id in (select source_id from untold) order by s.name limit {DigestLimits.Lines}),
            taken as (
                update job_lineage.put_aside p set told_in = $1
                from untold u
                where (p.source_id, p.job_id, p.member) = (u.source_id, u.job_id, u.member) and p.source_id in (select id from listed)
                returning p.source_id, p.job_id, p.sentence)
            select s.name, count(distinct t.job_id), (array_agg(t.sentence order by length(t.job_id), t.job_id))[1:{Named}]
            from taken t join listed s on s.id = t.source_id
            group by s.name order by s.name
            """, connection).With(digest);
        var lines = new List<DigestPutAside>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            lines.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<string[]>(2)));
        return lines;
    }

    /// <summary>Gives back those of which the digest says nothing after all, since they found no room: the next one names them.</summary>
    public static async Task ReleaseAsync(NpgsqlConnection connection, long digest, IEnumerable<DigestPutAside> told, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            update job_lineage.put_aside p set told_in = null
            from job_lineage.source s
            where s.id = p.source_id and p.told_in = $1 and s.name <> all($2)
            """, connection).With(digest, Parameters.Texts(told.Select(p => p.Source)));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
