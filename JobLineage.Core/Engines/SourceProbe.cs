using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// Looks at a source's table before anything is read from it: is it there, may it be read, does the mapping fit it, can every statement
/// that the program will run be run, and does the row hold all that the mapping reads. Reads the catalog, and no row of the table.
/// </summary>
public static class SourceProbe
{
    private const int TimeoutSeconds = 15;

    private const string FindTable = """
        select
            exists (select from pg_namespace where nspname = $1),
            (select coalesce(string_agg(n2.nspname, ', ' order by n2.nspname), '')
                from pg_class c2 join pg_namespace n2 on n2.oid = c2.relnamespace
                where c2.relname = $2 and c2.relkind in ('r', 'p', 'v', 'm', 'f')),
            c.oid,
            format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), null),
            c.relkind::text,
            exists (select from pg_inherits i where i.inhparent = c.oid),
            c.relkind = 'p' and exists (
                with recursive part as (
                    select inhrelid from pg_inherits where inhparent = c.oid
                    union all select i.inhrelid from part join pg_inherits i on i.inhparent = part.inhrelid)
                select from part join pg_class p on p.oid = part.inhrelid where p.relkind = 'f'),
            current_user::text,
            not coalesce(a.attnotnull, true)
        from (select 1) one
            left join (pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = $1)
                on c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')
            left join pg_attribute a on a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped
            left join pg_type t on t.oid = a.atttypid
        """;

    /// <summary>
    /// Which of some tables hide rows from this user: row level security is active, and there is no policy that lets all rows pass, or one that takes some away; and a name for a
    /// policy that would show them: NULL where none would, since what a restrictive policy takes away no other gives back. Names are looked up in the catalog, for which no right
    /// to use their schemas is needed.
    /// </summary>
    private const string FindHiding = """
        select name, case when policies.cut then null
            when exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'job_lineage_reads') then 'job_lineage_reads_' || current_user else 'job_lineage_reads' end,
            current_user::text
        from unnest($1) with ordinality o (name, place)
            join pg_namespace n on n.nspname = (parse_ident(name))[1] join pg_class c on c.relnamespace = n.oid and c.relname = (parse_ident(name))[2]
            cross join lateral (
                select coalesce(bool_or(polpermissive and whole), false) as shown, coalesce(bool_or(not polpermissive and not whole), false) as cut
                from (
                    select polpermissive, coalesce(pg_get_expr(polqual, polrelid), 'true') = 'true' as whole
                    from pg_policy
                    where polrelid = c.oid and polcmd in ('r', '*')
                        and (polroles = '{0}'::oid[] or exists (select from unnest(polroles) r (oid) where r.oid <> 0 and pg_has_role(r.oid, 'usage')))) mine) policies
        where row_security_active(c.oid) and (policies.cut or not policies.shown)
        order by place
        """;

    /// <summary>Of each of some tables whether it is there, can have triggers where it must (it has a column), and has the column.</summary>
    private const string FindOthers = """
        select c.oid is not null, coalesce(wanted is null or c.relkind in ('r', 'p'), true),
            wanted is null or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = wanted and a.attnum > 0 and not a.attisdropped)
        from unnest($1, $2) with ordinality o (relation, wanted, place)
            left join (pg_class c join pg_namespace n on n.oid = c.relnamespace) on n.nspname = (parse_ident(relation))[1] and c.relname = (parse_ident(relation))[2]
        order by place
        """;

