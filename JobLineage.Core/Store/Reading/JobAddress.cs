using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// What the addresses of jobs name. An id names the newest job that has it; <c>id~time</c> names the one that was inserted then, for
/// good: also while it is still the newest, so that a link that was made then opens the same job ever after.
/// </summary>
internal static class JobAddress
{
    /// <summary>The key that an address means now.</summary>
    public static async Task<string> ResolveAsync(NpgsqlConnection connection, string source, string address, CancellationToken cancellation)
    {
        if (!JobKeys.TryRead(address, out var newest, out var inserted))
            return ShortText.IsShortened(address) ? address : JobKeys.Of(address);
        await using var command = new NpgsqlCommand(
            """
            select j.id
            from job_lineage.source s
            join job_lineage.job j on j.source_id = s.id and (j.id = $2 or j.id = $3 and j.inserted_at = $4)
            where s.name = $1
            order by j.id = $2 desc
            limit 1
            """, connection).With(source, address, newest, inserted);
        return await command.ExecuteScalarAsync(cancellation) as string ?? address;
    }

    /// <summary>The other jobs that have had the id of this one, the newest first.</summary>
    public static async Task<IReadOnlyList<JobVersionLine>> OthersAsync(
        NpgsqlConnection connection, short sourceId, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select j.id, w.text, j.state, j.inserted_at
            from job_lineage.job j
            join job_lineage.label w on w.id = j.worker
            left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            where j.source_id = $1 and (j.earlier_of = $3 or j.id = $3 and {JobIs.Seen()}) and j.id <> $2 and {JobSql.IsThere}
            order by j.earlier_of is not null, j.inserted_at desc, j.id
            limit {JobView.MostVersions}
            """, connection).With(sourceId, key, JobKeys.Newest(key));
        var others = new List<JobVersionLine>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetString(0);
            others.Add(new(id, reader.GetString(1), (JobState)reader.GetInt16(2), reader.TimeAt(3), JobKeys.TryRead(id, out _, out _)));
        }

        return others;
    }
}
