using JobLineage.Core.Model;

namespace JobLineage.Core.Engines;

/// <summary>
/// What is known of a queue by its name: how its tables are read (which tables, what announces changes, what a word for a state means, what
/// is unfinished, what it means that a row is gone: all of it is the mapping), how its version is found out, and what it says itself of pauses
/// and signs of life. A queue that is only configured has a mapping and nothing else.
/// </summary>
public interface IEngine
{
    /// <summary>The word for it in configuration: <c>Preset</c>.</summary>
    string Name { get; }

    /// <summary>How people write it.</summary>
    string Title { get; }

    /// <summary>How its tables are read; the configuration of a source may say otherwise on top of it.</summary>
    /// <param name="source">The source's name.</param>
    SourceMapping Map(string source) => Map(source, EngineTables.Newest);

    /// <summary>The same for the tables and columns that are there: what a version lacks is given up, and everything else is read.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="tables">What is there.</param>
    SourceMapping Map(string source, EngineTables tables);

    /// <summary>A statement that finds out the version of what is in the database, as one text; null where the engine keeps none.</summary>
    /// <param name="mapping">Where it is.</param>
    string? VersionSql(SourceMapping mapping) => null;

    /// <summary>What is to be said of a version.</summary>
    /// <param name="mapping">Where it was found.</param>
    /// <param name="version">What <see cref="VersionSql"/> found; null where the engine does not say.</param>
    Check? Judge(SourceMapping mapping, string? version) => null;

    /// <summary>
    /// Reads what the engine says of queues, in columns <c>queue</c> text (<c>*</c>: every queue), <c>is_paused</c> boolean, or NULL where its tables know no
    /// pauses, <c>paused_at</c> timestamptz or NULL, <c>said_by</c> text: the table that says it, and <c>held</c> text or NULL: what else keeps jobs of it from
    /// being begun, as the end of a sentence about the queue (<c>runs one job at a time</c>). An engine without pauses says so of <c>*</c>, since a queue may
    /// have no row. Null where it keeps nothing in the database.
    /// </summary>
    EngineStatement? Queues => null;

    /// <summary>
    /// Reads who works, in columns <c>node</c> text, <c>queue</c> text or NULL (whichever), <c>started_at</c> and <c>seen_at</c> timestamptz or NULL,
    /// and <c>is_alive</c> boolean: by the engine's own limit. Null where it keeps nothing in the database.
    /// </summary>
    EngineStatement? Nodes => null;

    /// <summary>
    /// What stands in its rows where the mapping has a word of our making, as it is said to people: <c>"created" with start_after ahead</c>; null for a word
    /// of which nothing stands there. A word that is not here is the engine's own.
    /// </summary>
    IReadOnlyDictionary<string, string?> OwnWords => NoWords;

    private static readonly Dictionary<string, string?> NoWords = [];

    /// <summary>Why jobs of it have no errors, as a sentence; null where it keeps them.</summary>
    string? NoErrors => null;

    /// <summary>The path of a job's page in the engine's own tool, behind an origin, with the places of a <c>JobUrl</c>; null where it has none.</summary>
    string? JobPath => null;
}

/// <summary>A statement over an engine's own tables, for those versions and editions that have them.</summary>
/// <param name="Table">The table without which it can't be run, in the schema of the jobs.</param>
/// <param name="Sql">The statement; <c>{schema}</c> stands for the quoted schema.</param>
public sealed record EngineStatement(string Table, string Sql)
{
    /// <summary>The statement for a source.</summary>
    public string Of(SourceMapping mapping) => Sql.Replace("{schema}", SourceMapping.Quote(mapping.Schema), StringComparison.Ordinal);
}
