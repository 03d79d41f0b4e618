using System.Collections.Concurrent;
using JobLineage.Core.Diagnosis;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>The numbers of fingerprints. They are only ever added.</summary>
internal sealed class Fingerprints
{
    private readonly ConcurrentDictionary<string, int> ids = new(StringComparer.Ordinal);

    public int this[string text] => ids[text];

    /// <summary>Makes sure that all these fingerprints have numbers.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<string> texts, CancellationToken cancellation)
    {
        var missing = texts.Where(t => !ids.ContainsKey(t)).Distinct(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
            return;
        await using var command = new NpgsqlCommand(
            $"""
            with added as (
                insert into job_lineage.fingerprint (version, text) select {Fingerprint.Version}, t from unnest($1) t
                on conflict (version, text) do nothing
                returning id, text)
            select id, text from added
            union all
            select f.id, f.text from job_lineage.fingerprint f where f.version = {Fingerprint.Version} and f.text = any($1)
            """, connection);
        command.Parameters.Add(Ingest.Parameters.Texts(missing));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids[reader.GetString(1)] = reader.GetInt32(0);
    }
}
