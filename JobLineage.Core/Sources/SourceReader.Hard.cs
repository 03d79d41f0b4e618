using System.Data;
using JobLineage.Core.Contract;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <content>Rows that can't be read, or have no id.</content>
public sealed partial class SourceReader
{
    /// <summary>Looks over the whole table for rows that make a statement fail.</summary>
    /// <param name="bear">Asks all that the statement asks of the rows of <c>$1</c>, an array of ids.</param>
    /// <param name="settings">What it runs with; null for what all run with.</param>
    /// <param name="except">Rows that are not asked.</param>
    /// <param name="search">Halves, rests and gives up.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The errors by the ids of the rows.</returns>
    internal async Task<Dictionary<string, Exception>> FindAsync(
        string bear, string? settings, IReadOnlySet<string> except, RowSearch search, CancellationToken cancellation)
    {
        var errors = new Dictionary<string, Exception>(StringComparer.Ordinal);
        for (string? after = null; ;)
        {
            var some = await IdsAsync(after, SearchChunk, cancellation);
            await search.RunAsync(
                [.. some.Where(id => !except.Contains(id))],
                async part =>
                {
                    await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation, settings);
                    command.Sql = bear;
                    command.Add(IdArray(part));
                    await using var row = await command.ReadAsync(CommandBehavior.Default, cancellation);
                    while (await row.ReadAsync(cancellation))
                    {
                        // The server makes each row when it is asked for, and its error with it.
                    }
                },
                (id, error) =>
                {
                    errors[id] = error;
                    return Task.CompletedTask;
                },
                cancellation);
            if (some.Count < SearchChunk)
                return errors;
            after = some[^1];
        }
    }

    /// <summary>Rows without an id can't be told apart, nor found again: all of them together are put aside as one.</summary>
    private async Task TellLackingAsync(FoundRows found, CancellationToken cancellation)
    {
        if (await CountLackingAsync(cancellation) is not (> 0 and var rows))
            return;
        found.Present.Add("");
        found.Bad.Add(new("", nameof(SourceMapping.Id), false, null, Lacking(rows)));
    }

    /// <summary>How many rows have no id; does not look where none can be.</summary>
    internal async Task<long> CountLackingAsync(CancellationToken cancellation)
    {
        if (!source.MayLackIds)
            return 0;
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.Lacking(source);
        return (long)(await command.ScalarAsync(cancellation))!;
    }

    /// <summary>What is wrong with rows that have no id.</summary>
    internal string Lacking(long rows) =>
        $"{Format.Count(rows, "row")} of {mapping.Schema}.{mapping.Table} {(rows == 1 ? "has" : "have")} no id: {mapping.Id} is NULL. Give {(rows == 1 ? "it" : "them")} one, or set Id to a column that always has a value.";

    /// <summary>Finds out what of a row can't be read, and keeps the rest where it is still the job.</summary>
    private async Task ReadOneAsync(string id, Exception error, RowSearch search, FoundRows found, CancellationToken cancellation)
    {
        var bad = await OneRow.FindAsync(without => search.TryAsync(() => ReadAsync([id], without, new(1), cancellation), cancellation));
        if (bad.Count == 0)
        {
            found.Present.Add(id);
            found.Bad.Add(new(id, "", false, RowFaults.SqlState(error), RowFaults.Sentence(id, null, error, redaction)));
            return;
        }

        var row = new FoundRows(1);
        var rest = await search.TryAsync(() => ReadAsync([id], bad.Keys, row, cancellation), cancellation);
        // Gone meanwhile.
        if (rest is null && row.Rows == 0)
            return;
        var job = row.Jobs.FirstOrDefault();
        var isKept = OneRow.IsKept(bad.Keys) && job is not null;
        found.Present.Add(id);
        found.AddUnknown(row);
        if (isKept)
            found.Jobs.Add(job!);
        found.Bad.AddRange(bad.Select(b => new BadRow(id, b.Key, isKept, RowFaults.SqlState(b.Value), RowFaults.Sentence(id, b.Key, b.Value, redaction))
        {
            ParentId = job?.ParentId,
            RunKey = job?.RunKey,
        }));
    }
}
