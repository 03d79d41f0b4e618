using System.Globalization;
using System.Text;
using JobLineage.Core.Configuration;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;

namespace JobLineage.Core.Engines;

/// <summary>
/// How one queue table is read. Every member that is called an expression is SQL over the row <c>job</c>
/// (<c>job.meta-&gt;&gt;'parent_job_id'</c>; a plain column name works where it is not ambiguous). Expressions come from presets and from
/// the operator's own configuration, never from data.
/// </summary>
[Section("JobLineage:Sources:*")]
public sealed record SourceMapping
{
    /// <summary>The source's name in the configuration and in URLs.</summary>
    public required string Name { get; init; }

    /// <summary>The preset this mapping began as: <c>oban</c>, another name of <see cref="Presets"/>, or <c>custom</c>.</summary>
    public string Preset { get; init; } = "custom";

    /// <summary>The schema (Oban calls it prefix); any name, quoted by us.</summary>
    [Setting]
    public string Schema { get; init; } = "public";

    /// <summary>The table; any name, quoted by us.</summary>
    [Setting]
    public required string Table { get; init; }

    /// <summary>
    /// What is joined to the table wherever expressions of the mapping are read: joins, laterals too, after
    /// <c>… as job</c> (<c>left join tasks t on t.id = job.task_id</c>). They must neither take rows away nor double them.
    /// <c>{schema}</c> stands for <see cref="Schema"/>, quoted. Null for none.
    /// </summary>
    [Setting(IsClearable = true)]
    public string? Joins { get; init; }

    /// <summary>
    /// Whether the configuration says what is joined, be it nothing: a preset then joins nothing of its own, and what it would read of that is left out.
    /// </summary>
    internal bool HasOwnJoins { get; init; }

    /// <summary>Other tables that say something of jobs; a trigger on each announces what changes in them.</summary>
    [Setting]
    public IReadOnlyList<ChangeTable> Changes { get; init; } = [];

    /// <summary>
    /// Expression over the last image of a row that was deleted: the state in which the job ended, in a word of <see cref="States"/>; NULL
    /// where that is not known, or the row was pruned after it had finished. With it the trigger's log keeps the last image of each deleted
    /// row. Null where only finished rows are deleted.
    /// </summary>
    [Setting(IsClearable = true)]
    public string? Deleted { get; init; }

    /// <summary>The id column; its type must be an integer, uuid or text.</summary>
    [Setting]
    public string Id { get; init; } = "id";

    /// <summary>
    /// Whether an id is one job's for ever, and several rows may have it, of which <see cref="Joins"/> leave one: then another time of insertion
    /// makes no other job.
    /// </summary>
    public bool SharesIds { get; init; }

    /// <summary>Expression for the state, in the source's own words.</summary>
    [Setting]
    public required string State { get; init; }

    /// <summary>The source's own words for states; one that is not here is reported by name and its rows are passed over.</summary>
    [Setting(By = nameof(ReadState))]
    public required IReadOnlyDictionary<string, JobState> States { get; init; }

    /// <summary>
    /// Conditions that together find the rows that are not finished, each on its own so that a partial index can serve
    /// it; empty: made from <see cref="State"/> and <see cref="States"/>.
    /// </summary>
    [Setting]
    public IReadOnlyList<string> Unfinished { get; init; } = [];

    /// <summary>Expression for the full worker name.</summary>
    [Setting]
    public required string Worker { get; init; }

    /// <summary>Expression for the queue's name; null where there is none.</summary>
    [Setting(IsClearable = true)]
    public string? Queue { get; init; }

    /// <summary>Expression for the parent's id as text; null where there are no parent links.</summary>
    [Setting(IsClearable = true)]
    public string? ParentId { get; init; }

    /// <summary>
    /// Expression (json array of ids) for all parents of a job that may have several, the first by time first; that of <see cref="ParentId"/> may be among them. What is there
    /// beside it is a link: it has no say in which run a job is of. Null where a job has one parent at most.
    /// </summary>
    [Setting(IsClearable = true)]
    public string? Parents { get; init; }

    /// <summary>
    /// Where the parent id stands in a jsonb column that may have a GIN index: then children are also found by
    /// containment. Null where it does not.
    /// </summary>
    public JsonKey? ParentKey { get; init; }

    /// <summary>
    /// Whether parents are found by way of their own rows, which may be pruned before their child's: a link that was once read then stays when it is not found
    /// any more, whatever else is found. So it is only where <see cref="ParentId"/> is the preset's own and there is no <see cref="RunKey"/>.
    /// </summary>
    public bool KeepsParent { get; init; }

    /// <summary>Expression for the key that all jobs of a run share; null where runs are held together by parent links.</summary>
    [Setting(IsClearable = true)]
    public string? RunKey { get; init; }

    /// <summary>
    /// Expression that alone narrows the table to the jobs of a run key and that an index may serve, compared with the
    /// same expression of one of the run's jobs; null for none.
    /// </summary>
    [Setting(IsClearable = true)]
    public string? RunKeyIndexed { get; init; }

    /// <summary>Expression for the step within a run key's run; null: the worker is the step.</summary>
    [Setting(IsClearable = true)]
    public string? Step { get; init; }

    /// <summary>The steps in their order; others come after, by their first id.</summary>
    [Setting]
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Expression for attempts begun.</summary>
    [Setting(IsClearable = true)]
    public string? Attempt { get; init; }

    /// <summary>Expression for attempts allowed.</summary>
    [Setting(IsClearable = true)]
    public string? MaxAttempts { get; init; }

