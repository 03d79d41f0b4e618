using JobLineage.Core.Configuration;

namespace JobLineage.Core.Engines;

/// <summary>A table, beside that of the jobs, whose rows say something of jobs.</summary>
/// <param name="Table">Its name; any, quoted by us.</param>
/// <param name="Column">
/// The plain column that names the job whose row is to be read again, by its id or by what <paramref name="Resolve"/> takes; null where rows
/// are only looked up and do not change while jobs live (a table of names).
/// </param>
/// <param name="Schema">Its schema; null: that of the jobs.</param>
/// <param name="Resolve">
/// A statement that makes ids of jobs, as text, of <c>$1</c>, an array of the column's values as text; null where the column holds the id
/// itself. <c>{schema}</c> stands for the schema of the jobs, quoted.
/// </param>
public sealed record ChangeTable(
    [property: Setting(Required = "give the table whose rows say something of jobs, and as Column its column with the job's id")] string Table,
    [property: Setting] string? Column,
    [property: Setting] string? Schema = null,
    [property: Setting] string? Resolve = null)
{
    /// <summary>The quoted, schema-qualified name.</summary>
    /// <param name="mapping">Whose table it is.</param>
    public string QualifiedName(SourceMapping mapping) => $"{SourceMapping.Quote(Schema ?? mapping.Schema)}.{SourceMapping.Quote(Table)}";

    /// <summary>The statement that makes ids of jobs of what the log holds; null where it holds them.</summary>
    /// <param name="mapping">Whose table it is.</param>
    public string? ResolveSql(SourceMapping mapping) => Resolve?.Replace("{schema}", SourceMapping.Quote(mapping.Schema), StringComparison.Ordinal);
}

/// <summary>A change of a table beside that of the jobs.</summary>
/// <param name="Table">The table's place among those that the mapping names, counted from 1.</param>
/// <param name="Value">What its column names the job by.</param>
public readonly record struct ChangeElsewhere(int Table, string Value);
