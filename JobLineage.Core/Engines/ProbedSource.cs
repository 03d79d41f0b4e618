using JobLineage.Core.Model;

namespace JobLineage.Core.Engines;

/// <summary>A mapping together with what was found out about the table it reads.</summary>
/// <param name="Mapping">How the table is read.</param>
/// <param name="IdKind">The type of its ids.</param>
/// <param name="IdType">The id column's type as Postgres writes it, such as <c>bigint</c>; safe to put into SQL.</param>
/// <param name="StateLabels">The labels of the state column's enum; null when it is not an enum.</param>
/// <param name="HasRowVersions">Whether rows have an <c>xmin</c> (tables do; views, foreign tables and their partitions do not).</param>
public sealed record ProbedSource(
    SourceMapping Mapping, JobIdKind IdKind, string IdType, IReadOnlyList<string>? StateLabels, bool HasRowVersions)
{
    /// <summary>
    /// The kind of id that the parent expression has by its type, when that type is an integer or uuid; null when it is
    /// text (as from JSON) or there is none.
    /// </summary>
    public JobIdKind? ParentIdKind { get; init; }

    /// <summary>The types of the mapping's expressions by member, as Postgres writes them; empty when nobody asked.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>();

    /// <summary>What kind of table it is.</summary>
    public TableKind Kind { get; init; } = TableKind.Table;

    /// <summary>
    /// The changing members of the mapping that read other rows than the job's own: such a job changes without a change of its row, which
    /// neither <c>xmin</c> nor a trigger tells.
    /// </summary>
    public IReadOnlyList<string> Outside { get; init; } = [];

    /// <summary>The members whose value turns with the clock: the same, and no comparison finds out when.</summary>
    public IReadOnlyList<string> ByTheClock { get; init; } = [];

    /// <summary>The columns that images of deleted rows keep; empty where none are kept.</summary>
    public IReadOnlyList<ImageColumn> Columns { get; init; } = [];

    /// <summary>Tables, by their qualified names, that changing members read and whose changes nothing announces.</summary>
    public IReadOnlyList<string> Unannounced { get; init; } = [];

    /// <summary>What newer versions of the engine have and this database lacks, as <c>table</c> or <c>table.column</c>: it is given up.</summary>
    public IReadOnlyCollection<string> Missing { get; init; } = [];

    /// <summary>
    /// Whether changing members read what no trigger announces and no comparison need heal, as locks of the server: looks must find it, and what they find
    /// was not lost.
    /// </summary>
    public bool TurnsUnannounced => Outside.Count > 0 && Mapping.Changes.Any(c => c.Column is null && c.Schema == "pg_catalog");

    /// <summary>Whether the id column takes NULL: a row that has it can't be told from others.</summary>
    public bool MayLackIds { get; init; }

    /// <summary>Whether row level security may hide rows from this user, of the jobs or of what is joined to them.</summary>
    public bool HidesRows => HidingTables.Count > 0;

    /// <summary>The tables whose row level security may hide rows from this user: that of the jobs, and those of the mapping's <see cref="SourceMapping.Changes"/>.</summary>
    public IReadOnlyList<HidingTable> HidingTables { get; init; } = [];

    /// <summary>
    /// Why changes can pass unseen by the log of a trigger, as half a sentence; null when they can't. Such a source is followed by polling,
    /// and compared often.
    /// </summary>
    public string? Reach => Kind switch
    {
        TableKind.View => "it is a view, which changes with its tables",
        TableKind.Materialized => "it is a materialized view, which changes when it is refreshed",
        TableKind.Foreign => "it is a foreign table (or has foreign partitions), whose rows have no version",
        TableKind.Inherited => "other tables inherit from it, and what is written to those fires no trigger of it",
        // Where other tables announce their changes, only those that do not stand in the way.
        _ when Outside.Count > 0 && Mapping.Changes.Count > 0 && Unannounced.Count == 0 => null,
        _ when Outside.Count > 0 && Mapping.Changes.Count > 0 =>
            $"{string.Join(", ", Outside)} {(Outside.Count == 1 ? "reads" : "read")} {string.Join(", ", Unannounced)}, which {(Unannounced.Count == 1 ? "is" : "are")} not among its Changes",
        _ when Outside.Count > 0 => $"{string.Join(", ", Outside)} {(Outside.Count == 1 ? "reads" : "read")} other rows than the job's own",
        _ => null,
    };
}

/// <summary>A table whose row level security may hide rows.</summary>
/// <param name="Name">Its quoted, schema-qualified name.</param>
/// <param name="Policy">A name for a policy that would show them, which no policy of the table has yet; null where a restrictive policy takes rows away, which none gives back.</param>
/// <param name="Role">The user from whom they are hidden.</param>
public sealed record HidingTable(string Name, string? Policy, string Role);

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as Postgres writes it; safe to put into SQL.</param>
/// <param name="IsText">Whether a part of a value is a value.</param>
public sealed record ImageColumn(string Name, string Type, bool IsText);

/// <summary>What kind of table a source reads.</summary>
public enum TableKind
{
    /// <summary>A table.</summary>
    Table,

    /// <summary>A partitioned table.</summary>
    Partitioned,

    /// <summary>A table from which others inherit.</summary>
    Inherited,

    /// <summary>A view.</summary>
    View,

    /// <summary>A materialized view.</summary>
    Materialized,

    /// <summary>A foreign table, or a partitioned one with foreign partitions.</summary>
    Foreign,
}
