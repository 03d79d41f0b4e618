namespace JobLineage.Core.Engines.Sql;

/// <summary>The statements that read whole jobs.</summary>
internal static class ReadSql
{
    /// <summary>Characters of one value that are fetched at most: more than is kept, so that redaction sees whole keys.</summary>
    public const int FetchLimit = 65_536;

    /// <summary>The jobs among <c>$1</c>, an array of ids.</summary>
    /// <param name="source">The source.</param>
    /// <param name="without">Members that are not read: NULL stands in their place.</param>
    public static string ByIds(ProbedSource source, IReadOnlyCollection<string>? without = null) => $"""
        select {Columns(source, without ?? [])}
        from {RowSql.From(source.Mapping)}
        where {RowSql.Id(source.Mapping)} = any($1)
        """;

    /// <summary>The first rows of the table in the order of ids, or those after <c>$1</c>.</summary>
    public static string Chunk(ProbedSource source, bool isAfter, int limit) => $"""
        select {Columns(source, [])}
        from {RowSql.From(source.Mapping)}
        where {RowSql.Id(source.Mapping)} {(isAfter ? "> $1" : "is not null")}
        order by {RowSql.Id(source.Mapping)}
        limit {limit}
        """;

    /// <summary>
    /// The jobs of which <c>$1</c>, an array of texts, holds the last images: as <see cref="ByIds"/>, with the state in which the job ended where the
    /// mapping knows it, and then whether something of it was cut off, and when the row was deleted.
    /// </summary>
    public static string Images(ProbedSource source)
    {
        var m = source.Mapping;
        var ended = m with { State = $"coalesce(({m.Deleted ?? "null"})::text, ({m.State})::text)" };
        return $"""
            select {Columns(source with { Mapping = ended }, [])}, {RowSql.Alias}.jl_is_cut, {RowSql.Alias}.jl_deleted_at
            from {RowSql.OfImages(source)}
            """;
    }

    /// <summary>The ids of the first rows, or of those after <c>$1</c>, as text and in their order.</summary>
    public static string Ids(ProbedSource source, bool isAfter, int limit) => $"""
        select {RowSql.Id(source.Mapping)}::text as jl_id
        from {RowSql.Whole(source.Mapping)}
        where {RowSql.Id(source.Mapping)} {(isAfter ? "> $1" : "is not null")}
        order by {RowSql.Id(source.Mapping)}
        limit {limit}
        """;

    /// <summary>The ids of the last rows in the order of ids, as text.</summary>
    public static string NewestIds(ProbedSource source, int limit) => $"""
        select {RowSql.Id(source.Mapping)}::text as jl_id from {RowSql.Whole(source.Mapping)}
        where {RowSql.Id(source.Mapping)} is not null order by {RowSql.Id(source.Mapping)} desc limit {limit}
        """;

    /// <summary>How many rows have no id.</summary>
    public static string Lacking(ProbedSource source) => $"select count(*) from {RowSql.Whole(source.Mapping)} where {RowSql.Id(source.Mapping)} is null";

    /// <summary>An id that more than one row has, as text; no row where there is none.</summary>
    public static string Twice(ProbedSource source) => $"""
        select {RowSql.Id(source.Mapping)}::text from {RowSql.Whole(source.Mapping)}
        where {RowSql.Id(source.Mapping)} is not null group by {RowSql.Id(source.Mapping)} having count(*) > 1 limit 1
        """;

    /// <summary>
    /// One row, <c>$1</c>, whole: as JSON a value of any type is text that can be read, and the columns keep their order. No expression of the mapping is asked, which may fail on just this
    /// row, and nothing is joined but where that says which of several rows is the job.
    /// </summary>
    public static string Native(ProbedSource source) => $"""
        select jl_column.key, left(jl_column.value, {FetchLimit}), length(jl_column.value)::bigint
        from {(source.Mapping.SharesIds ? RowSql.Joined(source.Mapping) : RowSql.Whole(source.Mapping))} cross join lateral json_each_text(row_to_json({RowSql.Alias}.*)) with ordinality jl_column
        where {RowSql.Id(source.Mapping)} = $1
        order by jl_column.ordinality
        """;

    /// <summary>The word for the state of one row, <c>$1</c>.</summary>
    public static string Word(ProbedSource source) => $"""
        select {RowSql.Text(source.Mapping.State)} from {RowSql.Joined(source.Mapping)} where {RowSql.Id(source.Mapping)} = $1 limit 1
        """;

    /// <summary>The members that <see cref="ByIds"/> reads, in the order in which the reader takes them.</summary>
    public static IReadOnlyList<string> Read { get; } =
    [
        nameof(SourceMapping.State), nameof(SourceMapping.Worker), nameof(SourceMapping.Queue), nameof(SourceMapping.Step), nameof(SourceMapping.ParentId),
        nameof(SourceMapping.RunKey), nameof(SourceMapping.Attempt), nameof(SourceMapping.MaxAttempts), nameof(SourceMapping.Priority),
        nameof(SourceMapping.InsertedAt), nameof(SourceMapping.ScheduledAt), nameof(SourceMapping.AttemptedAt), nameof(SourceMapping.FinishedAt),
        nameof(SourceMapping.AttemptedBy), nameof(SourceMapping.Args), nameof(SourceMapping.Meta), nameof(SourceMapping.Errors), nameof(SourceMapping.LastError),
        nameof(SourceMapping.ExpectedChildren), nameof(SourceMapping.Parents),
    ];

    private static string Columns(ProbedSource source, IReadOnlyCollection<string> without)
    {
        var m = source.Mapping;
        string? Of(string member, string? expression) => without.Contains(member) ? null : expression;
        string Text(string member, string? expression) => RowSql.Text(Of(member, expression));
        string Number(string member, string? expression) => RowSql.Number(Of(member, expression));
        string Time(string member, string? expression) => RowSql.Time(Of(member, expression));
        string Cut(string member, string? expression) => RowSql.Cut(Of(member, expression), FetchLimit);
        return string.Join(", ",
            // Under a name of its own: "order by id" would otherwise order by this text.
            $"{RowSql.Id(m)}::text as jl_id", Text(nameof(m.State), m.State), Text(nameof(m.Worker), m.Worker), Text(nameof(m.Queue), m.Queue),
            Text(nameof(m.Step), m.Step), Text(nameof(m.ParentId), m.ParentId), Text(nameof(m.RunKey), m.RunKey), Number(nameof(m.Attempt), m.Attempt),
            Number(nameof(m.MaxAttempts), m.MaxAttempts), Number(nameof(m.Priority), m.Priority), Time(nameof(m.InsertedAt), m.InsertedAt),
            Time(nameof(m.ScheduledAt), m.ScheduledAt), Time(nameof(m.AttemptedAt), m.AttemptedAt), Time(nameof(m.FinishedAt), m.FinishedAt),
            Text(nameof(m.AttemptedBy), m.AttemptedBy), Cut(nameof(m.Args), m.Args), Cut(nameof(m.Meta), m.Meta), Cut(nameof(m.Errors), m.Errors),
            Cut(nameof(m.LastError), m.LastError), Text(nameof(m.ExpectedChildren), m.ExpectedSql),
            RowSql.Parents(source, Of(nameof(m.Parents), m.Parents)));
    }
}
