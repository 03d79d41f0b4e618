

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// The SQL that inference reads with. Ids that are whole numbers grow with time: a window of time is then a range of ids,
/// whose end is found by halving over the primary key, some sixty look-ups whatever the table's size. Other ids need an
/// index on the time of insertion. Values of arguments go in as parameters alone.
/// </summary>
internal static class InferenceSql
{
    /// <summary>Characters of one job's arguments that are fetched at most.</summary>
    public const int ArgsLimit = 16_384;

    /// <summary>
    /// The lowest id from <c>$1</c> on whose row was inserted after <c>$2</c>, or one more than the highest. Rows without a
    /// time, or with one beyond the calendar, count as early.
    /// </summary>
    public static string End(ProbedSource source)
    {
        var (id, table) = (RowSql.Id(source.Mapping), RowSql.From(source.Mapping));
        return $"""
            with recursive jl_find(jl_low, jl_high, jl_step) as (
                select $1::bigint, coalesce((select max({id}) from {RowSql.Whole(source.Mapping)})::bigint, $1::bigint) + 1, 0
                union all
                select
                    case when jl_probe.jl_id is null or jl_probe.jl_at > $2 then jl_low else jl_probe.jl_id + 1 end,
                    case when jl_probe.jl_id is null or jl_probe.jl_at > $2 then jl_middle else jl_high end,
                    jl_step + 1
                from jl_find
                    cross join lateral (select jl_low + (jl_high - jl_low) / 2 as jl_middle offset 0) jl_half
                    left join lateral (
                        select ({id})::bigint as jl_id, {Within(RowSql.Time(source.Mapping.InsertedAt))} as jl_at from {table}
                        where {id} >= jl_middle and {id} < jl_high order by {id} limit 1) jl_probe on true
                where jl_low < jl_high and jl_step < 70
            )
            select jl_low from jl_find order by jl_step desc limit 1
            """;
    }

    /// <summary>
    /// <c>$1</c> with at most <paramref name="before"/> rows before it and <paramref name="within"/> after it, of whole
    /// numbers as ids; <c>$2</c> is the first id that is too late.
    /// </summary>
    public static string ByIds(ProbedSource source, int before, int within)
    {
        var id = RowSql.Id(source.Mapping);
        return $"""
            {Rows(source, $"where {id} <= $1 order by {id} desc limit {before + 1}")}
            union all
            {Rows(source, $"where {id} > $1 and {id} < $2 order by {id} limit {within}")}
            """;
    }

    /// <summary>The rows of the same range after <c>$1</c> that hold <c>$3</c>, a JSON object, in their arguments.</summary>
    public static string ByIdsHolding(ProbedSource source, int within)
    {
        var id = RowSql.Id(source.Mapping);
        return Rows(source, $"where {id} > $1 and {id} < $2 and {RowSql.Json(source, nameof(source.Mapping.Args), source.Mapping.Args!)} @> $3::jsonb order by {id} limit {within}");
    }

    /// <summary>
    /// <c>$1</c>, rows inserted before <c>$2</c>, and rows inserted from then on to <c>$3</c>, for ids that do not grow.
    /// </summary>
    public static string ByTime(ProbedSource source, int before, int within)
    {
        var (id, at) = (RowSql.Id(source.Mapping), source.Mapping.InsertedAt);
        return $"""
            {Rows(source, $"where {id} = $1")}
            union all
            {Rows(source, $"where ({at}) < $2 and {id} <> $1 order by ({at}) desc limit {before}")}
            union all
            {Rows(source, $"where ({at}) >= $2 and ({at}) <= $3 and {id} <> $1 order by ({at}) limit {within}")}
            """;
    }

    /// <summary>What is planned to find out whether an index serves the time of insertion.</summary>
    public static string AskTime(ProbedSource source) =>
        $"select 1 from {RowSql.From(source.Mapping)} where ({source.Mapping.InsertedAt}) >= '2000-01-01Z'::timestamptz";

    /// <summary>One row, <c>$1</c>.</summary>
    public static string One(ProbedSource source) => Rows(source, $"where {RowSql.Id(source.Mapping)} = $1");

    /// <summary>The workers of recorded parents and children among the newest rows.</summary>
    public static string Known(ProbedSource source, int newest)
    {
        var (id, table, m) = (RowSql.Id(source.Mapping), RowSql.From(source.Mapping), source.Mapping);
        // Only whole numbers tell which rows are the newest, by the primary key.
        return $"""
            select (jl_parent.jl_worker)::text, jl_child.jl_worker, count(*), count(distinct jl_child.jl_parent)
            from (
                select {LineageSql.Normalized(source)} as jl_parent, jl_worker
                from (
                    select {LineageSql.ParentText(source)} as jl_text, {RowSql.TextOrEmpty(m.Worker)} as jl_worker from {table}
                    order by {id} desc limit {newest}) jl_raw
                offset 0
            ) jl_child, lateral (
                select {RowSql.TextOrEmpty(m.Worker)} as jl_worker from {table} where {id} = jl_child.jl_parent offset 0) jl_parent
            where jl_child.jl_parent is not null
            group by 1, 2
            """;
    }

    /// <summary>A time that can be reckoned with; null for the others, as where rows are read.</summary>
    private static string Within(string time) =>
        $"case when {time} >= '0002-01-01 00:00Z' and {time} < '9990-01-01 00:00Z' then {time} end";

    private static string Rows(ProbedSource source, string which)
    {
        var type = LineageSql.Type(source);
        var args = RowSql.Cut(source.Mapping.Args, ArgsLimit);
        return $"""
            (select jl_id, {LineageSql.Normalized(source)} as jl_parent, {LineageSql.Columns}, jl_args
            from (
                select ({RowSql.Id(source.Mapping)})::{type} as jl_id, {LineageSql.ParentText(source)} as jl_text, {LineageSql.Select(source)},
                    {args} as jl_args
                from {RowSql.From(source.Mapping)} {which}) jl_raw)
            """;
    }
}
