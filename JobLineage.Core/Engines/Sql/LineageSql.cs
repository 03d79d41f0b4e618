using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// The SQL of the direct queries. Descending goes job by job over an index (<c>LATERAL … OFFSET 0</c>, which keeps the
/// planner, who expects thousands of children each, from joining the whole table at every level).
/// </summary>
internal static class LineageSql
{
    /// <summary>The columns of a row in the order in which the direct queries read them.</summary>
    internal const string Columns = """
        jl_state, jl_worker, jl_queue, jl_step, jl_key, jl_inserted, jl_scheduled, jl_attempted, jl_finished, jl_attempt, jl_max,
        jl_parents
        """;

    /// <summary>Settings of one transaction: an index is to be used where there is one.</summary>
    public static string Settings(ProbedSource source, ParentLookup lookup, int timeoutSeconds) => SourceSettings.Select(
        source.Mapping, timeoutSeconds,
        "set_config('max_parallel_workers_per_gather', '0', true), " + (lookup is ParentLookup.Scan or ParentLookup.None
            // A merge join would sort the whole table at every level.
            ? "set_config('work_mem', '64MB', true), set_config('enable_mergejoin', 'off', true)"
            : "set_config('enable_seqscan', 'off', true)"));

    /// <summary>
    /// The whole run of <c>$1</c>: up to the root, and from all of those down. Everything on the way up is a seed of the
    /// way down and is not met again, so a circle (all of which lies on the way up) ends it too. A parent that does not
    /// exist is a seed as well: its other children belong to the run.
    /// </summary>
    public static string Tree(ProbedSource source, ParentLookup lookup, bool climb)
    {
        var type = Type(source);
        var id = RowSql.Id(source.Mapping);
        var table = RowSql.From(source.Mapping);
        var down = lookup == ParentLookup.Scan
            ? $"""
                    from jl_down join lateral (select ({id})::{type} as jl_id, {ParentText(source)} as jl_text, {Select(source)} from {table}) jl_child
                        on {ScanMatch(source)}
                """
            : $"""
                    from jl_down, lateral (
                        select ({id})::{type} as jl_id, {Select(source)} from {table} where {Match(source, lookup)} offset 0) jl_child
                """;
        return $"""
            with recursive {Up(source, climb)}, jl_down as (
                select jl_seed.jl_id, jl_row.jl_parent, {Columns}
                from jl_seed left join lateral (
                    select {Normalized(source)} as jl_parent, {Columns}
                    from (select {ParentText(source)} as jl_text, {Select(source)} from {table} where {id} = jl_seed.jl_id offset 0) jl_raw
                ) jl_row on true
                union all
                select jl_child.jl_id, jl_down.jl_id, {string.Join(", ", Columns.Split(',', StringSplitOptions.TrimEntries).Select(c => "jl_child." + c))}
            {down}
                where jl_child.jl_id not in (select jl_id from jl_seed)
            )
            select jl_id, jl_parent, {Columns} from jl_down
            """;
    }

    /// <summary><c>$1</c> and everything above it.</summary>
    public static string Ancestors(ProbedSource source) => $"""
        with recursive {Up(source, climb: true)}
        select jl_seed.jl_id, jl_row.jl_parent, {Columns}
        from jl_seed left join lateral (
            select {Normalized(source)} as jl_parent, {Columns}
            from (
                select {ParentText(source)} as jl_text, {Select(source)}
                from {RowSql.From(source.Mapping)} where {RowSql.Id(source.Mapping)} = jl_seed.jl_id offset 0) jl_raw
        ) jl_row on true
        """;

    /// <summary><c>$1</c>, everything above it (which says whether a child closes a circle) and its children.</summary>
    public static string Children(ProbedSource source, ParentLookup lookup)
    {
        var type = Type(source);
        return $"""
            {Ancestors(source)}
            union all
            select jl_child.jl_id, jl_down.jl_id, {Columns}
            from (select $1::{type} as jl_id) jl_down, lateral (
                select ({RowSql.Id(source.Mapping)})::{type} as jl_id, {Select(source)} from {RowSql.From(source.Mapping)}
                where {(lookup == ParentLookup.Scan ? ScanMatch(source, ParentText(source)) : Match(source, lookup))} offset 0) jl_child
            where jl_child.jl_id not in (select jl_id from jl_seed)
            """;
    }

