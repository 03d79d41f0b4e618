using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>Puts the trigger feed beside a table, takes it away, and says what is there.</summary>
/// <param name="mapping">The table.</param>
/// <param name="database">Connections to its database.</param>
public sealed class TriggerInstaller(SourceMapping mapping, NpgsqlDataSource database)
{
    // The function's name says whose it is, and not the table's: a table keeps its triggers when it is renamed.
    private const string Find = """
        select p.proname, obj_description(p.oid, 'pg_proc'),
            -- By row on a partitioned table, where each partition has its own, enabled one.
            count(*) filter (where t.tgenabled in ('O', 'A') and t.tgname = any($2)
                and (c.relkind <> 'p' or t.tgname = 'job_lineage_truncate' or t.tgtype & 1 = 1)) = cardinality($2)
                and not exists (
                    select from pg_trigger clone where clone.tgfoid = p.oid and clone.tgparentid <> 0 and clone.tgenabled not in ('O', 'A'))
                -- Whose log it is could put other things in its place, which would then act as the reader.
                and not exists (select from pg_trigger strange where strange.tgrelid = change.oid)
                and not exists (select from pg_rewrite strange where strange.ev_class = change.oid)
                and not exists (select from pg_inherits strange where strange.inhparent = change.oid)
                -- A type of his own has casts of his own.
                and not exists (
                    select from pg_attribute a
                    where a.attrelid = change.oid and a.attnum > 0 and not a.attisdropped
                        and (a.attname::text, a.atttypid) not in (('id', 'text'::regtype), ('via', 'smallint'::regtype), ('image', 'json'::regtype)))
                and coalesce(change.relkind = 'r' and not change.relrowsecurity, true),
            coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(feed.oid, 'select')
                and has_table_privilege(feed.oid, 'update') and has_table_privilege(change.oid, 'select')
                and has_table_privilege(change.oid, 'delete') and has_table_privilege(change.oid, 'truncate') and has_table_privilege(gate.oid, 'select')
                and has_table_privilege(gate.oid, 'update'), false),
            feed.oid is not null and change.oid is not null and gate.oid is not null,
            -- Images overflow.
            coalesce(pg_relation_size(change.oid), 0) + coalesce(pg_relation_size(nullif(change.reltoastrelid, 0)), 0),
            -- Whatever is dropped, made, disabled, enabled, emptied or rewritten leaves another number behind.
            concat_ws(' ', p.oid, min(p.xmin::text), change.oid, change.relfilenode, gate.oid, string_agg(t.oid || ':' || t.xmin, ',' order by t.oid),
                -- A partition that comes, goes or is emptied fires nothing.
                case c.relkind when 'p' then (
                    select string_agg(part.oid || ':' || part.relfilenode, ',' order by part.oid)
                    from pg_partition_tree(c.oid) tree join pg_class part on part.oid = tree.relid) end)
        from pg_class c
            join pg_namespace cn on cn.oid = c.relnamespace
            join pg_trigger t on t.tgrelid = c.oid
            join pg_proc p on p.oid = t.tgfoid
            join pg_namespace n on n.oid = p.pronamespace
            left join pg_class feed on feed.relnamespace = n.oid and feed.relname = 'feed'
            left join pg_class change on change.relnamespace = n.oid and change.relname = replace(p.proname, 'log_', 'change_')
            left join pg_class gate on gate.relnamespace = n.oid and gate.relname = replace(p.proname, 'log_', 'gate_')
        where cn.nspname = $1 and c.relname = $3 and n.nspname = 'job_lineage' and not t.tgisinternal and t.tgparentid = 0
            and p.proname like 'log\_%' and p.proname !~ '^log_[0-9a-f]{8}_[0-9]+$'
        group by p.oid, p.proname, n.oid, feed.oid, change.oid, gate.oid, change.reltoastrelid, change.relfilenode, change.relkind, change.relrowsecurity, c.oid, c.relkind
        order by 3 desc
        limit 1
        """;

