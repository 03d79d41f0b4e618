using System.Data;
using System.Globalization;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Runs the direct queries: settings and statement go in one round trip, in one transaction that is read-only.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="timeoutSeconds">Time limit of a statement.</param>
internal sealed class LineageReader(ProbedSource source, NpgsqlDataSource database, int timeoutSeconds)
{
    private readonly SourceReader ids = new(source, database, new Redaction());

    /// <summary>The rows of one of the statements of <see cref="LineageSql"/>, with <paramref name="id"/> as its <c>$1</c>.</summary>
    public async Task<List<LineageRow>> ReadAsync(string sql, ParentLookup lookup, string id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = Batch(connection, LineageSql.Settings(source, lookup, timeoutSeconds), sql);
        batch.BatchCommands[1].Parameters.Add(ids.IdValue(id));
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        await reader.NextResultAsync(cancellation);
        var rows = new List<LineageRow>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(Row(reader));
        return rows;
    }

    /// <summary>Rows that could not be read, and are left out of all that is read from then on.</summary>
    public IReadOnlyList<BadRow> BadRows { get; private set; } = [];

    /// <summary>Looks over the table for rows that can't bear what the statements ask of them.</summary>
    /// <returns>The source without them; null when there are none.</returns>
    public async Task<ProbedSource?> WithoutBadRowsAsync(CancellationToken cancellation)
    {
        const int chunk = 20_000;
        var except = new HashSet<string>(BadRows.Select(b => b.Id), StringComparer.Ordinal);
        var search = new RowSearch(source.Mapping.Name);
        var errors = new Dictionary<string, Exception>(StringComparer.Ordinal);
        for (string? after = null; ;)
        {
            var some = await ids.IdsAsync(after, chunk, cancellation);
            await search.RunAsync(
                [.. some.Where(id => !except.Contains(id))], part => BearAsync(part, cancellation),
                (id, error) =>
                {
                    errors[id] = error;
                    return Task.CompletedTask;
                },
                cancellation);
            if (some.Count < chunk)
                break;
            after = some[^1];
        }

        // Those that an earlier question has found stand in the way of this one too.
        if (errors.Count == 0)
            return except.Count == 0 ? null : Without();
        // By which member: as the feeds find it.
        var named = (await ids.ReadAsync([.. errors.Keys], cancellation)).Bad;
        BadRows =
        [
            .. BadRows, .. named.Where(b => errors.ContainsKey(b.Id)),
            .. errors.Where(e => named.All(b => b.Id != e.Key)).Select(e => new BadRow(e.Key, "", false, RowFaults.SqlState(e.Value), RowFaults.Sentence(e.Key, null, e.Value))),
        ];
        except.UnionWith(errors.Keys);
        return Without();

        ProbedSource Without() => source with { Mapping = source.Mapping with { Except = new(except, source.HasRowVersions) } };
    }

    private async Task BearAsync(IReadOnlyList<string> some, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = Batch(connection, LineageSql.Settings(source, ParentLookup.Expression, timeoutSeconds), LineageSql.Bear(source));
        batch.BatchCommands[1].Parameters.Add(ids.IdArray(some));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
        }
    }

    /// <summary>Asks the planner which index, if any, serves the parent expression.</summary>
    public async Task<ParentLookup> FindLookupAsync(CancellationToken cancellation)
    {
        if (source.Mapping.RunKey is not null || source.Mapping.ParentId is null)
            return ParentLookup.None;
        if (await IsIndexedAsync(LineageSql.AskExpression(source), cancellation))
            return ParentLookup.Expression;
        if (LineageSql.AskContainment(source) is not { } containment)
            return ParentLookup.Scan;
        try
        {
            return await IsIndexedAsync(containment, cancellation) ? ParentLookup.Containment : ParentLookup.Scan;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedFunction)
        {
            // The column is json, not jsonb: there is no containment.
            return ParentLookup.Scan;
        }
    }

    /// <summary>Whether an index serves the condition of a statement.</summary>
    internal async Task<bool> IsIndexedAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = Batch(connection, LineageSql.Settings(source, ParentLookup.Expression, timeoutSeconds), PlanReading.Explain(sql));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return PlanReading.IsServed(reader.GetString(0), source.Kind == TableKind.View);
    }

    internal NpgsqlBatch Batch(NpgsqlConnection connection, params ReadOnlySpan<string> statements)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = timeoutSeconds + 5 };
        foreach (var statement in statements)
            batch.BatchCommands.Add(new(statement));
        return batch;
    }

    /// <summary>The row that the first columns of a statement hold.</summary>
    internal LineageRow Row(NpgsqlDataReader row)
    {
        // In the order of the columns: the reader is sequential.
        var id = Id(row, 0)!;
        var parent = Id(row, 1);
        return row.IsDBNull(2)
            ? new() { Id = id, Parent = parent }
            : new()
            {
                Id = id,
                Parent = parent,
                StateWord = row.GetString(2),
                Worker = row.GetString(3),
                Queue = row.GetString(4),
                Step = row.TextAt(5),
                RunKey = row.TextAt(6),
                InsertedAt = row.TimeAt(7),
                ScheduledAt = row.TimeAt(8),
                AttemptedAt = row.TimeAt(9),
                FinishedAt = row.TimeAt(10),
                Attempt = row.ClampedAt(11),
                MaxAttempts = row.ClampedAt(12),
            };
    }

    private string? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : source.IdKind switch
    {
        JobIdKind.BigInt => row.GetInt64(column).ToString(CultureInfo.InvariantCulture),
        JobIdKind.Uuid => row.GetGuid(column).ToString("D"),
        _ => row.GetString(column),
    };
}
