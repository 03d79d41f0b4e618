using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>The statements that look over a table without reading its jobs: for the poll feed, and for reconciliation.</summary>
internal static class ScanSql
{
    /// <summary>
    /// One look, in one statement: first a row of transaction numbers (its id is NULL), then id, version and whether the source counts the
    /// row among the unfinished. The numbers are those of the parameters; null leaves the arm out.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="above">Rows with a higher id than this parameter.</param>
    /// <param name="within">Rows inserted within this interval, by the source's clock.</param>
    /// <param name="followed">Rows of these ids.</param>
    /// <param name="except">Rows of these ids can't be read: nothing is asked of them but whether they have changed.</param>
    public static string Scan(ProbedSource source, int? above, int? within, int? followed, int? except = null)
    {
        var mapping = source.Mapping;
        var id = RowSql.Id(mapping);
        var arms = new List<string>
        {
            "select null::text, txid_snapshot_xmin(jl_now), txid_snapshot_xmax(jl_now)::text::bigint, false from txid_current_snapshot() jl_now",
        };
        arms.AddRange(Unfinished(source).Select(condition => Arm(source, condition, isUnfinished: true)));
        if (above is not null)
        {
            arms.Add(Arm(source, $"{id} > ${above}", isUnfinished: false));
            // The highest row of all, wherever it is: it says whether the ids began anew.
            arms.Add(Arm(source, $"{id} = (select max({id}) from {RowSql.Whole(mapping)})", isUnfinished: false));
        }

        if (within is not null && mapping.InsertedAt is not null)
            arms.Add(Arm(source, NewRows(mapping, $"${within}"), isUnfinished: false));
        if (followed is not null)
            arms.Add(Arm(source, $"{id} = any(${followed})", isUnfinished: false));
        if (except is not null)
        {
            var version = source.HasRowVersions ? $"{RowSql.Alias}.xmin::text::bigint" : "0::bigint";
            arms.Add($"select {id}::text, {version}, 0::bigint, false from {RowSql.Whole(mapping)} where {id} = any(${except})");
        }

        return string.Join("\nunion all\n", arms);
    }

