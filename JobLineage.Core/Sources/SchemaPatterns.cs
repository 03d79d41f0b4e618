using System.IO.Enumeration;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// One entry of the configuration for the same table in several schemas of a database: each is a source of its own, <c>entry.schema</c>, since their ids collide. Which schemas there
/// are is asked of the database, again and again: a tenant that is added is found.
/// </summary>
public static class SchemaPatterns
{
    private const int TimeoutSeconds = 15;

    private const string Find = """
        select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1
        """;

    /// <summary>Whether a schema is one of those that are meant: by its name, or by a pattern in which <c>*</c> stands for anything and <c>?</c> for one character.</summary>
    /// <param name="patterns">Names and patterns.</param>
    /// <param name="schema">The schema.</param>
    public static bool Match(IReadOnlyList<string> patterns, string schema) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, schema, ignoreCase: false));

    /// <summary>The schemas of an entry in which its table is now.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="alone">The names of the sources that are configured by themselves.</param>
    /// <param name="read">The schemas that are read already, by the names of their sources in any case: they are not given up for another one.</param>
    /// <param name="database">Connections to its database.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<SchemasFound> FindAsync(
        SourceOptions entry, IReadOnlyCollection<string> alone, IReadOnlyDictionary<string, string> read, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find).With(entry.Mapping.Table);
        command.CommandTimeout = TimeoutSeconds;
        return Choose(entry, alone, read, await command.TextsAsync(cancellation));
    }

    /// <summary>Which of the schemas that have its table are an entry's sources. Pure.</summary>
    /// <inheritdoc cref="FindAsync" />
    internal static SchemasFound Choose(SourceOptions entry, IReadOnlyCollection<string> alone, IReadOnlyDictionary<string, string> read, IEnumerable<string> schemas)
    {
        var all = schemas.Where(schema => Match(entry.Schemas, schema)).Select(schema => Of(entry, schema)).ToList();
        if (all.Count == 0)
            return new([], $"No schema that this user may see is one of {string.Join(", ", entry.Schemas)} and has a table {entry.Mapping.Table}.", false);
        var byItself = all.ToLookup(source => alone.Contains(source.Name, StringComparer.OrdinalIgnoreCase));
        var named = byItself[false].GroupBy(source => source.Name, StringComparer.OrdinalIgnoreCase).Select(same => (Read: Preferred([.. same], read), All: same.ToList())).ToList();
        var leftOut = named.Sum(same => same.All.Count - 1);
        List<string> problems =
        [
            .. byItself[true].Select(source => $"Schema '{source.Mapping.Schema}' would be source '{source.Name}', which is configured by itself."),
            .. named.Where(same => same.All.Count > 1).Select(same => $"Schemas {Listed(same.All)} would {(same.All.Count == 2 ? "both" : "all")} be source '{same.Read.Name}': '{same.Read.Mapping.Schema}' is read."),
            .. leftOut > 0 ? [$"List the schemas by name in Schemas and leave the {(leftOut == 1 ? "other" : "others")} out."] : (IEnumerable<string>)[],
        ];
        return new([.. named.Select(same => same.Read)], problems.Count == 0 ? null : string.Join(' ', problems), true);
    }

    /// <summary>Whether a name is that of a source of an entry for several schemas, found or not.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="name">The name, as a source has it.</param>
    public static bool Means(SourceOptions entry, string name) => Rest(entry.Name, name, StringComparison.Ordinal) is { } rest && MatchSafe(entry.Schemas, rest);

    /// <summary>The name that the source of an entry has, whether its schema is written as the database has it or as the source is called; null where it is none of the entry's.</summary>
    /// <param name="entry">The entry's name.</param>
    /// <param name="patterns">Its schemas, by names and patterns.</param>
    /// <param name="name">What was written; the case of the entry's letters does not matter.</param>
    public static string? SourceName(string entry, IReadOnlyList<string> patterns, string name) =>
        Rest(entry, name, StringComparison.OrdinalIgnoreCase) is { } rest && (Match(patterns, rest) || MatchSafe(patterns, rest)) ? $"{entry}.{Safe(rest)}" : null;

    /// <summary>The source of one schema.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="schema">The schema.</param>
    public static SourceOptions Of(SourceOptions entry, string schema) =>
        entry with { Mapping = entry.Mapping with { Name = $"{entry.Name}.{Safe(schema)}", Schema = schema }, Schemas = [] };

    /// <summary>
    /// The source that a name means, where it is that of an entry with a schema behind it; null where it is not. A schema that the entry has by its name may be written as its source
    /// is called; which one a pattern means only the database knows, and there it is written as it is.
    /// </summary>
    /// <param name="entries">All entries.</param>
    /// <param name="name">The name: <c>entry.schema</c>.</param>
    public static SourceOptions? Named(IEnumerable<SourceOptions> entries, string name) => entries
        .Select(e => Rest(e.Name, name, StringComparison.OrdinalIgnoreCase) is { } rest && Schema(e.Schemas, rest) is { } schema ? Of(e, schema) : null).OfType<SourceOptions>().FirstOrDefault();

    /// <summary>A schema as a part of an address.</summary>
    internal static string Safe(string schema) => string.Concat(schema.Select(Safe));

    private static char Safe(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_';

    /// <summary>Of schemas that would have one name the one that is read: that which is already, or whose name needs no change, or else the first.</summary>
    private static SourceOptions Preferred(IReadOnlyList<SourceOptions> same, IReadOnlyDictionary<string, string> read) =>
        same.FirstOrDefault(source => read.GetValueOrDefault(source.Name) == source.Mapping.Schema)
        ?? same.FirstOrDefault(source => Safe(source.Mapping.Schema) == source.Mapping.Schema) ?? same[0];

    private static string Listed(IReadOnlyList<SourceOptions> sources) =>
        $"{string.Join(", ", sources.SkipLast(1).Select(source => $"'{source.Mapping.Schema}'"))} and '{sources[^1].Mapping.Schema}'";

    private static string? Schema(IReadOnlyList<string> patterns, string written)
    {
        var literal = patterns.Where(pattern => !Characters(pattern).Any(c => c.StandsForOthers)).Select(pattern => string.Concat(Characters(pattern).Select(c => c.Value))).ToList();
        return literal.Contains(written) ? written : literal.Find(schema => Safe(schema) == written) ?? (Match(patterns, written) ? written : null);
    }

    /// <summary>What a name has behind that of an entry; null where it has another in front.</summary>
    private static string? Rest(string entry, string name, StringComparison comparison) => name.StartsWith(entry + ".", comparison) ? name[(entry.Length + 1)..] : null;

    /// <summary>Whether the name of a source may be that of a schema that is meant: it has lost what no address may have, so the patterns lose it too.</summary>
    private static bool MatchSafe(IReadOnlyList<string> patterns, string rest) =>
        rest == Safe(rest) && Match([.. patterns.Select(pattern => string.Concat(Characters(pattern).Select(c => c.StandsForOthers ? c.Value : Safe(c.Value))))], rest);

    /// <summary>The characters of a pattern; one behind a backslash stands for itself.</summary>
    private static IEnumerable<(char Value, bool StandsForOthers)> Characters(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
            yield return pattern[i] == '\\' && i + 1 < pattern.Length ? (pattern[++i], false) : (pattern[i], pattern[i] is '*' or '?');
    }
}

/// <summary>What was found of an entry for several schemas.</summary>
/// <param name="Sources">A source for each schema that is read.</param>
/// <param name="Problem">Why not all that is meant is read, as sentences: nothing is found, two schemas would have one name, or a name is another source's. Null where all is.</param>
/// <param name="AreKnown">Whether any is there: then a name that is none of theirs is that of no source.</param>
public sealed record SchemasFound(IReadOnlyList<SourceOptions> Sources, string? Problem, bool AreKnown);
