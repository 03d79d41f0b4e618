using System.Data;
using System.Globalization;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Runs the direct queries: settings and statement go in one round trip, in one transaction that is read-only.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="timeoutSeconds">Time limit of a statement.</param>
/// <param name="redaction">Takes secrets out of what errors say of rows.</param>
internal sealed class LineageReader(ProbedSource source, NpgsqlDataSource database, int timeoutSeconds, Redaction redaction)
{
    private readonly SourceReader ids = new(source, database, redaction, timeoutSeconds);
    private volatile IReadOnlyList<BadRow> bad = [];

    /// <summary>Rows that could not be read when one was last in the way, and were left out of what was answered.</summary>
    public IReadOnlyList<BadRow> BadRows => bad;

    /// <summary>The rows of one of the statements of <see cref="LineageSql"/>, with <paramref name="id"/> as its <c>$1</c>, and the moment that they are of.</summary>
    public Task<(List<LineageRow> Rows, SourceMoment Moment)> ReadAsync(string sql, ParentLookup lookup, string id, CancellationToken cancellation) =>
        ReadAsync(sql, lookup, Row, [ids.IdValue(id)], cancellation);

    /// <summary>The rows of a statement, and the moment that they are of.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="lookup">How it finds its rows, which says the settings that it runs with.</param>
    /// <param name="row">Reads one of them; the reader is sequential.</param>
    /// <param name="parameters">Its parameters; they stay whoever's they are.</param>
    /// <param name="cancellation">Stops the query.</param>
    public async Task<(List<T> Rows, SourceMoment Moment)> ReadAsync<T>(
        string sql, ParentLookup lookup, Func<NpgsqlDataReader, T> row, IEnumerable<SqlValue> parameters, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(
            database, source.Mapping, timeoutSeconds, cancellation, LineageSql.Settings(source, lookup, timeoutSeconds));
        command.Sql = sql;
        foreach (var parameter in parameters)
            command.Add(parameter);
        await using var reader = await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(row(reader));
        return (rows, command.Moment!);
    }

    /// <summary>Looks over the table for rows that can't bear what the statements ask of them; those that were found before are asked again.</summary>
    /// <param name="withArgs">Whether arguments are asked too.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The source without them; null when there are none.</returns>
    public async Task<ProbedSource?> WithoutBadRowsAsync(bool withArgs, CancellationToken cancellation)
    {
        ids.Expect(bad.Select(b => b.Id));
        var errors = await ids.FindAsync(
            LineageSql.Bear(source, withArgs), LineageSql.Settings(source, ParentLookup.Expression, timeoutSeconds), new HashSet<string>(),
            new(source.Mapping.Name, redaction, ids.Known), cancellation);
        if (errors.Count == 0)
        {
            bad = [];
            return null;
        }

        // By which member: as the feeds find it.
        var named = (await ids.ReadAsync([.. errors.Keys], cancellation)).Bad;
        bad =
        [
            .. named.Where(b => errors.ContainsKey(b.Id)),
            .. errors.Where(e => named.All(b => b.Id != e.Key))
                .Select(e => new BadRow(e.Key, "", false, RowFaults.SqlState(e.Value), RowFaults.Sentence(e.Key, null, e.Value, redaction))),
        ];
        return source with { Mapping = source.Mapping with { Except = new(errors.Keys, source.HasRowVersions) } };
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
                Parents = FurtherParents.First(FurtherParents.Read(row.TextAt(13), source.IdKind, id, parent, ReadSql.FetchLimit)),
            };
    }

    private string? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : source.IdKind switch
    {
        JobIdKind.BigInt => row.GetInt64(column).ToString(CultureInfo.InvariantCulture),
        JobIdKind.Uuid => row.GetGuid(column).ToString("D"),
        _ => row.GetString(column),
    };
}
