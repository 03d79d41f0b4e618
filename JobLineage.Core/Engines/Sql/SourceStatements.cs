using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>A statement that the program runs over a source's table, with parameters to try it with.</summary>
/// <param name="Use">Who runs it, as half a sentence: "the poll feed's look".</param>
/// <param name="Sql">The statement, as it is run.</param>
/// <param name="Parameters">Makes its parameters.</param>
internal sealed record SourceStatement(string Use, string Sql, Func<string, SqlValue[]> Parameters)
{
    /// <summary>The settings that it runs with, where they are not those of all.</summary>
    public string? Settings { get; init; }

    /// <summary>What it looks over, where it is run every second or so.</summary>
    public LookOver? Look { get; init; }
}

/// <summary>What a look finds, beside what is not finished, which every one does.</summary>
internal enum LookOver
{
    /// <summary>Nothing more.</summary>
    Unfinished,

    /// <summary>Rows with a higher id than those that were seen.</summary>
    NewIds,

    /// <summary>Rows that were inserted a short while ago.</summary>
    NewRows,
}

/// <summary>
/// All statements over one source's table that read its rows, made by what makes them when they are run: the feeds, the reconciliation, the terminal,
/// the pages, and the searches for rows that can't be read. What can't be planned here can't be run there, and the other way round.
/// </summary>
internal static class SourceStatements
{
    /// <summary>Rows that a trial reads at most.</summary>
    private const int Some = 50;

    private const int TrialSeconds = 5;

    /// <summary>The statements.</summary>
    /// <param name="source">The source.</param>
    /// <param name="lookup">How the terminal finds children.</param>
    public static IReadOnlyList<SourceStatement> Of(ProbedSource source, ParentLookup lookup)
    {
        var kind = source.IdKind;
        SqlValue Id(string id) => IdParameters.Value(kind, id);
        SqlValue Ids(string id) => IdParameters.Array(kind, [id]);
        var statements = new List<SourceStatement>
        {
            new("the feeds, reading changed jobs", ReadSql.ByIds(source), id => [Ids(id)]),
            new("the first reading of the table", ReadSql.Chunk(source, isAfter: false, Some), _ => []),
            new("the first reading of the table, further on", ReadSql.Chunk(source, isAfter: true, Some), id => [Id(id)]),
            new("the first reading of the table, looking for rows that can't be read", ReadSql.Ids(source, isAfter: false, Some), _ => []),
            new("the same, further on", ReadSql.Ids(source, isAfter: true, Some), id => [Id(id)]),
            new("the look over what is not finished", ScanSql.Scan(source, null, null, 1), id => [Ids(id)]) { Look = LookOver.Unfinished },
            new("the look, looking for rows that can't be read", ScanSql.Bear(source), id => [Ids(id)]),
            new("the look, passing such rows by", ScanSql.Scan(Without(source), null, null, 1, 2), id => [Ids(id), Ids(id)]),
            new("the reconciliation", ScanSql.States(source, isAfter: false, Some), _ => []),
            new("the reconciliation, further on", ScanSql.States(source, isAfter: true, Some), id => [Id(id)]),
            new("the reconciliation, passing rows by that can't be read", ScanSql.States(source, isAfter: true, Some, 2), id => [Id(id), Ids(id)]),
            new("the reconciliation, looking for them", ScanSql.StatesByIds(source), id => [Ids(id)]),
            new("the doctor, finding the newest rows", ReadSql.NewestIds(source, Some), _ => []),
            new("the queues, what waits", QueueSql.Waiting(source), _ => []),
            new("a job's page, reading the row whole", ReadSql.Native(source), id => [Id(id)]),
            new("a job's page, reading the word for its state", ReadSql.Word(source), id => [Id(id)]),
        };
        if (source.HasRowVersions)
            statements.Add(new("the reconciliation, asking whether such rows have changed", ScanSql.Versions(source), id => [Ids(id)]));
        if (source.Mapping.Deleted is not null)
            statements.Add(new("the feeds, reading the last images of deleted rows", ReadSql.Images(source), _ => [Parameters.Texts(["{}"])]));
        statements.AddRange(source.Mapping.Changes.Select(c => (Table: c, Sql: c.ResolveSql(source.Mapping))).Where(c => c.Sql is not null)
            .Select(c => new SourceStatement($"Changes of {c.Table.Table}, finding the jobs that they are about", c.Sql!, id => [Parameters.Texts([id])])));
        if (source.MayLackIds)
            statements.Add(new("the count of rows without an id", ReadSql.Lacking(source), _ => []));
        if (kind == JobIdKind.BigInt)
        {
            statements.Add(new("the look over new ids", ScanSql.Scan(source, 1, null, 2), id => [Id(id), Ids(id)]) { Look = LookOver.NewIds });
            statements.Add(new("the highest id", ScanSql.Highest(source), _ => []));
        }
        else if (source.Mapping.InsertedAt is not null)
        {
            statements.Add(new("the look over new rows", ScanSql.Scan(source, null, 1, 2), id => [TimeSpan.FromMinutes(2), Ids(id)]) { Look = LookOver.NewRows });
        }

        statements.AddRange(Lineage(source, lookup, Id).Select(s => s with { Settings = LineageSql.Settings(source, lookup, TrialSeconds) }));
        statements.AddRange(Inference(source, Id).Select(s => s with { Settings = LineageSql.Settings(source, ParentLookup.Expression, TrialSeconds) }));
        return statements;
    }