    /// <summary>All jobs that share the run key of <c>$1</c>; only that job when it has none.</summary>
    public static string Keyed(ProbedSource source)
    {
        var type = Type(source);
        var mapping = source.Mapping;
        var id = RowSql.Id(mapping);
        var narrow = mapping.RunKeyIndexed is { } indexed ? $"({indexed}) = (select jl_narrow from jl_me) and " : "";
        return $"""
            with jl_me as materialized (
                select ({mapping.RunKey})::text as jl_key, {(mapping.RunKeyIndexed is { } i ? $"({i})" : "null")} as jl_narrow
                from {RowSql.From(mapping)} where {id} = $1
            )
            select ({id})::{type}, null::{type}, {Select(source)} from {RowSql.From(mapping)}
            where {narrow}({mapping.RunKey})::text = (select jl_key from jl_me) {RowSql.AndHasId(mapping)}
            union all
            select ({id})::{type}, null::{type}, {Select(source)} from {RowSql.From(mapping)}
            where {id} = $1 and (select jl_key from jl_me) is null
            """;
    }

    /// <summary>Asks all that the statements ask of the rows of <c>$1</c>, an array of ids: which of them can't bear it is looked for by this.</summary>
    /// <param name="source">The source.</param>
    /// <param name="withArgs">Whether arguments are asked too, as inference does.</param>
    public static string Bear(ProbedSource source, bool withArgs = false) => $"""
        select {(source.Mapping.ParentId is null || source.Mapping.RunKey is not null ? "null" : ParentText(source))}, {Select(source)}{(withArgs ? $", {RowSql.Cut(source.Mapping.Args, InferenceSql.ArgsLimit)}" : "")}
        from {RowSql.Joined(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>What is planned to find out whether an index serves the parent expression.</summary>
    public static string AskExpression(ProbedSource source) => $"""
        select 1 from {RowSql.From(source.Mapping)}
        where {Parent(source)} = {(IsNative(source) ? source.IdKind == JobIdKind.Uuid ? "'00000000-0000-0000-0000-000000000000'::uuid" : "1::bigint" : "'1'")}
        """;

    /// <summary>What is planned to find out whether an index serves the narrowing expression of a run key.</summary>
    public static string AskKey(ProbedSource source) => $"""
        select 1 from {RowSql.From(source.Mapping)}
        where ({source.Mapping.RunKeyIndexed}) = (select ({source.Mapping.RunKeyIndexed}) from {RowSql.From(source.Mapping)} limit 1)
        """;

    /// <summary>What is planned to find out whether a GIN index serves containment; null where that is not asked.</summary>
    public static string? AskContainment(ProbedSource source) =>
        // A text id may stand in JSON as a number, a boolean or a string: only the expression is exact there.
        source.Mapping.ParentKey is { } key && source.IdKind != JobIdKind.Text
            ? $"""
                select 1 from {RowSql.From(source.Mapping)}
                where {Key(key)} @> jsonb_build_object({SourceMapping.Literal(key.Key)}, 1)
                """
            : null;

    private static string Up(ProbedSource source, bool climb)
    {
        var type = Type(source);
        if (!climb)
            return $"jl_seed(jl_id) as materialized (select $1::{type})";
        var id = RowSql.Id(source.Mapping);
        string Row(string where) => $"""
            select jl_id, {Normalized(source)} as jl_parent
            from (select ({id})::{type} as jl_id, {ParentText(source)} as jl_text from {RowSql.From(source.Mapping)} where {id} = {where} offset 0) jl_raw
            """;
        // UNION, not UNION ALL: a circle ends where it began.
        return $"""
            jl_up(jl_id, jl_parent) as (
                {Row("$1")}
                union
                select jl_row.jl_id, jl_row.jl_parent from jl_up, lateral ({Row("jl_up.jl_parent")}) jl_row
            ), jl_seed(jl_id) as materialized (
                select $1::{type}
                union select jl_id from jl_up
                union select jl_parent from jl_up where jl_parent is not null
            )
            """;
    }

    /// <summary>The condition by which a row is a child of <paramref name="id"/>, in the form that the table's index serves.</summary>
    internal static string Match(ProbedSource source, ParentLookup lookup, string id = "jl_down.jl_id")
    {
        if (lookup == ParentLookup.Containment)
        {
            var key = source.Mapping.ParentKey!;
            var name = SourceMapping.Literal(key.Key);
            // Containment is type-strict: the id may stand there as a number or as a string.
            var forms = source.IdKind == JobIdKind.BigInt ? new[] { id, $"{id}::text" } : [$"{id}::text", $"upper({id}::text)"];
            var contained = string.Join(" or ", forms.Select(f => $"{Key(key)} @> jsonb_build_object({name}, {f})"));
            // ... and 7.0 contains 7: the text decides.
            return $"({contained}) and {ScanMatch(source, ParentText(source), id)}";
        }

        if (IsNative(source))
            return $"{Parent(source)} = {id}";
        return source.IdKind switch
        {
            JobIdKind.Uuid => $"{Parent(source)} in ({id}::text, upper({id}::text))",
            JobIdKind.Text => $"{Parent(source)} = {id} and {id} <> ''",
            _ => $"{Parent(source)} = {id}::text",
        };
    }

    private static string ScanMatch(ProbedSource source, string text = "jl_child.jl_text", string id = "jl_down.jl_id") => source.IdKind switch
    {
        JobIdKind.Uuid => $"lower({text}) = {id}::text",
        JobIdKind.Text => $"{text} = {id} and {id} <> ''",
        _ => $"{text} = {id}::text",
    };

    /// <summary>The parent expression as an index would hold it: in its own type when ids have that type too.</summary>
    private static string Parent(ProbedSource source) => IsNative(source) ? $"({source.Mapping.ParentId})" : ParentText(source);

    private static bool IsNative(ProbedSource source) => source.ParentIdKind is { } kind && kind == source.IdKind && kind != JobIdKind.Text;

    internal static string ParentText(ProbedSource source) => RowSql.Text(source.Mapping.ParentId);

    private static string Key(JsonKey key) => $"{RowSql.Alias}.{SourceMapping.Quote(key.Column)}";

    /// <summary><see cref="JobIds.Normalize"/> in SQL, over <c>jl_text</c>: null unless it can be an id.</summary>
    internal static string Normalized(ProbedSource source) => source.IdKind switch
    {
        JobIdKind.BigInt => """
            case when jl_text ~ '^(0|-?[1-9][0-9]{0,17})$' then jl_text::bigint
                when jl_text ~ '^-?[1-9][0-9]{18}$' and jl_text::numeric between -9223372036854775808 and 9223372036854775807
                then jl_text::bigint end
            """,
        JobIdKind.Uuid => "case when jl_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then jl_text::uuid end",
        _ => "nullif(jl_text, '') collate \"default\"",
    };

    internal static string Type(ProbedSource source) => source.IdKind switch
    {
        JobIdKind.BigInt => "bigint",
        JobIdKind.Uuid => "uuid",
        // The column's own collation would not agree with that of the parent expression; the default one gives way to any.
        _ => "text collate \"default\"",
    };

    internal static string Select(ProbedSource source)
    {
        var m = source.Mapping;
        return $"""
            {RowSql.TextOrEmpty(m.State)} as jl_state, {RowSql.TextOrEmpty(m.Worker)} as jl_worker, {RowSql.TextOrEmpty(m.Queue)} as jl_queue,
            {RowSql.Text(m.RunKey is null ? null : m.Step)} as jl_step, {RowSql.Text(m.RunKey)} as jl_key,
            {RowSql.Time(m.InsertedAt)} as jl_inserted, {RowSql.Time(m.ScheduledAt)} as jl_scheduled, {RowSql.Time(m.AttemptedAt)} as jl_attempted,
            {RowSql.Time(m.FinishedAt)} as jl_finished, {RowSql.Number(m.Attempt)} as jl_attempt, {RowSql.Number(m.MaxAttempts)} as jl_max,
            {RowSql.Parents(source, m.RunKey is null ? m.Parents : null)} as jl_parents
            """;
    }
}
