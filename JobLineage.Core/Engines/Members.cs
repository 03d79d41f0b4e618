using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Engines;

/// <summary>The members of a mapping that hold an expression, by name.</summary>
internal static class Members
{
    private static readonly (string Name, Func<SourceMapping, string?> Of, string Type)[] All =
    [
        (nameof(SourceMapping.State), m => m.State, "text"),
        (nameof(SourceMapping.ParentId), m => m.ParentId, "text"),
        (nameof(SourceMapping.Parents), m => m.Parents, "text"),
        (nameof(SourceMapping.Worker), m => m.Worker, "text"),
        (nameof(SourceMapping.Queue), m => m.Queue, "text"),
        (nameof(SourceMapping.RunKey), m => m.RunKey, "text"),
        (nameof(SourceMapping.RunKeyIndexed), m => m.RunKeyIndexed, "text"),
        (nameof(SourceMapping.Step), m => m.Step, "text"),
        (nameof(SourceMapping.Attempt), m => m.Attempt, "bigint"),
        (nameof(SourceMapping.MaxAttempts), m => m.MaxAttempts, "bigint"),
        (nameof(SourceMapping.Priority), m => m.Priority, "bigint"),
        (nameof(SourceMapping.InsertedAt), m => m.InsertedAt, "timestamptz"),
        (nameof(SourceMapping.ScheduledAt), m => m.ScheduledAt, "timestamptz"),
        (nameof(SourceMapping.AttemptedAt), m => m.AttemptedAt, "timestamptz"),
        (nameof(SourceMapping.FinishedAt), m => m.FinishedAt, "timestamptz"),
        (nameof(SourceMapping.AttemptedBy), m => m.AttemptedBy, "text"),
        (nameof(SourceMapping.Args), m => m.Args, "text"),
        (nameof(SourceMapping.Meta), m => m.Meta, "text"),
        (nameof(SourceMapping.Errors), m => m.Errors, "text"),
        (nameof(SourceMapping.LastError), m => m.LastError, "text"),
        (nameof(SourceMapping.Announced), m => m.Announced, "text"),
        (nameof(SourceMapping.ExpectedChildren), m => m.ExpectedChildren, "text"),
        (nameof(SourceMapping.Deleted), m => m.Deleted, "text"),
    ];

    /// <summary>
    /// What changes while a job lives. Names that are looked up elsewhere (a table of workers, of queues) are not among them: they are
    /// read again when the job's own row changes.
    /// </summary>
    public static IReadOnlyList<string> Changing { get; } =
    [
        nameof(SourceMapping.State), nameof(SourceMapping.Attempt), nameof(SourceMapping.ScheduledAt), nameof(SourceMapping.AttemptedAt),
        nameof(SourceMapping.FinishedAt), nameof(SourceMapping.ParentId), nameof(SourceMapping.RunKey), nameof(SourceMapping.Step),
        nameof(SourceMapping.Errors), nameof(SourceMapping.LastError),
    ];

    /// <summary>What of it makes another version of a row: a parent that is found by way of other rows is read when the job's own row changes, and not looked for with every look.</summary>
    public static IEnumerable<string> ChangingOf(SourceMapping mapping) => mapping.KeepsParent ? Changing.Where(member => member != nameof(SourceMapping.ParentId)) : Changing;

    /// <summary>The expressions that a mapping has, each with its member and the type that it is read as.</summary>
    public static IEnumerable<(string Member, string Expression, string Type)> Of(SourceMapping mapping)
    {
        foreach (var (name, of, type) in All)
        {
            if (of(mapping) is { } expression)
                yield return (name, expression, type);
        }

        foreach (var (worker, expression) in mapping.ExpectedChildrenOf)
            yield return ($"{nameof(mapping.ExpectedChildren)}:{worker}", expression, "text");
    }

    /// <summary>All words of the mapping that may be the name of a column, in their order: which of them are, the catalog says.</summary>
    public static IReadOnlyList<string> Words(SourceMapping mapping) =>
    [
        .. Of(mapping).Select(m => m.Expression).Concat(mapping.Unfinished).Append(mapping.Deleted ?? "").Append(mapping.Joins ?? "")
            .SelectMany(SqlText.Names).Append(mapping.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>A member's expression; null when the mapping has none.</summary>
    public static string? Expression(SourceMapping mapping, string member) => Array.Find(All, m => m.Name == member).Of(mapping);
}