    /// <summary>Of each of the other tables whether it has all its triggers, enabled, and a text that is another one when one was away or the table is another.</summary>
    private const string FindOthers = """
        select coalesce(bool_and(is_whole), true), coalesce(string_agg(stamp, ' ' order by place), '')
        from (
            select place, count(*) filter (where t.tgname = any(names) and t.tgenabled in ('O', 'A')
                    and (c.relkind <> 'p' or t.tgname like '%\_truncate' or t.tgtype & 1 = 1)) = cardinality(names)
                    -- Each partition has its own.
                    and not exists (select from pg_trigger clone where clone.tgfoid = min(p.oid) and clone.tgparentid <> 0 and clone.tgenabled not in ('O', 'A')) as is_whole,
                concat_ws(' ', c.oid, c.relfilenode, min(p.xmin::text), string_agg(t.oid || ':' || t.xmin, ',' order by t.oid),
                    case c.relkind when 'p' then (
                        select string_agg(part.oid || ':' || part.relfilenode, ',' order by part.oid)
                        from pg_partition_tree(c.oid) tree join pg_class part on part.oid = tree.relid) end) as stamp
            from unnest($1, $2, $3) with ordinality w (relation, function, kinds, place)
                cross join lateral (select string_to_array(kinds, ' ') as names) n
                left join (pg_class c join pg_namespace s on s.oid = c.relnamespace) on s.nspname = (parse_ident(relation))[1] and c.relname = (parse_ident(relation))[2]
                left join pg_proc p on p.proname = function and p.pronamespace = to_regnamespace('job_lineage')
                left join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = p.oid and not t.tgisinternal and t.tgparentid = 0
            group by place, names, c.oid, c.relfilenode, c.relkind) tables
        """;

    /// <summary>Whether the columns that images are made of are those that the mapping asks for: one may have come, gone or been renamed.</summary>
    private const string FindImage = """
        select f.image_columns is not distinct from (
            select array_agg(a.attname::text order by a.attnum) from pg_attribute a
            where a.attrelid = to_regclass($2) and a.attnum > 0 and not a.attisdropped and a.attname = any($3))
        from job_lineage.feed f where f.key = $1
        """;

    private const string FindTable = """
        select c.relkind::text, pg_has_role(c.relowner, 'usage'), c.relkind = 'r' and exists (select from pg_inherits i where i.inhparent = c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2
        """;

    private readonly TriggerSql sql = new(mapping);

    /// <summary>What is installed on the table. Reads the catalog, for which no rights are needed.</summary>
    public async Task<TriggerState> InspectAsync(CancellationToken cancellation)
    {
        if (await OwnAsync(cancellation) is not { } own)
            return TriggerState.None;
        var (function, comment, isWhole, mayRead, hasTables, logged, stamp) = own;
        var names = TriggerNames.OfFunction(function);
        int? version = comment.Split(" for ")[0] is var said && int.TryParse(said.AsSpan(said.LastIndexOf(' ') + 1), out var number) && said == TriggerSql.CommentOf(number) ? number : null;
        if (TriggerSql.IsWide(mapping) && version == TriggerSql.Version)
        {
            var (others, further) = await OthersAsync(cancellation);
            (isWhole, stamp) = (isWhole && others, $"{stamp} {further}");
            if (mapping.Deleted is not null && mayRead && comment == sql.Comment)
                isWhole &= await KeepsTheColumnsAsync(cancellation);
        }

        var presence = (names, isWhole && hasTables, mayRead) switch
        {
            (null, _, _) => TriggerPresence.OtherVersion,
            _ when version != TriggerSql.Version => TriggerPresence.OtherVersion,
            _ when comment != sql.Comment => TriggerPresence.OtherMapping,
            (_, false, _) => TriggerPresence.Incomplete,
            (_, _, false) => TriggerPresence.NoPrivilege,
            _ => TriggerPresence.Ready,
        };
        return new(presence, names, version, logged, stamp);
    }