    /// <summary>Asks all that <see cref="Scan"/> asks of the rows of <c>$1</c>, an array of ids: which of them can't bear it is looked for by this.</summary>
    public static string Bear(ProbedSource source) => $"""
        select {Version(source)}, {string.Join(", ", Unfinished(source).Append(NewRows(source.Mapping, "interval '1 minute'")).Select(condition => $"({condition})").Append(RowSql.Time(source.Mapping.InsertedAt)))}
        from {RowSql.Joined(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>The highest id, as text.</summary>
    public static string Highest(ProbedSource source) => $"select max({RowSql.Id(source.Mapping)})::text from {RowSql.Whole(source.Mapping)}";

    /// <summary>The id of the last row in the order of ids, as text.</summary>
    public static string Newest(ProbedSource source) =>
        $"select {RowSql.Id(source.Mapping)}::text from {RowSql.Whole(source.Mapping)} where {RowSql.Id(source.Mapping)} is not null order by {RowSql.Id(source.Mapping)} desc limit 1";

    /// <summary>How many seconds in the future the newest of the last rows were inserted; NULL where the mapping does not say when.</summary>
    public static string NewestTime(ProbedSource source) => $"""
        select extract(epoch from max(jl_at) - now())::double precision
        from (
            select {RowSql.Time(source.Mapping.InsertedAt)} as jl_at from {RowSql.From(source.Mapping)}
            where {RowSql.Id(source.Mapping)} is not null order by {RowSql.Id(source.Mapping)} desc limit 100) jl_newest
        where isfinite(jl_at)
        """;

    /// <summary>Id, state, attempt, link (as far as a comparison reads it) and time of insertion of the first rows, or of those after <c>$1</c>, in the order of ids.</summary>
    /// <param name="source">The source.</param>
    /// <param name="isAfter">Whether they come after <c>$1</c>.</param>
    /// <param name="limit">How many rows at most.</param>
    /// <param name="except">The number of a parameter of ids that are left out, for these rows can't be read; null for none. No expression is asked of them.</param>
    public static string States(ProbedSource source, bool isAfter, int limit, int? except = null)
    {
        var mapping = source.Mapping;
        return $"""
            select {StateColumns(mapping)}
            from {RowSql.From(mapping)}
            where {RowSql.Id(mapping)} {(isAfter ? "> $1" : "is not null")}{(except is { } ids ? $" and {RowSql.Id(mapping)} <> all(${ids})" : "")}
            order by {RowSql.Id(mapping)}
            limit {limit}
            """;
    }

    /// <summary>Id and version of the rows of <c>$1</c>, an array of ids; no expression is asked of them. Only for tables whose rows have versions.</summary>
    public static string Versions(ProbedSource source) => $"""
        select {RowSql.Id(source.Mapping)}::text, {RowSql.Alias}.xmin::text::bigint
        from {RowSql.Whole(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>The same of the rows of <c>$1</c>, an array of ids.</summary>
    public static string StatesByIds(ProbedSource source) => $"""
        select {StateColumns(source.Mapping)}
        from {RowSql.From(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>
    /// Without the parent where it is found by way of other rows: that costs some look-ups a row, and what is found when the row is read stays anyway (<see cref="SourceMapping.KeepsParent"/>).
    /// </summary>
    private static string StateColumns(SourceMapping mapping) =>
        $"{RowSql.Id(mapping)}::text as jl_id, {RowSql.Text(mapping.State)}, {RowSql.Number(mapping.Attempt)}, {RowSql.Text(mapping.RunKey ?? (mapping.KeepsParent ? null : mapping.ParentId))}, {RowSql.Time(mapping.InsertedAt)}";

    /// <summary>
    /// How many rows <c>$1</c>, the quoted name of a table, had when it and its partitions were last analyzed; NULL where it is larger than the ten pages that the planner takes
    /// an unknown table to have, or is no table: then the planner is asked, who knows how large it is now.
    /// </summary>
    public const string EstimateOfSmall = """
        with recursive part (id) as (
            select $1::text::regclass::oid
            union all select i.inhrelid from part join pg_inherits i on i.inhparent = part.id)
        select case when not bool_or(c.relkind in ('v', 'f') or pg_relation_size(c.oid) > 10 * 8192) then coalesce(sum(greatest(c.reltuples, 0)) filter (where c.relkind <> 'p'), 0)::bigint end
        from part join pg_class c on c.oid = part.id
        """;

    /// <summary>Asks the planner how many rows the table has.</summary>
    public static string Estimate(ProbedSource source) => $"explain (format json) select from {RowSql.Whole(source.Mapping)}";

    /// <summary>The condition for rows that were inserted within an interval: in a form that an index may serve, where the mapping has one.</summary>
    /// <param name="mapping">The mapping, which says when a row was inserted.</param>
    /// <param name="within">The interval, as SQL.</param>
    public static string NewRows(SourceMapping mapping, string within) => mapping.Recent is { } recent
        ? recent.Replace("{within}", within, StringComparison.Ordinal)
        : $"{RowSql.Time(mapping.InsertedAt)} > now() - {within}";

    /// <summary>
    /// The conditions for rows that are not finished, one for each arm of a UNION ALL. A label that an older enum lacks
    /// (Oban's <c>suspended</c> before version 14) is left out: naming it would be an error.
    /// </summary>
    public static IReadOnlyList<string> Unfinished(ProbedSource source) => source.Mapping.Unfinished.Count > 0
        ? source.Mapping.Unfinished
        : [.. source.Mapping.States.Where(s => !s.Value.IsFinished()).Select(s => RowSql.StateIs(source, s.Key)).OfType<string>()];

    private static string Arm(ProbedSource source, string condition, bool isUnfinished) =>
        $"select {RowSql.Id(source.Mapping)}::text, {Version(source)}, 0::bigint, {(isUnfinished ? "true" : "false")} from {RowSql.From(source.Mapping)} where ({condition}) {RowSql.AndHasId(source.Mapping)}";

    /// <summary>
    /// A row's version. <c>xmin</c>, the transaction that wrote it, which Postgres keeps anyway; a row whose state lies elsewhere too (a view, a
    /// subquery) has a number made of all that may change.
    /// </summary>
    private static string Version(ProbedSource source)
    {
        if (source is { HasRowVersions: true, Outside.Count: 0 })
            return $"{RowSql.Alias}.xmin::text::bigint";
        var parts = source.HasRowVersions
            ? source.Outside.Select(member => Members.Expression(source.Mapping, member))
            : Members.ChangingOf(source.Mapping).Select(member => Members.Expression(source.Mapping, member));
        var texts = parts.OfType<string>().Distinct().Select(RowSql.Text);
        // As a record: what one value ends with can't be what the next begins with.
        return $"hashtextextended(row({string.Join(", ", source.HasRowVersions ? texts.Prepend($"{RowSql.Alias}.xmin::text") : texts)})::text, 0)";
    }
}
