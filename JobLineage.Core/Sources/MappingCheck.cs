using System.Data;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Tries the expressions of a mapping on its table, as <c>select … limit 0</c>.</summary>
/// <param name="mapping">The mapping.</param>
/// <param name="connection">An open connection.</param>
/// <param name="timeoutSeconds">Time limit of a statement.</param>
internal sealed class MappingCheck(SourceMapping mapping, NpgsqlConnection connection, int timeoutSeconds)
{
    private uint stateType;

    /// <summary>The type of the parent expression as Postgres writes it; null without one.</summary>
    public string? ParentType { get; private set; }

    /// <summary>The first member of the mapping that does not work, with its expression and the reason; null when all do.</summary>
    public async Task<(string Member, string Expression, string Message)?> FindFaultAsync(CancellationToken cancellation)
    {
        var all = Expressions().ToList();
        try
        {
            await TryAsync(string.Join(", ", all.Select(e => e.Sql)), "true", cancellation);
        }
        catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.InsufficientPrivilege)
        {
            foreach (var (member, expression, sql) in all)
            {
                if (await FaultAsync(sql, "true", cancellation) is { } message)
                    return (member, expression, message);
            }

            throw;
        }

        foreach (var condition in mapping.Unfinished)
        {
            if (await FaultAsync("1", condition, cancellation) is { } message)
                return (nameof(mapping.Unfinished), condition, message);
        }

        return null;
    }

    /// <summary>The labels of the state's enum; null when it is not one.</summary>
    public async Task<IReadOnlyList<string>?> StateLabelsAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select enumlabel::text from pg_enum where enumtypid = $1 order by enumsortorder", connection)
        { CommandTimeout = timeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter { Value = stateType, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        var labels = await command.TextsAsync(cancellation);
        return labels.Count == 0 ? null : labels;
    }

    private IEnumerable<(string Member, string Expression, string Sql)> Expressions()
    {
        // The first two are asked for their types, and so are not cast.
        yield return (nameof(mapping.State), mapping.State, $"({mapping.State})");
        yield return (nameof(mapping.ParentId), mapping.ParentId ?? "null", $"({mapping.ParentId ?? "null::text"})");
        (string Member, string? Expression, string Type)[] others =
        [
            (nameof(mapping.Worker), mapping.Worker, "text"),
            (nameof(mapping.Queue), mapping.Queue, "text"),
            (nameof(mapping.RunKey), mapping.RunKey, "text"),
            (nameof(mapping.RunKeyIndexed), mapping.RunKeyIndexed, "text"),
            (nameof(mapping.Step), mapping.Step, "text"),
            (nameof(mapping.Attempt), mapping.Attempt, "bigint"),
            (nameof(mapping.MaxAttempts), mapping.MaxAttempts, "bigint"),
            (nameof(mapping.Priority), mapping.Priority, "bigint"),
            (nameof(mapping.InsertedAt), mapping.InsertedAt, "timestamptz"),
            (nameof(mapping.ScheduledAt), mapping.ScheduledAt, "timestamptz"),
            (nameof(mapping.AttemptedAt), mapping.AttemptedAt, "timestamptz"),
            (nameof(mapping.FinishedAt), mapping.FinishedAt, "timestamptz"),
            (nameof(mapping.AttemptedBy), mapping.AttemptedBy, "text"),
            (nameof(mapping.Args), mapping.Args, "text"),
            (nameof(mapping.Meta), mapping.Meta, "text"),
            (nameof(mapping.Errors), mapping.Errors, "text"),
            (nameof(mapping.LastError), mapping.LastError, "text"),
            .. mapping.ExpectedChildrenOf.Select(e => ($"{nameof(mapping.ExpectedChildren)}:{e.Key}", (string?)e.Value, "text")),
            (nameof(mapping.ExpectedChildren), mapping.ExpectedChildren, "text"),
            (nameof(mapping.ExpectedChildren), mapping.ExpectedSql, "text"),
        ];
        foreach (var (member, expression, type) in others)
        {
            if (expression is not null)
                yield return (member, expression, $"({expression})::{type}");
        }
    }

    private async Task<string?> FaultAsync(string columns, string condition, CancellationToken cancellation)
    {
        try
        {
            await TryAsync(columns, condition, cancellation);
            return null;
        }
        catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.InsufficientPrivilege)
        {
            return e.MessageText;
        }
    }

    private async Task TryAsync(string columns, string condition, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select {columns} from {mapping.QualifiedTable} where ({condition}) limit 0", connection)
        { CommandTimeout = timeoutSeconds };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellation);
        if (reader.FieldCount < 2)
            return;
        stateType = reader.GetDataTypeOID(0);
        ParentType = mapping.ParentId is null ? null : reader.GetDataTypeName(1);
    }
}
