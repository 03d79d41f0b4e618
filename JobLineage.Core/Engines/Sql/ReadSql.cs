namespace JobLineage.Core.Engines.Sql;

/// <summary>The statements that read whole jobs.</summary>
internal static class ReadSql
{
    /// <summary>Characters of one value that are fetched at most: more than is kept, so that redaction sees whole keys.</summary>
    public const int FetchLimit = 65_536;

    /// <summary>The jobs among <c>$1</c>, an array of ids.</summary>
    public static string ByIds(ProbedSource source) => $"""
        select {Columns(source.Mapping)}
        from {RowSql.From(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>The first rows of the table in the order of ids, or those after <c>$1</c>.</summary>
    public static string Chunk(ProbedSource source, bool isAfter, int limit) => $"""
        select {Columns(source.Mapping)}
        from {RowSql.From(source.Mapping)}
        {(isAfter ? $"where {RowSql.Id(source.Mapping)} > $1" : "")}
        order by {RowSql.Id(source.Mapping)}
        limit {limit}
        """;

    /// <summary>
    /// One row, <c>$1</c>, whole: as JSON a value of any type is text that can be read, and the columns keep their order.
    /// </summary>
    public static string Native(ProbedSource source) => $"""
        select jl_column.key, left(jl_column.value, {FetchLimit}), length(jl_column.value)::bigint
        from {RowSql.From(source.Mapping)} cross join lateral json_each_text(row_to_json({RowSql.Alias}.*)) with ordinality jl_column
        where {RowSql.Id(source.Mapping)} = $1
        order by jl_column.ordinality
        """;

    /// <summary>The columns of a job, in the order in which the reader takes them.</summary>
    private static string Columns(SourceMapping m) => string.Join(", ",
        // Under a name of its own: "order by id" would otherwise order by this text.
        $"{RowSql.Id(m)}::text as jl_id", RowSql.Text(m.State), RowSql.Text(m.Worker), RowSql.Text(m.Queue), RowSql.Text(m.Step), RowSql.Text(m.ParentId),
        RowSql.Text(m.RunKey), RowSql.Number(m.Attempt), RowSql.Number(m.MaxAttempts), RowSql.Number(m.Priority), RowSql.Time(m.InsertedAt),
        RowSql.Time(m.ScheduledAt), RowSql.Time(m.AttemptedAt), RowSql.Time(m.FinishedAt), RowSql.Text(m.AttemptedBy), RowSql.Cut(m.Args, FetchLimit),
        RowSql.Cut(m.Meta, FetchLimit), RowSql.Cut(m.Errors, FetchLimit), RowSql.Cut(m.LastError, FetchLimit), RowSql.Text(m.ExpectedSql));
}