    /// <summary>Expression for the priority.</summary>
    [Setting(IsClearable = true)]
    public string? Priority { get; init; }

    /// <summary>Expression (timestamptz) for when the row was inserted.</summary>
    [Setting(IsClearable = true)]
    public string? InsertedAt { get; init; }

    /// <summary>
    /// Condition over the row's own columns for rows that were inserted within <c>{within}</c>, an interval: as an index of a plain column serves it, where none can serve
    /// <see cref="InsertedAt"/>. Null: made from that.
    /// </summary>
    public string? Recent { get; init; }

    /// <summary>Expression (timestamptz) for when the job may run.</summary>
    [Setting(IsClearable = true)]
    public string? ScheduledAt { get; init; }

    /// <summary>Expression (timestamptz) for when the last attempt began.</summary>
    [Setting(IsClearable = true)]
    public string? AttemptedAt { get; init; }

    /// <summary>Expression (timestamptz) for when the job came to rest.</summary>
    [Setting(IsClearable = true)]
    public string? FinishedAt { get; init; }

    /// <summary>Expression (text) for who made the last attempt.</summary>
    [Setting(IsClearable = true)]
    public string? AttemptedBy { get; init; }

    /// <summary>Expression (json or text) for the arguments.</summary>
    [Setting(IsClearable = true)]
    public string? Args { get; init; }

    /// <summary>Expression (json or text) for the meta data.</summary>
    [Setting(IsClearable = true)]
    public string? Meta { get; init; }

    /// <summary>
    /// Keys of the arguments, or else of the meta data, that name what a job works on; the first that is there counts.
    /// A failure is told with it.
    /// </summary>
    [Setting]
    public IReadOnlyList<string> TargetKeys { get; init; } = [];

    /// <summary>Expression (json array, oldest first) for the errors; see <see cref="LastError"/>.</summary>
    [Setting(IsClearable = true)]
    public string? Errors { get; init; }

    /// <summary>Expression (text) for the last error, where the source keeps only that.</summary>
    [Setting(IsClearable = true)]
    public string? LastError { get; init; }

    /// <summary>
    /// Expression (number, or text or json of one) for how many children a job announces in a place that queues agree
    /// on; null where there is none. What is configured comes before it.
    /// </summary>
    public string? Announced { get; init; }

    /// <summary>Expression for how many children a job is expected to have, whatever its worker; null for none.</summary>
    [Setting(IsClearable = true)]
    public string? ExpectedChildren { get; init; }

    /// <summary>The same for jobs of some workers, by full or short name; these come before <see cref="ExpectedChildren"/>.</summary>
    [Setting(Key = nameof(ExpectedChildren), Empty = "give a number, or an expression on the parent such as args->'expected_pages'")]
    public IReadOnlyDictionary<string, string> ExpectedChildrenOf { get; init; } = new Dictionary<string, string>();

    /// <summary>Ids of rows that no statement may look at, for they can't be read: all others are.</summary>
    internal ExceptedRows? Except { get; init; }

    /// <summary>All that says how many children a job is expected to have, as one text expression; null for nothing.</summary>
    public string? ExpectedSql
    {
        get
        {
            // Where runs share a key there are no parents.
            if (RunKey is not null)
                return null;
            var ways = ExpectedChildrenOf
                .Select(w => $"case when {WorkerSql.IsNamed(RowSql.TextOrEmpty(Worker), w.Key)} then ({w.Value})::text end")
                .Concat(new[] { ExpectedChildren, Announced }.OfType<string>().Select(e => $"({e})::text"))
                .ToList();
            return ways.Count == 0 ? null : $"coalesce({string.Join(", ", ways)})";
        }
    }

    /// <summary>
    /// Template of the queue's own page of a job, with <c>{id}</c>, <c>{queue}</c>, <c>{worker}</c>, <c>{schema}</c>; null for none.
    /// </summary>
    [Setting(IsClearable = true)]
    public string? JobUrl { get; init; }

    /// <summary>The zone of times that the table keeps without one, as Postgres knows it.</summary>
    [Setting]
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The table's quoted, schema-qualified name.</summary>
    public string QualifiedTable => $"{Quote(Schema)}.{Quote(Table)}";

    /// <summary>Quotes an SQL identifier.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"")}\"";

    /// <summary>
    /// Quotes an SQL string literal, whatever the server's settings. What can't be seen or turns the reading direction is written by its number:
    /// pasted into a terminal it would otherwise be a command to it, or show another text than the one that is meant.
    /// </summary>
    public static string Literal(string text)
    {
        if (!text.Any(IsEscaped))
            return $"'{text.Replace("'", "''")}'";
        var literal = new StringBuilder("E'");
        foreach (var c in text)
        {
            if (!IsEscaped(c))
                literal.Append(c is '\'' ? "''" : c);
            else if (c == '\\')
                literal.Append(@"\\");
            else
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return literal.Append('\'').ToString();
    }

    private static object? ReadState(string text, Action<string> wrong)
    {
        if (JobStates.TryParse(text, out var state))
            return state;
        wrong($", which is not a state; states are {string.Join(", ", JobStates.All.Select(s => s.Name()))}");
        return null;
    }

    private static bool IsEscaped(char c) => c == '\\'
        || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

/// <summary>A key of a jsonb column.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Key">The top-level key in it.</param>
public sealed record JsonKey(string Column, string Key);

/// <summary>Rows that no statement may look at.</summary>
/// <param name="Ids">Their ids, as text.</param>
/// <param name="HaveVersions">Whether rows of the table have a version of their own.</param>
internal sealed record ExceptedRows(IReadOnlyCollection<string> Ids, bool HaveVersions);
