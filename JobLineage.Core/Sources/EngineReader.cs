using System.Data;
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
        return await command.ScalarAsync(cancellation) as string;
    }

    /// <summary>What it says of its queues; empty where it keeps nothing in the database.</summary>
    public Task<IReadOnlyList<EngineQueue>> QueuesAsync(CancellationToken cancellation) =>
        ReadAsync(engine.Queues, row => new EngineQueue(row.Text(), row.Bool(), row.Time(), row.Text()), cancellation);

    /// <summary>Who works; empty where it keeps nothing in the database.</summary>
    public Task<IReadOnlyList<EngineNode>> NodesAsync(CancellationToken cancellation) =>
        ReadAsync(engine.Nodes, row => new EngineNode(redaction.Line(row.Text()), row.TextOrNull(), row.Time(), row.Time()), cancellation);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(EngineStatement? statement, Func<RowCursor, T> read, CancellationToken cancellation)
    {
        if (statement is null || !await HasAsync(statement.Table, cancellation))
            return [];
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
