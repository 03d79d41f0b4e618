namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// What all statements over foreign tables agree on: the row is <c>job</c>, names are quoted, and an expression of the mapping is
/// read in one form for each kind of value, whoever reads it.
/// </summary>
internal static class RowSql
{
    /// <summary>The name of the row in every expression of a mapping, in every statement.</summary>
    public const string Alias = "job";

    /// <summary>
    /// The table under its alias, without the rows that can't be read. OFFSET 0 is a fence: whatever a statement asks of a row, these are
    /// gone before it is asked.
    /// </summary>
    public static string From(SourceMapping mapping) => mapping.Except is not { Ids.Count: > 0 } except
        ? Whole(mapping)
        : $"(select {Alias}.*{(except.HaveVersions ? $", {Alias}.xmin" : "")} from {Whole(mapping)} where {Id(mapping)}::text <> all(array[{string.Join(", ", except.Ids.Select(SourceMapping.Literal))}]) offset 0) as {Alias}";

    /// <summary>The table under its alias, with rows that can't be read.</summary>
    public static string Whole(SourceMapping mapping) => $"{mapping.QualifiedTable} as {Alias}";

    /// <summary>The id column.</summary>
    public static string Id(SourceMapping mapping) => $"{Alias}.{SourceMapping.Quote(mapping.Id)}";

    /// <summary>The condition that a row has an id, after another one. What has none can't be told apart, and is counted by itself.</summary>
    public static string AndHasId(SourceMapping mapping) => $"and {Id(mapping)} is not null";

    /// <summary>Text; NULL where there is none.</summary>
    public static string Text(string? expression) => expression is null ? "null::text" : $"({expression})::text";

    /// <summary>Text; empty where there is none.</summary>
    public static string TextOrEmpty(string? expression) => expression is null ? "''" : $"coalesce(({expression})::text, '')";

    /// <summary>The beginning of a text that may be long.</summary>
    public static string Cut(string? expression, int limit) => expression is null ? "null::text" : $"left(({expression})::text, {limit})";

    /// <summary>A whole number; 0 where there is none.</summary>
    public static string Number(string? expression) => expression is null ? "0::bigint" : $"coalesce(({expression})::bigint, 0)";

    /// <summary>A time; without a zone it is of the zone that <see cref="SourceSettings"/> sets.</summary>
    public static string Time(string? expression) => expression is null ? "null::timestamptz" : $"({expression})::timestamptz";

    /// <summary>JSON, whatever type the column has, so that an index of a jsonb column serves.</summary>
    public static string Json(ProbedSource source, string member, string expression) =>
        source.Types.GetValueOrDefault(member) == "jsonb" ? $"({expression})" : $"(({expression})::text)::jsonb";

    /// <summary>
    /// The condition that a row is in a state, by the source's own word, in the form that an index of the state serves. Null when no row
    /// can be: an enum of an older version lacks the label, a number is not the word.
    /// </summary>
    public static string? StateIs(ProbedSource source, string word)
    {
        var state = $"({source.Mapping.State})";
        if (source.StateLabels is { } labels)
            return labels.Contains(word) ? $"{state} = {SourceMapping.Literal(word)}" : null;
        return source.Types.GetValueOrDefault(nameof(SourceMapping.State)) switch
        {
            // The word must be the number's own text, as it is when the row is read.
            "smallint" => short.TryParse(word, out var number) && Text(number) == word ? $"{state} = {word}" : null,
            "integer" => int.TryParse(word, out var number) && Text(number) == word ? $"{state} = {word}" : null,
            "bigint" => long.TryParse(word, out var number) && Text(number) == word ? $"{state} = {word}" : null,
            "text" or "character varying" or "character" or null => $"{state} = {SourceMapping.Literal(word)}",
            // Whatever else compares in its own way (or not at all): the text is what is read.
            _ => $"{state}::text = {SourceMapping.Literal(word)}",
        };

        static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
