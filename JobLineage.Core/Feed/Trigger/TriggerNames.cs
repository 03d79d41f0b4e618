using System.Security.Cryptography;
using System.Text;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// What the trigger feed of one table is made of. All of it lies in the schema <c>job_lineage</c> of the source's
/// database, which may be the store's too: no name is one of the store's tables.
/// </summary>
/// <param name="Key">Eight hexadecimal digits made of schema and table; they need no quoting.</param>
public sealed record TriggerNames(string Key)
{
    /// <summary>The schema; the store's has the same name.</summary>
    public const string Schema = "job_lineage";

    /// <summary>The table with a row for each watched table.</summary>
    public const string Feed = "job_lineage.feed";

    /// <summary>
    /// What a complete installation has on the table: one trigger for each kind of statement, and one for rows whose id
    /// is overwritten.
    /// </summary>
    public static IReadOnlyList<string> Triggers { get; } = [.. LoggedTable.Kinds.Select(kind => $"job_lineage_{kind}")];

    /// <summary>The names for a table.</summary>
    public static TriggerNames Of(SourceMapping mapping) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mapping.QualifiedTable)))[..8]);

    /// <summary>The names that go with a trigger function found in the catalog; null when it is not one of ours.</summary>
    internal static TriggerNames? OfFunction(string name) =>
        name.Length == 12 && name.StartsWith("log_", StringComparison.Ordinal) && name[4..].All(char.IsAsciiHexDigitLower) ? new(name[4..]) : null;

    /// <summary>The log of changed ids.</summary>
    public string Change => $"{Schema}.change_{Key}";

    /// <summary>The sequence that holds the time of the last notification in milliseconds, or <see cref="Asleep"/>.</summary>
    public string Gate => $"{Schema}.gate_{Key}";

    /// <summary>The trigger function, without its parentheses.</summary>
    public string Function => $"{Schema}.log_{Key}";

    /// <summary>The channel; it holds for one database. None of Oban's begins like it.</summary>
    public string Channel => $"{Schema}_{Key}";

    /// <summary>The advised index over the parent link, in the table's own schema.</summary>
    public string Index => $"{Schema}_parent_{Key}";

    /// <summary>The gate's value while nothing is logged, because nobody reads the log.</summary>
    public const long Asleep = long.MaxValue;
}
