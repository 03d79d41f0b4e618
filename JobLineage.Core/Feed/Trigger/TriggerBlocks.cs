using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>The blocks of PL/pgSQL in what <see cref="TriggerSql"/> installs and removes: where what is to be done depends on what is there, and where something is refused.</summary>
/// <param name="mapping">The table.</param>
/// <param name="names">The names of what is installed.</param>
/// <param name="tables">The tables whose changes are logged; the jobs' own is the first.</param>
internal sealed class TriggerBlocks(SourceMapping mapping, TriggerNames names, IReadOnlyList<LoggedTable> tables)
{
    private readonly string table = mapping.QualifiedTable;

    /// <summary>
    /// Whoever owns the schema could put other tables in the place of ours, and triggers of theirs would then run as the
    /// one who installs.
    /// </summary>
    public static string Schema => $"""
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

    public string Owners => $"""
        declare
            thing text;
        begin
            select format('%s %I.%I', what, '{TriggerNames.Schema}', name) into thing
            from (
                select 'relation' as what, c.relname as name, c.relowner as owner from pg_class c where c.relnamespace = '{TriggerNames.Schema}'::regnamespace
                union all
                select 'function', p.proname, p.proowner from pg_proc p where p.pronamespace = '{TriggerNames.Schema}'::regnamespace) things
            where (name in ('feed', 'change_{names.Key}', 'gate_{names.Key}') or name ~ '^log_{names.Key}(_[0-9]+)?$')
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
    public string HandOver => $"""
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
            execute format('alter table {names.Change} owner to %I', heir);
            execute format('alter sequence {names.Gate} owner to %I', heir);
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
    public string Lock => $"""
        declare
            heir name := (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = {SourceMapping.Literal(table)}::regclass);
        begin
            if heir <> current_user and not pg_has_role(current_user, heir, 'member') then
                raise exception using errcode = '42501',
                    message = format('table %s belongs to %I, as whom the trigger is to run: install as %I, as a member of it, or as a superuser', {SourceMapping.Literal(table)}, heir, heir);
            end if;
            if {(TriggerSql.IsWide(mapping) ? "true" : "false")} or (select count(*) {OurTriggers} and t.tgenabled <> 'D') <> {LoggedTable.Kinds.Count * tables.Count} then
                lock table {string.Join(", ", tables.Select(t => t.Table))} in share row exclusive mode;
            end if;
        end
        """;

    public static string Feed => $"""
        begin
            if (select count(*) from pg_attribute
                where attrelid = '{TriggerNames.Feed}'::regclass and attname in ('reader', 'reader_until', 'image_columns') and not attisdropped) < 3 then
                alter table {TriggerNames.Feed} add column if not exists reader uuid, add column if not exists reader_until timestamptz,
                    add column if not exists image_columns text[];
            end if;
        end
        """;

    /// <summary>Makes the log what this mapping's must be.</summary>
    public string Log => $"""
        declare
            is_logged boolean := (select relpersistence = 'p' from pg_class where oid = '{names.Change}'::regclass);
        begin
            if is_logged <> {(mapping.Deleted is null ? "false" : "true")} then
                alter table {names.Change} set {(mapping.Deleted is null ? "unlogged" : "logged")};
            end if;
            if {(TriggerSql.IsWide(mapping) ? "true" : "false")} and not exists (
                select from pg_attribute where attrelid = '{names.Change}'::regclass and attname = 'image' and not attisdropped) then
                alter table {names.Change} add column if not exists via smallint, add column if not exists image json;
            end if;
        end
        """;

    /// <summary>
    /// Triggers of another mapping: on tables that this one does not name, or that call the function of another table, whose columns are others. A function runs as the owner of the jobs' table, for whoever writes the table that
    /// it stands on: that must be the same owner's, or types of another one would be evaluated with rights that are not his.
    /// </summary>
    public string DropStrangeTriggers => $"""
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
                where p.pronamespace = '{TriggerNames.Schema}'::regnamespace and p.proname ~ '^log_{names.Key}_[0-9]+$'
                    and p.proname <> all(array[{string.Join(", ", tables.Select(t => $"'{t.Function.Split('.')[1]}'"))}])
            loop
                execute format('drop function %s', doomed.function);
            end loop;
        end
        """;

    private string OurTriggers => $"""
        from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
                -- Those of the partitions go with those of their parent.
                where n.nspname = '{TriggerNames.Schema}' and p.proname ~ '^log_{names.Key}(_[0-9]+)?$' and not t.tgisinternal and t.tgparentid = 0
        """;

    public string DropTriggers => $"""
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

    public string Grants(string role) => $"""
        grant usage on schema {TriggerNames.Schema} to {role};
        grant select, update on {TriggerNames.Feed} to {role};
        grant select, delete, truncate on {names.Change} to {role};
        grant select, update on sequence {names.Gate} to {role};

        """;
}
