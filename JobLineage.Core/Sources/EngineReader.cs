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
        catch (PostgresException e) when (SourceFaults.IsMapping(e) || e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // The engine's own table is not there, or not for this user: nothing of the source's reading depends on it.
            return null;
        }
    }

    /// <summary>What it says of its queues; empty where it keeps nothing in the database.</summary>
    public async Task<IReadOnlyList<EngineQueue>> QueuesAsync(CancellationToken cancellation) => await FindQueuesAsync(cancellation) ?? [];

    /// <summary>Who works; empty where it keeps nothing in the database.</summary>
    public async Task<IReadOnlyList<EngineNode>> NodesAsync(CancellationToken cancellation) => await FindNodesAsync(cancellation) ?? [];

    /// <summary>All that it says, now.</summary>
    public async Task<EngineEvidence> EvidenceAsync(CancellationToken cancellation)
    {
        var (version, queues, nodes) = (await VersionAsync(cancellation), await FindQueuesAsync(cancellation), await FindNodesAsync(cancellation));
        return new(version, queues is null ? null : engine.Queues!.Table, queues ?? [], nodes is null ? null : engine.Nodes!.Table, nodes ?? []);
    }

    private Task<IReadOnlyList<EngineQueue>?> FindQueuesAsync(CancellationToken cancellation) =>
        ReadAsync(engine.Queues, row => new EngineQueue(row.Text(), row.BoolOrNull(), row.Time(), row.Text(), row.TextOrNull() is { } held ? redaction.Line(held) : null), cancellation);

    private Task<IReadOnlyList<EngineNode>?> FindNodesAsync(CancellationToken cancellation) =>
        ReadAsync(engine.Nodes, row => new EngineNode(redaction.Line(row.Text()), row.TextOrNull(), row.Time(), row.Time(), row.Bool()), cancellation);

    /// <summary>Null where this version or edition does not have the table, or this user may not read it.</summary>
    private async Task<IReadOnlyList<T>?> ReadAsync<T>(EngineStatement? statement, Func<RowCursor, T> read, CancellationToken cancellation)
    {
        if (statement is null || !await HasAsync(statement.Table, cancellation))
            return null;
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = statement.Of(mapping);
        var found = new List<T>();
        await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
        while (await row.NextAsync(cancellation))
            found.Add(read(row));
        return found;
    }

    /// <summary>Whether this version or edition has a table, and this user may read it.</summary>
    private async Task<bool> HasAsync(string table, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = "select coalesce(has_table_privilege(to_regclass($1), 'select'), false)";
        command.Add($"{SourceMapping.Quote(mapping.Schema)}.{SourceMapping.Quote(table)}");
        return (bool)(await command.ScalarAsync(cancellation))!;
    }
}
