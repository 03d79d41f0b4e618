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
    public static async Task<IReadOnlyList<SourceOptions>> FindAsync(SourceOptions entry, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find).With(entry.Mapping.Table);
        command.CommandTimeout = TimeoutSeconds;
        return [.. (await command.TextsAsync(cancellation)).Where(schema => Match(entry.Schemas, schema)).Select(schema => Of(entry, schema)).DistinctBy(s => s.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The source of one schema.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="schema">The schema.</param>
    public static SourceOptions Of(SourceOptions entry, string schema) =>
        entry with { Mapping = entry.Mapping with { Name = $"{entry.Name}.{Safe(schema)}", Schema = schema }, Schemas = [] };

    /// <summary>The source that a name means, where it is that of an entry with a schema behind it; null where it is not.</summary>
    /// <param name="entries">All entries.</param>
    /// <param name="name">The name: <c>entry.schema</c>.</param>
    public static SourceOptions? Named(IEnumerable<SourceOptions> entries, string name) => entries
        .Where(e => e.Schemas.Count > 0 && name.StartsWith(e.Name + ".", StringComparison.OrdinalIgnoreCase) && Match(e.Schemas, name[(e.Name.Length + 1)..]))
        .Select(e => Of(e, name[(e.Name.Length + 1)..])).FirstOrDefault();

    /// <summary>A schema as a part of an address.</summary>
    private static string Safe(string schema) => string.Concat(schema.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
}
