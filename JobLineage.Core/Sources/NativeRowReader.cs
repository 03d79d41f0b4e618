using System.Data;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Reads single rows of a source whole, whatever columns its table has, by the index of their ids.</summary>
/// <param name="reader">Knows the table and the type of its ids.</param>
/// <param name="database">Connections to the source's database.</param>
/// <param name="redaction">Takes secrets out, and cuts what is long.</param>
/// <param name="time">Says when it was asked.</param>
public sealed class NativeRowReader(SourceReader reader, NpgsqlDataSource database, Redaction redaction, TimeProvider time)
{
    /// <summary>Somebody waits for it, and it is a step into an index.</summary>
    private const int TimeoutSeconds = 5;

    /// <summary>Reads a row.</summary>
    public async Task<NativeRow> ReadAsync(string id, CancellationToken cancellation)
    {
        if (JobIds.Normalize(reader.Source.IdKind, id) is not { } known)
            return new(NativeRowState.Gone, [], null, time.GetUtcNow());
        await using var command = await SourceCommand.OpenAsync(database, reader.Source.Mapping, TimeoutSeconds, cancellation);
        command.Sql = ReadSql.Native(reader.Source);
        command.Add(reader.IdValue(known));
        var (columns, word) = (new List<NativeColumn>(), (string?)null);
        await using var row = await command.ReadAsync(CommandBehavior.Default, cancellation);
        while (await row.ReadAsync(cancellation))
        {
            word = row.TextAt(3) is { } state ? redaction.Line(state) : null;
            var name = row.GetString(0);
            if (row.TextAt(1) is not { } value)
            {
                columns.Add(new(name, null, 0, false));
                continue;
            }

            var (text, isCut) = redaction.Column(name, value);
            columns.Add(new(name, text, row.GetInt64(2), isCut || row.GetInt64(2) > ReadSql.FetchLimit));
        }

        return new(columns.Count > 0 ? NativeRowState.Present : NativeRowState.Gone, columns, null, time.GetUtcNow()) { Word = word };
    }
}
