using System.Security.Cryptography;
using System.Text;
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
    private readonly IReadOnlyList<LoggedTable> tables = Tables(mapping);

    /// <summary>The names of what is installed.</summary>
    public TriggerNames Names { get; } = TriggerNames.Of(mapping);

    /// <summary>The tables whose changes are logged; the jobs' own is the first.</summary>
    internal IReadOnlyList<LoggedTable> Logged => tables;

    /// <summary>Whether the log holds more than ids of jobs: images of deleted rows, or what other tables say.</summary>
    internal static bool IsWide(SourceMapping mapping) => mapping.Deleted is not null || mapping.Changes.Any(c => c.Column is not null);

    /// <summary>
    /// The comment of the trigger function: how an installation is told from one of another version, or for a mapping that reads other tables
    /// or columns.
    /// </summary>
    internal string Comment => CommentOf(Version) + (IsWide(mapping) ? $" for {Fingerprint}" : "");

    /// <summary>How the comment of an installation of a version begins.</summary>
    internal static string CommentOf(int version) => $"Job Lineage change feed, version {version}";

    /// <summary>Another one where the triggers would be others, or the log would hold something else.</summary>
    private string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        // Counts up with what the functions of such a mapping do.
        string.Join('\n', tables.Select(t => string.Join('\t', [t.Table, t.Column, .. t.Image])).Prepend("2")))))[..8];

    private static IReadOnlyList<LoggedTable> Tables(SourceMapping mapping)
    {
        var names = TriggerNames.Of(mapping);
        var own = new LoggedTable(names, mapping.QualifiedTable, SourceMapping.Quote(mapping.Id), 0) { Image = ImageOf(mapping) };
        var others = mapping.Changes.Where(c => c.Column is not null).Select((c, i) => new LoggedTable(names, c.QualifiedName(mapping), SourceMapping.Quote(c.Column!), i + 1));
        return [.. others.Prepend(own).Select(t => t with { IsOfImages = mapping.Deleted is not null })];
    }

    /// <summary>All words of the mapping that may be a column's name: which of them are, the catalog says when it is installed.</summary>
    private static IReadOnlyList<string> ImageOf(SourceMapping mapping) => mapping.Deleted is null ? [] : Members.Words(mapping);

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
        {PlPgSql.Do(LockBody)}
        {PlPgSql.Do(SchemaBody)}
        create table if not exists {TriggerNames.Feed} (
            key          text primary key,
            source_table text not null,
            installed_at timestamptz not null default now(),
            consumed_at  timestamptz not null default now(),
            reader       uuid,        -- who reads the log now
            reader_until timestamptz, -- and until when others keep off
            image_columns text[]      -- of which columns an image of a deleted row is made
        );
        {(mapping.Deleted is null
            ? "-- Unlogged: after a crash it is empty, and the reader, whose connection the crash took too, compares everything."
            : "-- Logged: it is all that is left of a row that was deleted.")}
        create {(mapping.Deleted is null ? "unlogged " : "")}table if not exists {Names.Change} (id text)
            with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create sequence if not exists {Names.Gate};
        {PlPgSql.Do(OwnersBody)}
        {PlPgSql.Do(FeedBody)}
        {PlPgSql.Do(LogBody)}
        {string.Join('\n', tables.Select(t => $"{t.CreateFunction}\nrevoke all on function {t.Function}() from public;"))}
        comment on function {Names.Function}() is {SourceMapping.Literal(Comment)};
        {PlPgSql.Do(HandOverBody)}
        {PlPgSql.Do(DropStrangeTriggersBody)}
        {string.Join('\n', tables.Select(t => t.CreateTriggers))}
        insert into {TriggerNames.Feed} (key, source_table, image_columns) values ('{Names.Key}', {SourceMapping.Literal(table)}, {tables[0].KeptColumns})
            on conflict (key) do update set source_table = excluded.source_table, image_columns = excluded.image_columns, installed_at = now(), consumed_at = now();
        {(reader is null ? "" : Grants(SourceMapping.Quote(reader)))}commit;

        """;

    /// <summary>Removes all of it, in one transaction; the store's tables in the same schema stay.</summary>
    public string Uninstall => $"""
        begin;
        set local lock_timeout = '2s';
        set local client_min_messages = 'warning';
        set local search_path = pg_catalog, pg_temp;
        {PlPgSql.Do(DropTriggersBody)}
        {PlPgSql.Do($"""
            declare
                doomed record;
            begin
                if exists (select from pg_namespace where nspname = '{TriggerNames.Schema}') then
                    for doomed in
                        select p.oid::regprocedure as function from pg_proc p
                        where p.pronamespace = '{TriggerNames.Schema}'::regnamespace and p.proname ~ '^log_{Names.Key}(_[0-9]+)?$'
                    loop
                        execute format('drop function %s', doomed.function);
                    end loop;
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
    /// none, or one that reads other rows or what is joined to it, which no index can hold.
    /// </summary>
    public string? IndexedExpression => (mapping.RunKey is null ? mapping.ParentId : mapping.RunKeyIndexed) is { } expression && !SqlText.HasSubquery(expression) && !SqlText.HasOtherRow(expression)
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
            where (name in ('feed', 'change_{Names.Key}', 'gate_{Names.Key}') or name ~ '^log_{Names.Key}(_[0-9]+)?$')
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
            {string.Join("\n    ", tables.Select(t => $"execute format('alter function {t.Function}() owner to %I', heir);"))}
            if is_granted then
                execute format('revoke create on schema {TriggerNames.Schema} from %I', heir);
            end if;
        end
        """;

    /// <summary>
    /// Refuses who can't hand the function over to the table's owner. Takes the tables first where anything of theirs will be made or changed. Whoever writes one waits for the log and the table of feeds, in its trigger: an
    /// installation that held those, and then waited for the table, would wait for him and he for it.
    /// </summary>
    private string LockBody => $"""
        declare
            heir name := (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = {SourceMapping.Literal(table)}::regclass);
        begin
            if heir <> current_user and not pg_has_role(current_user, heir, 'member') then
                raise exception using errcode = '42501',
                    message = format('table %s belongs to %I, as whom the trigger is to run: install as %I, as a member of it, or as a superuser', {SourceMapping.Literal(table)}, heir, heir);
            end if;
            if {(IsWide(mapping) ? "true" : "false")} or (select count(*) {OurTriggers} and t.tgenabled <> 'D') <> {LoggedTable.Kinds.Count * tables.Count} then
                lock table {string.Join(", ", tables.Select(t => t.Table))} in share row exclusive mode;
            end if;
        end
        """;

    private static string FeedBody => $"""
        begin
            if (select count(*) from pg_attribute
                where attrelid = '{TriggerNames.Feed}'::regclass and attname in ('reader', 'reader_until', 'image_columns') and not attisdropped) < 3 then
                alter table {TriggerNames.Feed} add column if not exists reader uuid, add column if not exists reader_until timestamptz,
                    add column if not exists image_columns text[];
            end if;
        end
        """;

    /// <summary>Makes the log what this mapping's must be.</summary>
    private string LogBody => $"""
        declare
            is_logged boolean := (select relpersistence = 'p' from pg_class where oid = '{Names.Change}'::regclass);
        begin
            if is_logged <> {(mapping.Deleted is null ? "false" : "true")} then
                alter table {Names.Change} set {(mapping.Deleted is null ? "unlogged" : "logged")};
            end if;
            if {(IsWide(mapping) ? "true" : "false")} and not exists (
                select from pg_attribute where attrelid = '{Names.Change}'::regclass and attname = 'image' and not attisdropped) then
                alter table {Names.Change} add column if not exists via smallint, add column if not exists image json;
            end if;
        end
        """;

    /// <summary>
    /// Triggers of another mapping: on tables that this one does not name, or that call the function of another table, whose columns are others. A function runs as the owner of the jobs' table, for whoever writes the table that
    /// it stands on: that must be the same owner's, or types of another one would be evaluated with rights that are not his.
    /// </summary>
    private string DropStrangeTriggersBody => $"""
        declare
            doomed record;
        begin
            for doomed in
                select relation from unnest(array[{string.Join(", ", tables.Select(t => SourceMapping.Literal(t.Table)))}]) relation
                where (select relowner from pg_class where oid = relation::regclass) <> (select relowner from pg_class where oid = {SourceMapping.Literal(table)}::regclass)
            loop
                raise exception using errcode = '42501', message = format('table %s belongs to another role than %s', doomed.relation, {SourceMapping.Literal(table)});
            end loop;
            for doomed in
                select t.tgname, t.tgrelid::regclass as relation
                {OurTriggers}
                    and (t.tgrelid, p.proname::text) not in ({string.Join(", ", tables.Select(t => $"({SourceMapping.Literal(t.Table)}::regclass, '{t.Function.Split('.')[1]}')"))})
            loop
                execute format('drop trigger %I on %s', doomed.tgname, doomed.relation);
            end loop;
            for doomed in
                select p.oid::regprocedure as function from pg_proc p
                where p.pronamespace = '{TriggerNames.Schema}'::regnamespace and p.proname ~ '^log_{Names.Key}_[0-9]+$'
                    and p.proname <> all(array[{string.Join(", ", tables.Select(t => $"'{t.Function.Split('.')[1]}'"))}])
            loop
                execute format('drop function %s', doomed.function);
            end loop;
        end
        """;

    private string OurTriggers => $"""
        from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
                -- Those of the partitions go with those of their parent.
                where n.nspname = '{TriggerNames.Schema}' and p.proname ~ '^log_{Names.Key}(_[0-9]+)?$' and not t.tgisinternal and t.tgparentid = 0
        """;

    private string DropTriggersBody => $"""
        declare
            doomed record;
        begin
            for doomed in
                select t.tgname, t.tgrelid::regclass as relation
                {OurTriggers}
            loop
                execute format('drop trigger %I on %s', doomed.tgname, doomed.relation);
            end loop;
        end
        """;

    private string Grants(string role) => $"""
        grant usage on schema {TriggerNames.Schema} to {role};
        grant select, update on {TriggerNames.Feed} to {role};
        grant select, delete, truncate on {Names.Change} to {role};
        grant select, update on sequence {Names.Gate} to {role};

        """;
}
