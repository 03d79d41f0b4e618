using System.Data;
using JobLineage.Core.Engines.Sql;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// Tries a mapping on its table: first each expression for its type, then every statement that the program runs, as <c>explain</c>:
/// Postgres checks names, types, operators and rights, and reads no row.
/// </summary>
/// <param name="mapping">The mapping.</param>
/// <param name="connection">An open connection.</param>
/// <param name="timeoutSeconds">Time limit of a statement.</param>
internal sealed class MappingCheck(SourceMapping mapping, NpgsqlConnection connection, int timeoutSeconds)
{
    /// <summary>The types of the expressions by member; filled by <see cref="FindFaultAsync"/>.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>The type of the state, as a number of the catalog.</summary>
    private uint stateType;

    /// <summary>The first member of the mapping that does not work; null when all do.</summary>
    /// <exception cref="PostgresException">Something else than the mapping stands in the way.</exception>
    public async Task<MappingFault?> FindFaultAsync(CancellationToken cancellation)
    {
        try
        {
            await SetZoneAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            return new(nameof(mapping.TimeZone), mapping.TimeZone, "this server knows no such time zone");
        }

        // What only an image has is no column of the table: the statement that reads images is planned with all others.
        var all = Members.Of(mapping).Where(m => !SqlText.Names(m.Expression).Contains(RowSql.ImageDeletedAt)).ToList();
        try
        {
            await TypesAsync(all, cancellation);
            await TryAsync(string.Join(", ", all.Select(Typed)), "true", cancellation);
        }
        catch (PostgresException e) when (SourceFaults.IsMapping(e))
        {
            foreach (var member in all)
            {
                if (await FaultAsync(Typed(member), "true", cancellation) is { } error)
                    return new(member.Member, member.Expression, Hint(error));
            }

            throw;
        }

        foreach (var condition in mapping.Unfinished)
        {
            if (await FaultAsync("1", condition, cancellation) is { } error)
                return new(nameof(mapping.Unfinished), condition, Hint(error));
        }

        return null;
    }

    /// <summary>The first statement of the program that can't be planned; null when all can.</summary>
    /// <param name="source">The mapping, and what is known of its types.</param>
    /// <param name="lookup">How children are found.</param>
    /// <param name="cancellation">Stops the planning.</param>
    public async Task<MappingFault?> FindRefusedAsync(ProbedSource source, ParentLookup lookup, CancellationToken cancellation)
    {
        var statements = SourceStatements.Of(source, lookup);
        await using var batch = new NpgsqlBatch(connection) { Timeout = timeoutSeconds + 5 };
        batch.BatchCommands.Add(new(SourceSettings.Select(mapping, timeoutSeconds)));
        foreach (var statement in statements)
            batch.Add(PlanReading.Explain(statement.Sql), statement.Parameters(IdParameters.Any(source.IdKind)));

        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (SourceFaults.IsMapping(e))
        {
            var at = e.BatchCommand is { } failed ? batch.BatchCommands.IndexOf((NpgsqlBatchCommand)failed) - 1 : -1;
            return new(null, at >= 0 ? statements[at].Use : "a statement of the program", Hint(e));
        }
    }

    /// <summary>The labels of the state's enum; null when it is not one.</summary>
    public async Task<IReadOnlyList<string>?> StateLabelsAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select enumlabel::text from pg_enum where enumtypid = $1 order by enumsortorder", connection)
        { CommandTimeout = timeoutSeconds }.With(stateType);
        var labels = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            labels.Add(reader.GetString(0));
        return labels.Count == 0 ? null : labels;
    }

    private static string Typed((string Member, string Expression, string Type) member) => $"({member.Expression})::{member.Type}";

    /// <summary>What Postgres says; where the row was called by another name than its own, also what that is.</summary>
    private string Hint(PostgresException error) =>
        error.SqlState == PostgresErrorCodes.UndefinedTable && error.MessageText.Contains($"\"{mapping.Table}\"", StringComparison.Ordinal)
            ? $"{error.MessageText} (the row is called {RowSql.Alias}: write {RowSql.Alias}.column)"
            : error.MessageText;

    private async Task SetZoneAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SourceSettings.Select(mapping, timeoutSeconds), connection) { CommandTimeout = timeoutSeconds + 5 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task TypesAsync(List<(string Member, string Expression, string Type)> members, CancellationToken cancellation)
    {
        await using var reader = await ReadAsync(string.Join(", ", members.Select(m => $"({m.Expression})")), "true", cancellation);
        for (var i = 0; i < members.Count; i++)
            Types[members[i].Member] = reader.GetDataTypeName(i);
        stateType = reader.GetDataTypeOID(0);
    }

    private async Task<PostgresException?> FaultAsync(string columns, string condition, CancellationToken cancellation)
    {
        try
        {
            await TryAsync(columns, condition, cancellation);
            return null;
        }
        catch (PostgresException e) when (SourceFaults.IsMapping(e))
        {
            return e;
        }
    }

    private async Task TryAsync(string columns, string condition, CancellationToken cancellation)
    {
        await using var reader = await ReadAsync(columns, condition, cancellation);
    }

    private async Task<NpgsqlDataReader> ReadAsync(string columns, string condition, CancellationToken cancellation)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = timeoutSeconds + 5 };
        batch.BatchCommands.Add(new(SourceSettings.Select(mapping, timeoutSeconds)));
        batch.BatchCommands.Add(new($"select {columns} from {RowSql.From(mapping)} where ({condition}) limit 0"));
        var reader = await batch.ExecuteReaderAsync(CommandBehavior.Default, cancellation);
        try
        {
            await reader.NextResultAsync(cancellation);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }
}

/// <summary>What of a mapping does not work.</summary>
/// <param name="Member">The member; null when each works by itself and a statement made of them does not.</param>
/// <param name="Expression">Its expression, or what the statement is for.</param>
/// <param name="Message">What Postgres says.</param>
internal sealed record MappingFault(string? Member, string Expression, string Message);
