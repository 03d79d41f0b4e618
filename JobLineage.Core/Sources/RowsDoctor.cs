using System.Globalization;
using JobLineage.Core.Contract;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads some of a source's rows as the feeds do (what is not finished, and the newest), and names those that can't be read; and checks that ids
/// are unique, which everything relies on.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="redaction">Takes secrets out of what errors say of rows.</param>
public sealed class RowsDoctor(ProbedSource source, NpgsqlDataSource database, Redaction redaction)
{
    /// <summary>Rows that are read of each kind.</summary>
    private const int Some = 2_000;

    /// <summary>Rows, or words, that are named.</summary>
    private const int Named = 5;

    private const int TimeoutSeconds = 15;

    private readonly SourceMapping mapping = source.Mapping;
    private readonly List<Check> checks = [];

    /// <summary>Looks, and says what it found.</summary>
    public async Task<IReadOnlyList<Check>> ExamineAsync(CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(cancellation);
            await CountAsync(cancellation);
        }
        catch (SourceProblemException e)
        {
            Add(CheckLevel.Problem, "rows", e.Message);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            Add(CheckLevel.Advice, "rows", $"Reading some rows took longer than {TimeoutSeconds} s: an index may be missing.");
        }

        return checks;
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var reader = new SourceReader(source, database, redaction, TimeoutSeconds);
        var scan = await new SourceScanner(reader, database, TimeoutSeconds).ScanAsync(null, null, [], cancellation);
        // Rows that could not bear the look are among these, not finished or not.
        var ids = scan.Rows.Keys.Order(Comparer<string>.Create((a, b) => JobIds.Compare(source.IdKind, b, a))).Take(Some).ToHashSet(StringComparer.Ordinal);
        ids.UnionWith(scan.Rows.Where(r => !r.Value.IsUnfinished).Select(r => r.Key));
        await using (var command = await SourceCommand.OpenAsync(database, mapping, TimeoutSeconds, cancellation))
        {
            command.Sql = ReadSql.NewestIds(source, Some);
            await using var row = await command.ReadAsync(System.Data.CommandBehavior.Default, cancellation);
            while (await row.ReadAsync(cancellation))
                ids.Add(row.GetString(0));
        }

        var rows = await reader.ReadAsync(ids, cancellation);
        var whole = rows.Bad.Where(b => !b.IsKept).ToList();
        var parts = rows.Bad.Where(b => b.IsKept).ToList();
        Tell(CheckLevel.Problem, whole, "left out");
        Tell(CheckLevel.Advice, parts, "shown without that");
        TellUnknown(rows.UnknownStates);
        var lacking = await reader.CountLackingAsync(cancellation);
        if (lacking > 0)
            Add(CheckLevel.Problem, "ids", $"{reader.Lacking(lacking)} {(lacking == 1 ? "It is" : "They are")} left out; all others are read.");
        if (rows.Bad.Count == 0 && rows.UnknownStates.Count == 0 && lacking == 0)
            Add(CheckLevel.Good, "rows", string.Create(CultureInfo.InvariantCulture, $"{Format.Count(ids.Count)} rows were read as the feeds read them, those that are not finished and the newest: all can be."));
    }

    private void Tell(CheckLevel level, List<BadRow> bad, string outcome)
    {
        foreach (var row in bad.Take(Named))
            Add(level, "rows", $"{row.Sentence} It is {outcome}; all others are read.");
        if (bad.Count > Named)
            Add(level, "rows", string.Create(CultureInfo.InvariantCulture, $"{Format.Count(bad.Count - Named)} more rows are like that among those that were read."));
    }

    /// <summary>Whoever serves passes over such rows, and says so only on the page of sources.</summary>
    private void TellUnknown(IReadOnlyDictionary<string, long> states)
    {
        var (table, name) = ($"{mapping.Schema}.{mapping.Table}", mapping.Name);
        foreach (var (word, rows) in states.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).Take(Named))
        {
            var shown = redaction.Line(word);
            Add(CheckLevel.Problem, "states", string.Create(
                CultureInfo.InvariantCulture,
                $"{Format.Count(rows)} of the rows of {table} that were read {(rows == 1 ? "is" : "are")} in state '{shown}', which the mapping does not know: {(rows == 1 ? "it is" : "they are")} passed over. Map it with JobLineage:Sources:{name}:States:{shown}."));
        }

        if (states.Count > Named)
            Add(CheckLevel.Problem, "states", string.Create(CultureInfo.InvariantCulture, $"{Format.Count(states.Count - Named)} more states of {table} are not known."));
    }

    /// <summary>An index that makes ids unique is believed; without one they are counted.</summary>
    private async Task CountAsync(CancellationToken cancellation)
    {
        if (mapping.SharesIds)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var command = new NpgsqlCommand(
            """
            select exists (
                select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                where i.indrelid = $1::text::regclass and i.indisunique and i.indisvalid and i.indnkeyatts = 1 and i.indpred is null and a.attname = $2)
            """, connection)
        { CommandTimeout = TimeoutSeconds })
        {
            command.With(mapping.QualifiedTable, mapping.Id);
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
                return;
        }

        await using var count = await SourceCommand.OpenAsync(database, mapping, TimeoutSeconds, cancellation);
        count.Sql = ReadSql.Twice(source);
        if (await count.ScalarAsync(cancellation) is string twice)
            Add(CheckLevel.Problem, "ids", $"Ids are not unique: more than one row of {mapping.Schema}.{mapping.Table} has the id {RowFaults.Shown(twice)}, and one of them is shown. Set Id to a column that is unique.");
        else
            Add(CheckLevel.Advice, "ids", $"No unique index of {mapping.Schema}.{mapping.Table} is on {mapping.Id} alone; its ids are unique now, and finding a row by its id reads the whole table unless another index begins with it.");
    }

    private void Add(CheckLevel level, string name, string message) => checks.Add(new(level, name, message));
}