    /// <summary>Columns of a table by their names.</summary>
    private const string FindColumns = """
        -- Of a domain what it is made of: a part of a value may not be one of the domain's.
        select a.attname::text, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), case when t.typbasetype <> 0 then t.typtypmod else a.atttypmod end), t.typcategory = 'S'
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped and a.attname = any($2)
        order by a.attnum
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
        catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            // No row is read: what the server says holds no value of one.
            return new(null, SourceFaults.Explain(mapping.Name, e, SqlStateSentences.FirstLine));
        }
    }

    private static async Task<ProbeOutcome> ProbeAsync(
        SourceMapping mapping, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var table = $"{mapping.Schema}.{mapping.Table}";
        var (problem, found) = await FindAsync(mapping, table, connection, cancellation);
        IReadOnlyCollection<string> missing = [];
        if (problem is null)
            (mapping, missing) = await EngineFit.OfAsync(mapping, connection, TimeoutSeconds, cancellation);
        if (problem is null && mapping.Changes.Count > 0)
            problem = await FindLackingAsync(mapping, connection, cancellation);
        if (problem is not null)
            return new(null, problem);
        var check = new MappingCheck(mapping, connection, TimeoutSeconds);
        try
        {
            if (await check.FindFaultAsync(cancellation) is { } fault)
                return Faulty(fault);
            var labels = await check.StateLabelsAsync(cancellation);
            var source = new ProbedSource(mapping, found!.IdKind, found.IdType, labels, found.Kind is TableKind.Table or TableKind.Partitioned or TableKind.Inherited or TableKind.Materialized)
            {
                ParentIdKind = check.Types.GetValueOrDefault(nameof(mapping.ParentId)) is { } parent && KindOf(parent) is { } parentKind and not JobIdKind.Text ? parentKind : null,
                Types = check.Types,
                Kind = found.Kind,
                MayLackIds = found.MayLackIds,
                Missing = missing,
                HidingTables = await HidingAsync(mapping, connection, cancellation),
            };
            source = await SourceReach.FindAsync(source, connection, TimeoutSeconds, cancellation);
            if (mapping.Deleted is not null)
                source = source with { Columns = await ColumnsAsync(mapping, found.Table, connection, cancellation) };
            var scan = mapping.ParentId is null || mapping.RunKey is not null ? ParentLookup.None : ParentLookup.Scan;
            return await check.FindRefusedAsync(source, scan, cancellation) is { } refused ? Faulty(refused) : new(source, null);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return new(null, NoPrivilege(mapping, table, found!.User, e));
        }

        ProbeOutcome Faulty(MappingFault fault) => new(null, new(SourceProblemKind.BadExpression, fault.Member is { } member
            ? $"Source '{mapping.Name}': {member} `{OneLine(fault.Expression)}` does not work on {table}: {fault.Message}; set its {member.Split(':')[0]}."
            : $"Source '{mapping.Name}': each expression of its mapping works on {table} by itself, but not together in the statement for {fault.Expression}: {fault.Message}; write {RowSql.Alias}.column where a name may mean two things."));
    }

    private static async Task<(SourceProblem? Problem, FoundTable? Found)> FindAsync(
        SourceMapping mapping, string table, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindTable, connection) { CommandTimeout = TimeoutSeconds }.With(mapping.Schema, mapping.Table, mapping.Id);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        await row.NextAsync(cancellation);
        var (hasSchema, elsewhere) = (row.Bool(), row.Text() is { Length: > 0 } schemas ? $"; a table of that name is in {schemas}" : "");
        if (!hasSchema)
            return Problem(SourceProblemKind.NoSchema, $"there is no schema '{mapping.Schema}'{elsewhere}; set its Schema.");
        if (row.OidOrNull() is not { } oid)
            return Problem(SourceProblemKind.NoTable, $"schema '{mapping.Schema}' has no table '{mapping.Table}'{elsewhere}; set its Schema or Table.");
        if (row.TextOrNull() is not { } idType)
            return Problem(SourceProblemKind.BadId, $"table {table} has no column '{mapping.Id}' for the id; set its Id.");
        if (KindOf(idType) is not { } kind)
            return Problem(SourceProblemKind.BadId, $"column '{mapping.Id}' of {table} is {idType}, which can't be an id; set its Id to an integer, uuid or text column.");
        var what = (row.Text(), row.Bool(), row.Bool()) switch
        {
            ("v", _, _) => TableKind.View,
            ("m", _, _) => TableKind.Materialized,
            ("f", _, _) or (_, _, true) => TableKind.Foreign,
            ("p", _, _) => TableKind.Partitioned,
            (_, true, _) => TableKind.Inherited,
            _ => TableKind.Table,
        };
        return (null, new(oid, what, idType, kind, row.Text(), row.Bool()));

        (SourceProblem?, FoundTable?) Problem(SourceProblemKind kind, string message) => (new(kind, $"Source '{mapping.Name}': {message}"), null);
    }

    /// <summary>The first of the other tables that is not there, or lacks the column by which it names jobs.</summary>
    private static async Task<SourceProblem?> FindLackingAsync(SourceMapping mapping, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindOthers, connection) { CommandTimeout = TimeoutSeconds }.With(
            Parameters.Texts(mapping.Changes.Select(c => c.QualifiedName(mapping))), Parameters.Texts(mapping.Changes.Select(c => c.Column)));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        foreach (var change in mapping.Changes)
        {
            await row.NextAsync(cancellation);
            var (isThere, isTable, hasColumn) = (row.Bool(), row.Bool(), row.Bool());
            var lacking = (isThere, isTable, hasColumn) switch
            {
                (false, _, _) => "is not there",
                (_, false, _) => "is not a table, and only tables have triggers",
                (_, _, false) => $"has no column '{change.Column}'",
                _ => null,
            };
            if (lacking is not null)
                return new(SourceProblemKind.BadExpression, $"Source '{mapping.Name}': {change.Schema ?? mapping.Schema}.{change.Table}, which its Changes name, {lacking}; mend Changes.");
        }

        return null;
    }

    /// <summary>Which of the tables that a mapping names may hide rows from this user: a job whose row is shown can lack what a joined table hides.</summary>
    private static async Task<IReadOnlyList<HidingTable>> HidingAsync(SourceMapping mapping, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindHiding, connection) { CommandTimeout = TimeoutSeconds }
            .With(Parameters.Texts(mapping.Changes.Select(c => c.QualifiedName(mapping)).Prepend(mapping.QualifiedTable).Distinct()));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        var hiding = new List<HidingTable>();
        while (await row.NextAsync(cancellation))
            hiding.Add(new(row.Text(), row.TextOrNull(), row.Text()));
        return hiding;
    }

    private static async Task<IReadOnlyList<ImageColumn>> ColumnsAsync(SourceMapping mapping, uint table, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindColumns, connection) { CommandTimeout = TimeoutSeconds }.With(table, Parameters.Texts(Members.Words(mapping)));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        var columns = new List<ImageColumn>();
        while (await row.NextAsync(cancellation))
            columns.Add(new(row.Text(), row.Text(), row.Bool()));
        return columns;
    }

    private static SourceProblem NoPrivilege(SourceMapping mapping, string table, string user, PostgresException e)
    {
        var (name, role) = (mapping.Name, SourceMapping.Quote(user));
        return new(SourceProblemKind.NoPrivilege, SourceFaults.Denied(e) switch
        {
            ("schema", var schema) when schema != mapping.Schema =>
                $"Source '{name}': user '{user}' may not use schema {schema}, which the mapping reads ({e.MessageText}); run: grant usage on schema {SourceMapping.Quote(schema)} to {role}.",
            ("function" or "type", var thing) =>
                $"Source '{name}': user '{user}' may not use {thing}, which the mapping calls ({e.MessageText}); grant {(e.MessageText.Contains("function", StringComparison.Ordinal) ? "EXECUTE" : "USAGE")} on it to {role}.",
            (not "schema", var other) when other != mapping.Table =>
                $"Source '{name}': user '{user}' may not read {other}, which the mapping of {table} reads too ({e.MessageText}); run: grant select on {SourceMapping.Quote(other)} to {role}.",
            _ => $"Source '{name}': user '{user}' may not read {table} ({e.MessageText}); run: grant usage on schema {SourceMapping.Quote(mapping.Schema)} to {role}; grant select on {mapping.QualifiedTable} to {role}.",
        });
    }

    private static JobIdKind? KindOf(string type) => type switch
    {
        "smallint" or "integer" or "bigint" => JobIdKind.BigInt,
        "uuid" => JobIdKind.Uuid,
        "text" or "character varying" => JobIdKind.Text,
        _ => null,
    };

    private static string OneLine(string expression) =>
        string.Join(' ', expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed record FoundTable(uint Table, TableKind Kind, string IdType, JobIdKind IdKind, string User, bool MayLackIds);
}
