using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Takes rows that could not be read into a digest, each once: such a job may have failed for good, and nobody knows. They alone make no
/// digest; until there is one, they wait.
/// </summary>
internal static class PutAsideLines
{
    /// <summary>Rows that are named of each source.</summary>
    private const int Named = 3;

    /// <summary>What no digest has named yet, by source.</summary>
    public static async Task<IReadOnlyList<DigestPutAside>> TakeAsync(NpgsqlConnection connection, long digest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with taken as (
                update job_lineage.put_aside p set told_in = $1
                where p.told_in is null and not p.kept
                returning p.source_id, p.job_id, p.sentence)
            select s.name, count(distinct t.job_id), (array_agg(t.sentence order by length(t.job_id), t.job_id))[1:{Named}]
            from taken t join job_lineage.source s on s.id = t.source_id and s.forgotten_at is null
            group by s.name order by s.name
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = digest });
        var lines = new List<DigestPutAside>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            lines.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<string[]>(2)));
        return lines;
    }
}