    private async Task<(string Function, string Comment, bool IsWhole, bool MayRead, bool HasTables, long Logged, string Stamp)?> OwnAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find);
        command.With(mapping.Schema, Parameters.Texts(TriggerNames.Triggers), mapping.Table).CommandTimeout = 15;
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        return await row.NextAsync(cancellation)
            ? (row.Text(), row.TextOrNull() ?? "", row.Bool(), row.Bool(), row.Bool(), row.Long(), row.Text())
            : null;
    }

    private async Task<bool> KeepsTheColumnsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindImage);
        command.With(sql.Names.Key, mapping.QualifiedTable, Parameters.Texts(sql.Logged[0].Image)).CommandTimeout = 15;
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<(bool AreWhole, string Stamp)> OthersAsync(CancellationToken cancellation)
    {
        var others = sql.Logged.Skip(1).ToList();
        await using var command = database.CreateCommand(FindOthers);
        command.With(
            Parameters.Texts(others.Select(t => t.Table)), Parameters.Texts(others.Select(t => t.Function.Split('.')[1])),
            Parameters.Texts(others.Select(t => string.Join(' ', LoggedTable.Kinds.Select(t.Trigger))))).CommandTimeout = 15;
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        await row.NextAsync(cancellation);
        return (row.Bool(), row.Text());
    }

    /// <summary>Installs; once more is the same as once.</summary>
    /// <param name="reader">A role that shall read the log; null: the one that installs does.</param>
    /// <param name="index">Whether to make the advised index too.</param>
    /// <param name="cancellation">Stops; what was installed stays, what was begun is undone.</param>
    /// <exception cref="TriggerException">It can't be done; the message is a sentence.</exception>
    public async Task InstallAsync(string? reader = null, bool index = false, CancellationToken cancellation = default)
    {
        await RefuseAsync(cancellation);
        await RunAsync(sql.Install(reader), cancellation);
        if (index && sql.CreateIndex is { } create)
        {
            if (await IsIndexInvalidAsync(cancellation))
                await RunAsync(sql.DropIndex, cancellation);
            await RunAsync(create, cancellation);
        }
    }

    /// <summary>Removes all that was installed, the advised index too.</summary>
    /// <exception cref="TriggerException">It can't be done; the message is a sentence.</exception>
    public async Task UninstallAsync(CancellationToken cancellation = default)
    {
        await RunAsync(sql.Uninstall, cancellation);
        if (await IndexAsync(cancellation) is not null)
            await RunAsync(sql.DropIndex, cancellation);
    }

    /// <summary>CREATE INDEX CONCURRENTLY leaves an index behind that serves nobody when it fails.</summary>
    private async Task<bool> IsIndexInvalidAsync(CancellationToken cancellation) => await IndexAsync(cancellation) == false;

    private async Task<bool?> IndexAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select i.indisvalid
            from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = $2
            """).With(mapping.Schema, sql.Names.Index);
        return (bool?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task RefuseAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindTable).With(mapping.Schema, mapping.Table);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
            throw new TriggerException($"Source '{mapping.Name}': there is no table {mapping.Schema}.{mapping.Table}; nothing was installed.");
        if (row.GetString(0) is not ("r" or "p"))
        {
            throw new TriggerException(
                $"Source '{mapping.Name}': {mapping.Schema}.{mapping.Table} is not a table, and only tables have triggers; it is followed by polling (Feed: poll).");
        }

        if (row.GetBoolean(2))
        {
            throw new TriggerException(
                $"Source '{mapping.Name}': other tables inherit from {mapping.Schema}.{mapping.Table}, and what is written to those fires no trigger of it; it is followed by polling (Feed: poll).");
        }
    }

    private async Task RunAsync(string text, CancellationToken cancellation)
    {
        // Not pooled again when it fails: the transaction is ended with its connection.
        await using var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            // An index may take long; triggers have a limit of their own on what they wait for.
            await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new TriggerException(
                $"Table {mapping.Schema}.{mapping.Table} was busy: other transactions held it for more than 2 seconds. Nothing was changed; try again when no long transaction runs on it.", e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new TriggerException(
                $"Source '{mapping.Name}': {e.MessageText}. Nothing was changed; run it as the table's owner, or let an administrator run what --print shows.", e);
        }
    }
}

/// <summary>The trigger can't be installed or removed; the message is a sentence with the next step.</summary>
public sealed class TriggerException : Exception
{
    /// <summary>A refusal.</summary>
    public TriggerException(string message) : base(message)
    {
    }

    /// <summary>A refusal by the database.</summary>
    public TriggerException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Whether the same may work in a moment.</summary>
    public bool IsRetryable => InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };
}
