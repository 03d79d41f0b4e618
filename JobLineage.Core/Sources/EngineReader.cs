using System.Data;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Reads what an engine says of itself: its version, its queues, and who works. Reads only; each statement within a time limit.</summary>
/// <param name="engine">The engine.</param>
/// <param name="mapping">Where its tables are.</param>
/// <param name="database">Connections to their database.</param>
/// <param name="redaction">Takes secrets out of names: a node may be called by anything that its operator set.</param>
/// <param name="timeoutSeconds">Time limit of one statement.</param>
public sealed class EngineReader(IEngine engine, SourceMapping mapping, NpgsqlDataSource database, Redaction redaction, int timeoutSeconds = 15)
{
    /// <summary>Rows that are read of a statement. Some engines keep a row for every name that was ever used, and this is read every ten seconds.</summary>
    public const int Most = 500;

    /// <summary>Whether a table is there, and what of it this user lacks.</summary>
    private const string Rights = """
        select c.oid is not null, coalesce(has_schema_privilege(n.oid, 'usage'), false), coalesce(has_any_column_privilege(c.oid, 'select'), false), current_user::text
        from (select 1) one left join (pg_class c join pg_namespace n on n.oid = c.relnamespace) on n.nspname = $1 and c.relname = $2
        """;

    /// <summary>What is said of all of them, and what is paused or held, comes first: of any other queue nothing is said.</summary>
    private const string Queues = "select queue, is_paused, paused_at, said_by, held from ({0}) said order by queue = '*' desc, coalesce(is_paused, false) desc, held is not null desc, queue";

    /// <summary>Of each queue one that lives, before any second one: that a queue is served must not be cut off.</summary>
    private const string Nodes = """
        select node, queue, started_at, seen_at, is_alive, is_alive and nth = 1
        from (select *, row_number() over (partition by queue, is_alive order by seen_at desc nulls last, node) as nth from ({0}) said) ranked
        order by is_alive desc, nth, queue, node
        """;

    /// <summary>The version, in the engine's own words; null where it does not say.</summary>
    public async Task<string?> VersionAsync(CancellationToken cancellation)
    {
        if (engine.VersionSql(mapping) is not { } sql)
            return null;
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = sql;
        try
        {
            return await command.ScalarAsync(cancellation) as string;
        }
        catch (PostgresException e) when (SourceFaults.IsOfStatement(e))
        {
            // The engine's own table is not there, or not for this user: nothing of the source's reading depends on it.
            return null;
        }
    }

    /// <summary>
    /// All that it says, now, and what of that can't be read here, as sentences; null where all can. A table that this version or edition does not have is no problem; one that
    /// is there and that this user may not read is: a paused queue would look like one that is not.
    /// </summary>
    public async Task<(EngineEvidence Evidence, string? Problem)> EvidenceAsync(CancellationToken cancellation)
    {
        var (unread, cut) = (new List<string>(), new List<string>());
        var queues = await ReadAsync(
            engine.Queues, Queues, row => new EngineQueue(row.Text(), row.BoolOrNull(), row.Time(), row.Text(), row.TextOrNull() is { } held ? redaction.Line(held) : null), unread, cancellation);
        // What is paused or held comes first: where the first that is cut off is neither, nothing is said of any that is.
        if (queues?.Count > Most && queues[Most] is { IsPaused: true } or { Held: not null })
            cut.Add($"{engine.Title} names more than {Most} queues that are paused or held: {Most} of them are read{(queues![Most].IsPaused is true ? ", and whether another one is paused is not known" : "")}.");
        var nodes = await ReadAsync(
            engine.Nodes, Nodes, row => (Node: new EngineNode(redaction.Line(row.Text()), row.TextOrNull(), row.Time(), row.Time(), row.Bool()), IsFirst: row.Bool()), unread, cancellation);
        if (nodes?.Count > Most)
        {
            // Where not even one for each queue was read, a queue without any is not known to have none.
            var isTold = !nodes[^1].IsFirst;
            cut.Add($"{engine.Title} names more than {Most} workers and queues that they serve: {(isTold ? $"{Most} are read, and of each queue one that lives" : "who serves which is not told")}.");
            if (!isTold)
                nodes = null;
        }

        if (unread.Count > 0)
            cut.Insert(0, Unread(string.Join("; ", unread.Distinct(StringComparer.Ordinal))));
        return (
            new(queues is null ? null : engine.Queues!.Table, queues is null ? [] : Read(queues), nodes is null ? null : engine.Nodes!.Table, nodes is null ? [] : [.. nodes.Take(Most).Select(n => n.Node)]),
            cut.Count == 0 ? null : string.Join(" ", cut));
    }

    /// <summary>Of those that are cut off nobody may conclude that they are not paused: where paused ones are, so it is said of every queue that is not read.</summary>
    private static IReadOnlyList<EngineQueue> Read(List<EngineQueue> queues)
    {
        if (queues.Count <= Most || queues[Most].IsPaused is not true)
            return [.. queues.Take(Most)];
        var every = queues.FirstOrDefault(q => q.Queue == "*");
        return every?.IsPaused is true
            ? [.. queues.Take(Most)]
            : [(every ?? new("*", null, null, queues[Most].SaidBy)) with { IsPaused = null }, .. queues.Take(Most).Where(q => q != every)];
    }

    /// <summary>The sentence for what can't be read.</summary>
    /// <param name="why">Why, without a point.</param>
    private string Unread(string why) => $"What {engine.Title} says of its queues can't be read here: {why}.";

    /// <summary>Null where this version or edition does not have the table, or it can't be read; one more row than <see cref="Most"/> where there are more.</summary>
    private async Task<List<T>?> ReadAsync<T>(EngineStatement? statement, string around, Func<RowCursor, T> read, List<string> unread, CancellationToken cancellation)
    {
        if (statement is null)
            return null;
        try
        {
            var (isThere, lacking) = await RightsAsync(statement.Table, cancellation);
            if (lacking is not null)
                unread.Add(lacking);
            if (!isThere || lacking is not null)
                return null;
            await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
            command.Sql = $"{around.Replace("{0}", statement.Of(mapping), StringComparison.Ordinal)} limit {Most + 1}";
            var found = new List<T>();
            await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
            while (await row.NextAsync(cancellation))
                found.Add(read(row));
            return found;
        }
        catch (PostgresException e) when (SourceFaults.IsOfStatement(e))
        {
            // Another edition or version has other columns there: nothing of the source's own reading depends on it.
            unread.Add(redaction.Line(e.MessageText));
            return null;
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            // A queue without a name, a value of another type than every version has had.
            unread.Add(RowFaults.Reason(e, redaction).TrimEnd('.'));
            return null;
        }
    }

    /// <summary>Whether this version or edition has a table; and, where this user may not read it, so as the end of a sentence.</summary>
    private async Task<(bool IsThere, string? Lacking)> RightsAsync(string table, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = Rights;
        command.Add(mapping.Schema);
        command.Add(table);
        await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
        await row.NextAsync(cancellation);
        var (isThere, mayUse, mayRead, user) = (row.Bool(), row.Bool(), row.Bool(), row.Text());
        if (!isThere || (mayUse && mayRead))
            return (isThere, null);
        var (schema, role) = (SourceMapping.Quote(mapping.Schema), SourceMapping.Quote(user));
        var grants = new[]
        {
            mayUse ? null : $"grant usage on schema {schema} to {role}",
            mayRead ? null : $"grant select on {schema}.{SourceMapping.Quote(table)} to {role}",
        }.OfType<string>();
        return (true, $"user '{user}' may not read {mapping.Schema}.{table}: run {string.Join("; ", grants)}");
    }
}
