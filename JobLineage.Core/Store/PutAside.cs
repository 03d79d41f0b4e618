using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>See <see cref="IPutAside"/>.</summary>
/// <param name="store">Connections to the store.</param>
public sealed class PutAside(NpgsqlDataSource store) : IPutAside
{
    /// <summary>Rows that are listed of one source, the newest; how many there are is counted.</summary>
    internal const int Most = 500;

    /// <summary>The columns of a row <c>p</c>.</summary>
    internal const string Columns = "p.native_id, p.member, p.kept, p.sqlstate, p.sentence, p.parent_id, p.run_key, p.first_seen, p.last_seen";

    /// <summary>What of one job could not be read or stored.</summary>
    internal static async Task<IReadOnlyList<BadRow>> OfAsync(NpgsqlConnection connection, short sourceId, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from job_lineage.put_aside p where p.source_id = $1 and p.job_id = $2 order by p.member", connection).With(sourceId, key);
        var rows = new List<BadRow>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            rows.Add(Row(row));
        return rows;
    }

    /// <summary>The row that <see cref="Columns"/> hold.</summary>
    internal static BadRow Row(RowCursor row) => new(row.Text(), row.Text(), row.Bool(), row.TextOrNull(), row.Text())
    {
        ParentId = row.TextOrNull(),
        RunKey = row.TextOrNull(),
        FirstSeen = row.Time(),
        LastSeen = row.Time(),
    };

    /// <inheritdoc />
    public async Task<bool> RetryAsync(string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("update job_lineage.source set retry_put_aside = true where name = $1").With(source);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