    /// <summary>The source without one row, as when that can't be read.</summary>
    private static ProbedSource Without(ProbedSource source) =>
        source with { Mapping = source.Mapping with { Except = new([IdParameters.Any(source.IdKind)], source.HasRowVersions) } };

    private static IEnumerable<SourceStatement> Lineage(ProbedSource source, ParentLookup lookup, Func<string, SqlValue> id)
    {
        yield return new("the terminal, looking for rows that can't be read", LineageSql.Bear(source, withArgs: true), x => [IdParameters.Array(source.IdKind, [x])]);
        if (source.Mapping.RunKey is not null)
        {
            yield return new("the terminal, reading a run by its key", LineageSql.Keyed(source), x => [id(x)]);
            yield break;
        }

        var found = lookup == ParentLookup.None ? ParentLookup.Scan : lookup;
        yield return new("the terminal, reading a tree", LineageSql.Tree(source, found, climb: true), x => [id(x)]);
        yield return new("the terminal, reading what is below a job", LineageSql.Tree(source, found, climb: false), x => [id(x)]);
        yield return new("the terminal, reading children", LineageSql.Children(source, found), x => [id(x)]);
        yield return new("the terminal, reading ancestors", LineageSql.Ancestors(source), x => [id(x)]);
        yield return new("the terminal, reading a tree past rows that can't be read", LineageSql.Tree(Without(source), ParentLookup.Scan, climb: true), x => [id(x)]);
    }

    private static IEnumerable<SourceStatement> Inference(ProbedSource source, Func<string, SqlValue> id)
    {
        static SqlValue Time() => DateTimeOffset.UnixEpoch;
        yield return new("infer, reading the job", InferenceSql.One(source), x => [id(x)]);
        if (source.IdKind == JobIdKind.BigInt)
        {
            if (source.Mapping.InsertedAt is not null)
                yield return new("infer, finding the end of the window", InferenceSql.End(source), x => [id(x), Time()]);
            yield return new("infer, reading the window", InferenceSql.ByIds(source, Some, Some), x => [id(x), id(x)]);
            if (source.Mapping.Args is not null)
                yield return new("infer, reading more of a window", InferenceSql.ByIdsHolding(source, Some), x => [id(x), id(x), "{}"]);
            if (source.Mapping is { ParentId: not null, RunKey: null })
                yield return new("infer, reading known parents", InferenceSql.Known(source, Some), _ => []);
        }
        else if (source.Mapping.InsertedAt is not null)
        {
            yield return new("infer, reading the window", InferenceSql.ByTime(source, Some, Some), x => [id(x), Time(), Time()]);
        }
    }
}
