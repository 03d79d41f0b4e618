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
        var columns = await ColumnsAsync(known, cancellation);
        return columns.Count == 0
            ? new(NativeRowState.Gone, [], null, time.GetUtcNow())
            : new(NativeRowState.Present, columns, null, time.GetUtcNow()) { Word = await WordAsync(known, cancellation) };
    }

    private async Task<List<NativeColumn>> ColumnsAsync(string id, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, reader.Source.Mapping, TimeoutSeconds, cancellation);
        command.Sql = ReadSql.Native(reader.Source);
        command.Add(reader.IdValue(id));
        var columns = new List<NativeColumn>();
        await using var row = await command.ReadAsync(CommandBehavior.Default, cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var name = row.GetString(0);
            if (row.TextAt(1) is not { } value)
            {
                columns.Add(new(name, null, 0, false));
                continue;
            }

            var (text, isCut) = redaction.Column(name, value);
            columns.Add(new(name, text, row.GetInt64(2), isCut || row.GetInt64(2) > ReadSql.FetchLimit));
        }

        return columns;
    }

    /// <summary>The word for the row's state; null where there is none, or the mapping can't tell that of just this row: it is shown without.</summary>
    private async Task<string?> WordAsync(string id, CancellationToken cancellation)
    {
        try
        {
            await using var command = await SourceCommand.OpenAsync(database, reader.Source.Mapping, TimeoutSeconds, cancellation);
            command.Sql = ReadSql.Word(reader.Source);
            command.Add(reader.IdValue(id));
            return await command.ScalarAsync(cancellation) is string word ? redaction.Line(word) : null;
        }
        catch (Exception e) when (RowFaults.IsOfRows(e) || e is PostgresException p && SourceFaults.IsOfStatement(p))
        {
            return null;
        }
    }
}
