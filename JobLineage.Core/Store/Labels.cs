using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store;

/// <summary>
/// The numbers of workers, queues and steps. Labels are only ever added, in a statement of their own that is not rolled
/// back with a batch, so a number that is known stays right.
/// </summary>
internal sealed class Labels
{
    private readonly ConcurrentDictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <summary>Makes sure that all these texts have numbers.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<string> texts, CancellationToken cancellation)
    {
        var missing = texts.Where(t => !ids.ContainsKey(t)).Distinct(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
            return;
        await using var command = new NpgsqlCommand(
            """
            with added as (
                insert into job_lineage.label (text) select t from unnest($1) t
                on conflict (text) do nothing
                returning id, text)
            select id, text from added
            union all
            select l.id, l.text from job_lineage.label l where l.text = any($1)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = missing, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids[reader.GetString(1)] = reader.GetInt32(0);
    }

    /// <summary>The number of a text that <see cref="EnsureAsync"/> has seen.</summary>
    public int this[string text] => ids[text];

    /// <summary>The number of a text, or null when no row has had it yet.</summary>
    public int? Find(string text) => ids.TryGetValue(text, out var id) ? id : null;
}
