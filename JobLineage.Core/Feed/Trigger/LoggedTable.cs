using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>A table whose changes go into a log: the jobs' own, or one of those beside it. Makes the function and the triggers that do it. Pure.</summary>
/// <param name="Names">The names of what is installed for the source.</param>
/// <param name="Table">The table's quoted, schema-qualified name.</param>
/// <param name="Column">The quoted column whose value is logged.</param>
/// <param name="Via">0 for the jobs' own table; the place of another one among those that the mapping names, counted from 1.</param>
internal sealed record LoggedTable(TriggerNames Names, string Table, string Column, int Via)
{
    /// <summary>The kinds of changes that have a trigger each, and <c>key</c>: a row whose column is overwritten.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["insert", "update", "delete", "truncate", "key"];

    /// <summary>Names of columns of which the image of a deleted row is made, as far as the table has them; empty where none is kept.</summary>
    public IReadOnlyList<string> Image { get; init; } = [];

    /// <summary>Whether the log holds images, of whichever table: then its size is that of its overflow too, which plain ids have none of.</summary>
    public bool IsOfImages { get; init; }

    /// <summary>The trigger function, without its parentheses.</summary>
    public string Function => Via == 0 ? Names.Function : $"{Names.Function}_{Via}";

    /// <summary>The name of a trigger.</summary>
    public string Trigger(string kind) => Via == 0 ? $"job_lineage_{kind}" : $"job_lineage_{Names.Key}_{Via}_{kind}";

    /// <summary>Makes the function, a statement or a block; doing it twice is doing it once.</summary>
    public string CreateFunction => Image.Count == 0 ? FunctionText : PlPgSql.Do($"""
        declare
            -- Each column under its name, as the text that its type has for it: nothing is cast, for a cast may be anybody's function, and may fail.
            image_of_row  text := (select {ImageOf("old")} from pg_attribute where {IsKept});
            image_of_rows text := (select {ImageOf("old_rows")} from pg_attribute where {IsKept});
        begin
            execute replace(replace({PlPgSql.Dollar(FunctionText)}, '%image_of_rows%', image_of_rows), '%image_of_row%', image_of_row);
        end
        """);

    /// <summary>
    /// By statement on a table. On a partitioned one by row: Postgres gives such triggers to all its partitions, those to come too, and what is
    /// written straight into a partition fires them; triggers by statement fire for what is written through the parent only.
    /// </summary>
    public string CreateTriggers => PlPgSql.Do($"""
        declare
            by_row boolean := (select relkind = 'p' from pg_class where oid = {SourceMapping.Literal(Table)}::regclass);
        begin
            {Create("insert", "after insert", "referencing new table as new_rows for each statement", isRow: false)}
            {Create("update", "after update", "referencing new table as new_rows for each statement", isRow: false)}
            {Create("delete", "after delete", "referencing old table as old_rows for each statement", isRow: false)}
            {Create("insert", "after insert", "for each row", isRow: true)}
            {Create("update", "after update", "for each row", isRow: true)}
            {Create("delete", "after delete", "for each row", isRow: true)}
            {Create("truncate", "after truncate", "for each statement")}
            {Create("key", $"after update of {Column}", $"for each row when (old.{Column} is distinct from new.{Column})")}
        end
        """);

    private string IsKept => $"attrelid = {SourceMapping.Literal(Table)}::regclass and attnum > 0 and not attisdropped and attname = any(array[{string.Join(", ", Image.Select(SourceMapping.Literal))}]::name[])";

    /// <summary>The names of the columns that an image keeps, as the catalog has them now: an array, NULL where none is kept.</summary>
    public string KeptColumns => Image.Count == 0 ? "null::text[]" : $"(select array_agg(attname::text order by attnum) from pg_attribute where {IsKept})";

