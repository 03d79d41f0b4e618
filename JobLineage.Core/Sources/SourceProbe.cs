using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// Looks at a source's table before anything is read from it: is it there, may it be read, does the mapping fit it.
/// Reads the catalog, and no row of the table.
/// </summary>
public static class SourceProbe
{
    private const int TimeoutSeconds = 15;

    private const string FindTable = """
        select
            (select oid from pg_namespace where nspname = $1),
            c.oid,
            c.relkind in ('r', 'p', 'm', 'f') as has_rows_of_its_own,
            (select coalesce(string_agg(n2.nspname, ', ' order by n2.nspname), '')
                from pg_class c2 join pg_namespace n2 on n2.oid = c2.relnamespace
                where c2.relname = $2 and c2.relkind in ('r', 'p', 'v', 'm', 'f')),
            format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), null),
            current_user::text
        from (select 1) one
            left join (pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = $1)
                on c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')
            left join pg_attribute a on a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped
            left join pg_type t on t.oid = a.atttypid
        """;

    /// <summary>Looks at the table that a mapping names.</summary>
    /// <param name="mapping">How the table would be read.</param>
    /// <param name="database">Connections to its database.</param>
    /// <param name="cancellation">Stops the probe.</param>
    public static async Task<ProbeOutcome> ProbeAsync(
        SourceMapping mapping, NpgsqlDataSource database, CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            return await ProbeAsync(mapping, connection, cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException && !cancellation.IsCancellationRequested)
        {
            return new(null, Explain(mapping.Name, e));
        }
    }

    /// <summary>
    /// The sentence for an error of a source's database: an unreachable one is told apart from one that refuses.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="error">What the driver threw.</param>
    public static SourceProblem Explain(string source, Exception error) => error switch
    {
        // Starting up, shutting down, out of connections or resources, closed for maintenance (55000): all pass.
        PostgresException e when Is(e, "57P", "53", "08", PostgresErrorCodes.ObjectNotInPrerequisiteState) => new(
            SourceProblemKind.Unreachable,
            $"The database of source '{source}' does not take connections now ({e.MessageText}); try again in a moment."),
        PostgresException e when Is(e, "28") => new(
            SourceProblemKind.Refused,
            $"The database of source '{source}' refuses the user ({e.MessageText}); check user and password in its connection string."),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } e => new(
            SourceProblemKind.Refused, $"The server of source '{source}' has no such database ({e.MessageText}); check its connection string."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e => new(
            SourceProblemKind.NoPrivilege, $"Source '{source}' may not be read ({e.MessageText}); grant SELECT to the user of its connection string."),
        PostgresException { SqlState: PostgresErrorCodes.ObjectNotInPrerequisiteState } e => new(
            SourceProblemKind.Unreachable, $"The database of source '{source}' lets nobody in ({e.MessageText})."),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new(
            SourceProblemKind.Unreachable,
            $"The database of source '{source}' did not answer in time; try again, or ask `joblineage doctor` whether an index is missing."),
        PostgresException e => new(SourceProblemKind.BadExpression, $"Source '{source}' can't be read: {e.MessageText} ({e.SqlState})."),
        _ => new(
            SourceProblemKind.Unreachable,
            $"The database of source '{source}' can't be reached: {FirstLine(error)} Check host and port in its connection string, and that the server runs."),
    };

    private static async Task<ProbeOutcome> ProbeAsync(
        SourceMapping mapping, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var table = $"{mapping.Schema}.{mapping.Table}";
        bool hasRowVersions;
        string? idType;
        string user;
        await using (var command = new NpgsqlCommand(FindTable, connection) { CommandTimeout = TimeoutSeconds })
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mapping.Schema });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mapping.Table });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mapping.Id });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            await row.ReadAsync(cancellation);
            var elsewhere = row.GetString(3) is { Length: > 0 } schemas ? $"; a table of that name is in {schemas}" : "";
            if (row.IsDBNull(0))
                return Problem(SourceProblemKind.NoSchema, $"Source '{mapping.Name}': there is no schema '{mapping.Schema}'{elsewhere}; set its Schema.");
            if (row.IsDBNull(1))
                return Problem(SourceProblemKind.NoTable, $"Source '{mapping.Name}': schema '{mapping.Schema}' has no table '{mapping.Table}'{elsewhere}; set its Schema or Table.");
            hasRowVersions = row.GetBoolean(2);
            idType = row.IsDBNull(4) ? null : row.GetString(4);
            user = row.GetString(5);
        }

        if (idType is null)
            return Problem(SourceProblemKind.BadId, $"Source '{mapping.Name}': table {table} has no column '{mapping.Id}' for the id; set its Id.");
        if (KindOf(idType) is not { } kind)
            return Problem(SourceProblemKind.BadId, $"Source '{mapping.Name}': column '{mapping.Id}' of {table} is {idType}, which can't be an id; set its Id to an integer, uuid or text column.");

        var check = new MappingCheck(mapping, connection, TimeoutSeconds);
        try
        {
            if (await check.FindFaultAsync(cancellation) is { } fault)
                return Problem(SourceProblemKind.BadExpression, $"Source '{mapping.Name}': {fault.Member} `{OneLine(fault.Expression)}` does not work on {table}: {fault.Message}; set its {fault.Member}.");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return Problem(SourceProblemKind.NoPrivilege,
                $"Source '{mapping.Name}': user '{user}' may not read {table} ({e.MessageText}); run: grant usage on schema {SourceMapping.Quote(mapping.Schema)} to {SourceMapping.Quote(user)}; grant select on {mapping.QualifiedTable} to {SourceMapping.Quote(user)}.");
        }

        var found = new ProbedSource(
            mapping, kind, idType, await check.StateLabelsAsync(cancellation), hasRowVersions)
        {
            ParentIdKind = check.ParentType is { } parent && KindOf(parent) is { } parentKind and not JobIdKind.Text ? parentKind : null,
        };
        return new(found, null);

        static ProbeOutcome Problem(SourceProblemKind kind, string message) => new(null, new(kind, message));
    }

    private static bool Is(PostgresException error, params ReadOnlySpan<string> classes)
    {
        foreach (var code in classes)
        {
            if (error.SqlState.StartsWith(code, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static JobIdKind? KindOf(string type) => type switch
    {
        "smallint" or "integer" or "bigint" => JobIdKind.BigInt,
        "uuid" => JobIdKind.Uuid,
        "text" or "character varying" => JobIdKind.Text,
        _ => null,
    };

    private static string FirstLine(Exception error)
    {
        var text = (error.InnerException ?? error).Message.Split('\n', 2)[0].Trim().TrimEnd('.');
        return text + ".";
    }

    private static string OneLine(string expression) =>
        string.Join(' ', expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
