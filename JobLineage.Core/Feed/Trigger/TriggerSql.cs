using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// The SQL that puts the trigger feed beside a table and takes it away again. Pure: what <c>install --print</c> shows is
/// what <c>install</c> runs.
/// </summary>
/// <param name="mapping">The table.</param>
public sealed class TriggerSql(SourceMapping mapping)
{
    /// <summary>Counts up whenever what is installed changes; a trigger of another version is not read from.</summary>
    public const int Version = 3;

    /// <summary>Between two notifications of one table, in milliseconds.</summary>
    public const int GateMilliseconds = 100;

    /// <summary>The log may grow to this when nobody reads it: then logging stops, however short the absence.</summary>
    public const long LargestLog = 256L << 20;

    private readonly string table = mapping.QualifiedTable;
    private readonly string id = SourceMapping.Quote(mapping.Id);

    /// <summary>The names of what is installed.</summary>
    public TriggerNames Names { get; } = TriggerNames.Of(mapping);

    /// <summary>The comment of the trigger function: how an installation is told from one of another version.</summary>
    internal static string Comment(int version) => $"Job Lineage change feed, version {version}";

    /// <summary>
    /// Installs, in one transaction; doing it twice is doing it once. CREATE TRIGGER waits for those who write the table
    /// and makes others wait meanwhile: hence the short time limit.
    /// </summary>
    /// <param name="reader">A role that shall read the log; null: the role that installs does.</param>
    public string Install(string? reader = null) => $"""
        begin;
        set local lock_timeout = '2s';
        set local client_min_messages = 'warning';
        set local search_path = pg_catalog, pg_temp;
        {Do(SchemaBody)}
        create table if not exists {TriggerNames.Feed} (
            key          text primary key,
            source_table text not null,
            installed_at timestamptz not null default now(),
            consumed_at  timestamptz not null default now(),
            reader       uuid,        -- who reads the log now
            reader_until timestamptz  -- and until when others keep off
        );
        -- Unlogged: after a crash it is empty, and the reader, whose connection the crash took too, compares everything.
        create unlogged table if not exists {Names.Change} (id text)
            with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create sequence if not exists {Names.Gate};
        {Do(OwnersBody)}
        alter table {TriggerNames.Feed} add column if not exists reader uuid, add column if not exists reader_until timestamptz;
        {Function}
        comment on function {Names.Function}() is {SourceMapping.Literal(Comment(Version))};
        revoke all on function {Names.Function}() from public;
        {Do(HandOverBody)}
        {Do(TriggersBody)}
        insert into {TriggerNames.Feed} (key, source_table) values ('{Names.Key}', {SourceMapping.Literal(table)})
            on conflict (key) do update set source_table = excluded.source_table, installed_at = now(), consumed_at = now();
        {(reader is null ? "" : Grants(SourceMapping.Quote(reader)))}commit;

        """;