    private string FunctionText => $"""
        create or replace function {Function}() returns trigger
            language plpgsql security definer set search_path = pg_catalog, pg_temp{(Image.Count == 0 ? "" : " set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex'")} as {PlPgSql.Dollar($"""
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
                    if tg_op = 'DELETE' then
                        {InsertOne("old", hasImage: true)};
                    elsif tg_name = '{Trigger("key")}' then
                        {InsertOne("old", hasImage: false)};
                    else
                        {InsertOne("new", hasImage: false)};
                    end if;
                elsif tg_op = 'DELETE' then
                    {InsertAll("old_rows", hasImage: true)};
                elsif tg_op = 'TRUNCATE' then
                    -- No id: everything.
                    insert into {Names.Change} (id) values (null);
                else
                    {InsertAll("new_rows", hasImage: false)};
                end if;
                if not found then
                    return null;
                end if;
                -- The gate is a sequence because that is seen at once by all, committed or not, and costs no row.
                ms := (date_part('epoch', clock_timestamp()) * 1000)::bigint;
                if ms - gate >= {TriggerSql.GateMilliseconds} or gate > ms + 1000 then
                    if {(IsOfImages ? "pg_table_size" : "pg_relation_size")}('{Names.Change}'::regclass) > {TriggerSql.LargestLog}
                        or exists (select from {TriggerNames.Feed} where key = '{Names.Key}' and consumed_at < now() - interval '1 day') then
                        perform setval('{Names.Gate}'::regclass, {TriggerNames.Asleep});
                    else
                        perform setval('{Names.Gate}'::regclass, ms);
                        perform pg_notify('{Names.Channel}', '');
                    end if;
                end if;
                return null;
            end
            """)}
        """ + (Image.Count == 0 ? ";" : "");

    // What says nothing of a job (a state without one) is nobody's change.
    private string InsertOne(string row, bool hasImage) => (Via, Image.Count > 0 && hasImage) switch
    {
        (0, false) => $"insert into {Names.Change} (id) values (format('%s', {row}.{Column}))",
        (0, true) => OrWithout(
            $"insert into {Names.Change} (id, image) values (format('%s', {row}.{Column}), %image_of_row%)",
            $"insert into {Names.Change} (id) values (format('%s', {row}.{Column}))"),
        _ => $"insert into {Names.Change} (id, via) select format('%s', {row}.{Column}), {Via} where {row}.{Column} is not null",
    };

    private string InsertAll(string rows, bool hasImage) => (Via, Image.Count > 0 && hasImage) switch
    {
        (0, false) => $"insert into {Names.Change} (id) select format('%s', {Column}) from {rows}",
        (0, true) => OrWithout(
            $"insert into {Names.Change} (id, image) select format('%s', {Column}), %image_of_rows% from {rows}",
            $"insert into {Names.Change} (id) select format('%s', {Column}) from {rows}"),
        _ => $"insert into {Names.Change} (id, via) select format('%s', {Column}), {Via} from {rows} where {Column} is not null",
    };

    // A column that was dropped or renamed since must not stand in the way of whoever deletes a row: the reader sees that the columns differ.
    private static string OrWithout(string insert, string without) => $"begin {insert}; exception when undefined_column then {without}; end";

    private static string ImageOf(string row) =>
        $"'json_object(array[' || string_agg(format('%L, case when {row}.%I is distinct from null then left(format(''%%s'', {row}.%I), {RowSql.ImageLimit}) end', attname, attname, attname), ', ' order by attnum) || ', ''{RowSql.ImageDeletedAt}'', format(''%s'', clock_timestamp())])'";

    // DROP TRIGGER locks out readers too, even where there is none: it is left out when what is there is right.
    private string Create(string kind, string when, string rest, bool? isRow = null) => $"""
        if {(isRow is { } row ? $"by_row = {(row ? "true" : "false")} and " : "")}not exists ({Existing(kind)} and tgfoid = '{Function}()'::regprocedure and tgenabled <> 'D'{(isRow is { } level ? $" and (tgtype & 1 = 1) = {(level ? "true" : "false")}" : "")}) then
                if exists ({Existing(kind)}) then
                    drop trigger {Trigger(kind)} on {Table};
                end if;
                create trigger {Trigger(kind)} {when} on {Table} {rest} execute function {Function}();
            end if;
        """;

    private string Existing(string kind) =>
        $"select from pg_trigger where tgrelid = {SourceMapping.Literal(Table)}::regclass and tgname = '{Trigger(kind)}'";
}
