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

    /// <summary>How many columns that is.</summary>
    internal const int Width = 9;

    /// <summary>What of one job could not be read or stored.</summary>
    internal static async Task<IReadOnlyList<BadRow>> OfAsync(NpgsqlConnection connection, short sourceId, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from job_lineage.put_aside p where p.source_id = $1 and p.job_id = $2 order by p.member", connection);
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = sourceId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        var rows = new List<BadRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(Row(reader));
        return rows;
    }

    /// <summary>The row whose columns come first.</summary>
    internal static BadRow Row(NpgsqlDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.TextAt(3), reader.GetString(4))
    {
        ParentId = reader.TextAt(5),
        RunKey = reader.TextAt(6),
        FirstSeen = reader.TimeAt(7),
        LastSeen = reader.TimeAt(8),
    };

    /// <inheritdoc />
    public async Task<bool> RetryAsync(string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("update job_lineage.source set retry_put_aside = true where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