    /// <summary>Removes all of it, in one transaction; the store's tables in the same schema stay.</summary>
    public string Uninstall => $"""
        begin;
        set local lock_timeout = '2s';
        set local client_min_messages = 'warning';
        set local search_path = pg_catalog, pg_temp;
        {Do(DropTriggersBody)}
        {Do($"""
            begin
                if exists (select from pg_namespace where nspname = '{TriggerNames.Schema}') then
                    drop function if exists {Names.Function}();
                    drop table if exists {Names.Change};
                    drop sequence if exists {Names.Gate};
                    if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = '{TriggerNames.Schema}' and c.relname = 'feed') then
                        delete from {TriggerNames.Feed} where key = '{Names.Key}';
                        if not exists (select from {TriggerNames.Feed}) then
                            drop table {TriggerNames.Feed};
                        end if;
                    end if;
                    if not exists (
                        select from pg_depend d join pg_namespace n on n.oid = d.refobjid
                        where d.refclassid = 'pg_namespace'::regclass and n.nspname = '{TriggerNames.Schema}') then
                        drop schema {TriggerNames.Schema};
                    end if;
                end if;
            end
            """)}
        commit;

        """;

    /// <summary>
    /// The expression by which the children of a job (or the jobs of a run) are found, as an index holds it; null where the mapping has
    /// none, or one that reads other rows, which no index can hold.
    /// </summary>
    public string? IndexedExpression => (mapping.RunKey is null ? mapping.ParentId : mapping.RunKeyIndexed) is { } expression && !SqlText.HasSubquery(expression)
        ? SqlText.WithoutAlias(expression)
        : null;

    /// <summary>
    /// Makes the advised index, without making anybody wait; must not stand in a transaction. Null where the mapping has
    /// nothing to index.
    /// </summary>
    public string? CreateIndex => IndexedExpression is { } expression
        ? $"create index concurrently if not exists {Names.Index} on {table} (({expression})) where ({expression}) is not null"
        : null;

    /// <summary>Drops the advised index; must not stand in a transaction.</summary>
    public string DropIndex => $"drop index concurrently if exists {SourceMapping.Quote(mapping.Schema)}.{Names.Index}";

    /// <summary>
    /// Whoever owns the schema could put other tables in the place of ours, and triggers of theirs would then run as the
    /// one who installs.
    /// </summary>
    private static string SchemaBody => $"""
        declare
            owner name;
        begin
            select r.rolname into owner from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname = '{TriggerNames.Schema}';
            if owner is null then
                create schema {TriggerNames.Schema};
            elsif owner <> current_user and not exists (select from pg_roles where rolname = owner and rolsuper) then
                raise exception using errcode = '42501',
                    message = format('schema {TriggerNames.Schema} belongs to %I, who could then act as %I: install as %I', owner, current_user, owner);
            end if;
        end
        """;

    private string OwnersBody => $"""
        declare
            thing text;
        begin
            select format('%s %I.%I', what, '{TriggerNames.Schema}', name) into thing
            from (
                select 'relation' as what, c.relname as name, c.relowner as owner from pg_class c where c.relnamespace = '{TriggerNames.Schema}'::regnamespace
                union all
                select 'function', p.proname, p.proowner from pg_proc p where p.pronamespace = '{TriggerNames.Schema}'::regnamespace) things
            where name in ('feed', 'change_{Names.Key}', 'gate_{Names.Key}', 'log_{Names.Key}')
                and owner <> (select oid from pg_roles where rolname = current_user)
                and not (select rolsuper from pg_roles r where r.oid = owner)
                -- What is of this table alone belongs to the table's owner.
                and not (name <> 'feed' and owner = (select relowner from pg_class where oid = {SourceMapping.Literal(table)}::regclass))
            limit 1;
            if thing is not null then
                raise exception using errcode = '42501', message = format('%s belongs to another role than %I: install as that role, or drop it', thing, current_user);
            end if;
        end
        """;

    /// <summary>
    /// The function runs as its owner for everybody who writes the table: that is the table's owner, who may do all of it anyway, and never a
    /// superuser who installs. What evaluates the table's own types would otherwise do so with the installer's rights.
    /// </summary>
    private string HandOverBody => $"""
        declare
            heir       name;
            is_granted boolean := false;
        begin
            select r.rolname into heir from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = {SourceMapping.Literal(table)}::regclass;
            if heir <> current_user and not pg_has_role(current_user, heir, 'member') then
                raise exception using errcode = '42501',
                    message = format('table %s belongs to %I, as whom the trigger is to run: install as %I, as a member of it, or as a superuser', {SourceMapping.Literal(table)}, heir, heir);
            end if;
            if heir <> current_user then
                execute format('grant usage on schema {TriggerNames.Schema} to %I', heir);
                execute format('grant select on {TriggerNames.Feed} to %I', heir);
                -- Whom a thing is given to must be able to make one there; for this moment only.
                if not has_schema_privilege(heir, '{TriggerNames.Schema}', 'create') then
                    execute format('grant create on schema {TriggerNames.Schema} to %I', heir);
                    is_granted := true;
                end if;
            end if;
            execute format('alter table {Names.Change} owner to %I', heir);
            execute format('alter sequence {Names.Gate} owner to %I', heir);
            execute format('alter function {Names.Function}() owner to %I', heir);
            if is_granted then
                execute format('revoke create on schema {TriggerNames.Schema} from %I', heir);
            end if;
        end
        """;

    private string Function => $"""
        create or replace function {Names.Function}() returns trigger
            language plpgsql security definer set search_path = pg_catalog, pg_temp as {Dollar($"""
            declare
                gate bigint := coalesce(pg_sequence_last_value('{Names.Gate}'::regclass), 0);
                ms   bigint;
            begin
                -- Nobody has read the log for long: whoever comes back resets the gate and compares everything.
                if gate = {TriggerNames.Asleep} then
                    return null;
                end if;
                -- By format, which asks the type for its text: a cast may be anybody's function.
                if tg_level = 'ROW' then
                    if tg_op = 'DELETE' or tg_name = 'job_lineage_key' then
                        insert into {Names.Change} (id) values (format('%s', old.{id}));
                    else
                        insert into {Names.Change} (id) values (format('%s', new.{id}));
                    end if;
                elsif tg_op = 'DELETE' then
                    insert into {Names.Change} (id) select format('%s', {id}) from old_rows;
                elsif tg_op = 'TRUNCATE' then
                    -- No id: everything.
                    insert into {Names.Change} (id) values (null);
                else
                    insert into {Names.Change} (id) select format('%s', {id}) from new_rows;
                end if;
                if not found then
                    return null;
                end if;
                -- The gate is a sequence because that is seen at once by all, committed or not, and costs no row.
                ms := (date_part('epoch', clock_timestamp()) * 1000)::bigint;
                if ms - gate >= {GateMilliseconds} or gate > ms + 1000 then
                    if pg_relation_size('{Names.Change}'::regclass) > {LargestLog}
                        or exists (select from {TriggerNames.Feed} where key = '{Names.Key}' and consumed_at < now() - interval '1 day') then
                        perform setval('{Names.Gate}'::regclass, {TriggerNames.Asleep});
                    else
                        perform setval('{Names.Gate}'::regclass, ms);
                        perform pg_notify('{Names.Channel}', '');
                    end if;
                end if;
                return null;
            end
            """)};
        """;

    /// <summary>
    /// By statement on a table. On a partitioned one by row: Postgres gives such triggers to all its partitions, those to come too, and what is
    /// written straight into a partition fires them; triggers by statement fire for what is written through the parent only.
    /// </summary>
    private string TriggersBody => $"""
        declare
            by_row boolean := (select relkind = 'p' from pg_class where oid = {SourceMapping.Literal(table)}::regclass);
        begin
            {Trigger("insert", "after insert", "referencing new table as new_rows for each statement", isRow: false)}
            {Trigger("update", "after update", "referencing new table as new_rows for each statement", isRow: false)}
            {Trigger("delete", "after delete", "referencing old table as old_rows for each statement", isRow: false)}
            {Trigger("insert", "after insert", "for each row", isRow: true)}
            {Trigger("update", "after update", "for each row", isRow: true)}
            {Trigger("delete", "after delete", "for each row", isRow: true)}
            {Trigger("truncate", "after truncate", "for each statement")}
            {Trigger("key", $"after update of {id}", $"for each row when (old.{id} is distinct from new.{id})")}
        end
        """;

    private string DropTriggersBody => $"""
        declare
            doomed record;
        begin
            for doomed in
                select t.tgname, t.tgrelid::regclass as relation
                from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
                -- Those of the partitions go with those of their parent.
                where n.nspname = '{TriggerNames.Schema}' and p.proname = 'log_{Names.Key}' and not t.tgisinternal and t.tgparentid = 0
            loop
                execute format('drop trigger %I on %s', doomed.tgname, doomed.relation);
            end loop;
        end
        """;

    // DROP TRIGGER locks out readers too, even where there is none: it is left out when what is there is right.
    private string Trigger(string name, string when, string rest, bool? isRow = null) => $"""
        if {(isRow is { } row ? $"by_row = {(row ? "true" : "false")} and " : "")}not exists ({Existing(name)} and tgfoid = '{Names.Function}()'::regprocedure and tgenabled <> 'D'{(isRow is { } level ? $" and (tgtype & 1 = 1) = {(level ? "true" : "false")}" : "")}) then
                if exists ({Existing(name)}) then
                    drop trigger job_lineage_{name} on {table};
                end if;
                create trigger job_lineage_{name} {when} on {table} {rest} execute function {Names.Function}();
            end if;
        """;

    private string Existing(string name) =>
        $"select from pg_trigger where tgrelid = {SourceMapping.Literal(table)}::regclass and tgname = 'job_lineage_{name}'";

    private string Grants(string role) => $"""
        grant usage on schema {TriggerNames.Schema} to {role};
        grant select, update on {TriggerNames.Feed} to {role};
        grant select, delete, truncate on {Names.Change} to {role};
        grant select, update on sequence {Names.Gate} to {role};

        """;

    private static string Do(string body) => $"do {Dollar(body)};";

    /// <summary>Quotes a body; a table's name may hold anything, our own quote too.</summary>
    private static string Dollar(string body)
    {
        var tag = "job_lineage";
        while (body.Contains($"${tag}$", StringComparison.Ordinal))
            tag += "_";
        return $"${tag}$\n{body}\n${tag}$";
    }
}
