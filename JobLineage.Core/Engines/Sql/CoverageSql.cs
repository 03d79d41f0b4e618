namespace JobLineage.Core.Engines.Sql;

/// <summary>The statement that tells which part of a table's newest jobs carries a link.</summary>
internal static class CoverageSql
{
    /// <summary>Jobs that are looked at, at most.</summary>
    private const int Most = 10_000;

    /// <summary>How many carry one, and how many there are: of the last day, or the last ones in the order of ids where nothing says when they were inserted.</summary>
    public static string Of(ProbedSource source)
    {
        var m = source.Mapping;
        var (link, since) = (RowSql.Text(m.RunKey ?? m.ParentId), m.InsertedAt is null ? "true" : $"{RowSql.Time(m.InsertedAt)} > now() - interval '1 day'");
        return $"""
            select count(jl_link), count(*)
            from (
                select {link} as jl_link from {RowSql.From(m)}
                where {RowSql.Id(m)} is not null and {since}
                order by {RowSql.Id(m)} desc limit {Most}) jl_newest
            """;
    }
}
