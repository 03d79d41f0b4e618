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
    /// <param name="database">Connections to its database.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>A source for each, and why some schema is none, as a sentence: nothing is found, or two would have one name. Null where all that is meant is there.</returns>
    public static async Task<(IReadOnlyList<SourceOptions> Found, string? Problem)> FindAsync(SourceOptions entry, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find).With(entry.Mapping.Table);
        command.CommandTimeout = TimeoutSeconds;
        var all = (await command.TextsAsync(cancellation)).Where(schema => Match(entry.Schemas, schema)).Select(schema => Of(entry, schema)).ToList();
        if (all.Count == 0)
            return ([], $"No schema that this user may see is one of {string.Join(", ", entry.Schemas)} and has a table {entry.Mapping.Table}.");
        var found = all.DistinctBy(s => s.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var twice = all.Except(found).FirstOrDefault();
        return (found, twice is null ? null
            : $"Schemas '{found.First(s => s.Name.Equals(twice.Name, StringComparison.OrdinalIgnoreCase)).Mapping.Schema}' and '{twice.Mapping.Schema}' would both be source '{twice.Name}': the first is read. Give the other an entry of its own.");
    }

    /// <summary>Whether a name is that of a source of an entry for several schemas, found or not.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="name">The name.</param>
    public static bool Means(SourceOptions entry, string name) => Schema(entry.Name, entry.Schemas, name, StringComparison.Ordinal) is not null;

    /// <summary>The source of one schema.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="schema">The schema.</param>
    public static SourceOptions Of(SourceOptions entry, string schema) =>
        entry with { Mapping = entry.Mapping with { Name = $"{entry.Name}.{Safe(schema)}", Schema = schema }, Schemas = [] };

    /// <summary>The source that a name means, where it is that of an entry with a schema behind it; null where it is not.</summary>
    /// <param name="entries">All entries.</param>
    /// <param name="name">The name: <c>entry.schema</c>.</param>
    public static SourceOptions? Named(IEnumerable<SourceOptions> entries, string name) => entries
        .Select(e => Schema(e.Name, e.Schemas, name, StringComparison.OrdinalIgnoreCase) is { } schema ? Of(e, schema) : null).OfType<SourceOptions>().FirstOrDefault();

    /// <summary>The schema that the name of a source has behind that of an entry; null where it is none of the entry's.</summary>
    /// <param name="entry">The entry's name.</param>
    /// <param name="patterns">Its schemas, by names and patterns.</param>
    /// <param name="name">The name of the source.</param>
    /// <param name="comparison">How the entry's name is compared.</param>
    public static string? Schema(string entry, IReadOnlyList<string> patterns, string name, StringComparison comparison) =>
        name.StartsWith(entry + ".", comparison) && name[(entry.Length + 1)..] is var schema && Match(patterns, schema) ? schema : null;

    /// <summary>A schema as a part of an address.</summary>
    internal static string Safe(string schema) => string.Concat(schema.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
}
