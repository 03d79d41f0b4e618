using System.Globalization;
using JobLineage.Core.Model;

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
        ? Joined(mapping)
        : $"(select {Alias}.*{(except.HaveVersions ? $", {Alias}.xmin" : "")} from {Whole(mapping)} where {Id(mapping)}::text <> all(array[{string.Join(", ", except.Ids.Select(SourceMapping.Literal))}]) offset 0) as {Alias}{Joins(mapping)}";

    /// <summary>The table under its alias and nothing beside it, with rows that can't be read: for statements that ask no expression of the mapping.</summary>
    public static string Whole(SourceMapping mapping) => $"{mapping.QualifiedTable} as {Alias}";

    /// <summary>The table with what the mapping joins to it, with rows that can't be read.</summary>
    public static string Joined(SourceMapping mapping) => Whole(mapping) + Joins(mapping);

    /// <summary>What the mapping joins to the row, whatever makes that: a space before it; empty where there is nothing.</summary>
    public static string Joins(SourceMapping mapping) => mapping.Joins is { } joins
        ? " " + joins.Replace("{schema}", SourceMapping.Quote(mapping.Schema), StringComparison.Ordinal)
        : "";

    /// <summary>
    /// The rows of which <c>$1</c>, an array of texts, holds the last images, under the table's alias: the columns that images keep, with their types,
    /// <c>jl_is_cut</c> and <c>jl_deleted_at</c>. What was cut off is NULL where a part of it would be no value.
    /// </summary>
    public static string OfImages(ProbedSource source)
    {
        static string Text(string name) => $"(jl_image ->> {SourceMapping.Literal(name)})";
        var columns = source.Columns.Select(c => c.IsText
            ? $"{Text(c.Name)}::{c.Type} as {SourceMapping.Quote(c.Name)}"
            : $"case when length({Text(c.Name)}) < {ImageLimit} then {Text(c.Name)}::{c.Type} end as {SourceMapping.Quote(c.Name)}");
        var cut = source.Columns.Select(c => $"coalesce(length({Text(c.Name)}), 0) >= {ImageLimit}");
        return $"(select {string.Join(", ", columns)}, {(source.Columns.Count == 0 ? "false" : string.Join(" or ", cut))} as jl_is_cut, {Text(ImageDeletedAt)}::timestamptz as jl_deleted_at from (select jl_text::json as jl_image from unnest($1) jl_text offset 0) jl_images) as {Alias}{Joins(source.Mapping)}";
    }

    /// <summary>Characters of a column that an image keeps; what is longer can't be read back, unless it is text.</summary>
    public const int ImageLimit = 8192;

    /// <summary>The key of an image under which the time of the deletion stands.</summary>
    public const string ImageDeletedAt = "jl_deleted_at";

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

    /// <summary>
    /// All parents of a job, as text: a json array of which no more than <see cref="MostParents"/> are read, each once, and whole ones as far as all that is read of a value goes. A cut through its text would leave no array, and so no parent at all. What is
    /// no array has none; text that is none by its looks is read as it is, for to ask whether it is JSON may fail.
    /// </summary>
    public static string Parents(ProbedSource source, string? expression)
    {
        if (expression is null)
            return "null::text";
        var (json, isArray, kind) = source.Types.GetValueOrDefault(nameof(SourceMapping.Parents)) switch
        {
            "jsonb" => ("jl_all", "jsonb_typeof(jl_all) = 'array'", "jsonb"),
            "json" => ("jl_all", "json_typeof(jl_all) = 'array'", "json"),
            _ => ("jl_all::text::json", $"jl_all::text ~ {SourceMapping.Literal(FlatArray)}", "json"),
        };
        // Where links are kept, whether the parent of before is still one of them is asked of all.
        var most = source.Mapping.KeepsParent ? "" : string.Create(CultureInfo.InvariantCulture, $" limit {MostParents}");
        return $"""
            (select case when {isArray} then (
                    select {kind}_agg(jl_one order by jl_first)::text
                    from (
                        select jl_one, jl_first, sum(length(jl_one::text)) over (order by jl_first) as jl_length
                        from (
                            select (array_agg(jl_element.jl_one))[1] as jl_one, min(jl_element.jl_nth) as jl_first
                            from {kind}_array_elements({json}) with ordinality jl_element (jl_one, jl_nth)
                            where {kind}_typeof(jl_element.jl_one) in ('string', 'number')
                            group by jl_element.jl_one::text order by 2{most}) jl_some) jl_first_ones
                    where jl_length <= {ReadSql.FetchLimit})
                else left(jl_all::text, {ReadSql.FetchLimit}) end
            from (select ({expression}) as jl_all offset 0) jl_array)
            """;
    }

    /// <summary>So many parents of a job are read at most: those that are kept, the one in the tree, and one that says that there are more.</summary>
    private const int MostParents = FurtherParents.Most + 2;

    /// <summary>A string, a number or a word, as JSON has them.</summary>
    private const string Flat = """("([^"\\[:cntrl:]]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null)""";

    private const string Blank = @"[ \t\n\r]*";

    /// <summary>A JSON array of nothing else.</summary>
    private const string FlatArray = $$"""^{{Blank}}\[{{Blank}}({{Flat}}({{Blank}},{{Blank}}{{Flat}})*)?{{Blank}}\]{{Blank}}$""";

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
