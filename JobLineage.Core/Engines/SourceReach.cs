using JobLineage.Core.Engines.Sql;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>Finds out how far a mapping reaches: which members read other rows than the job's own, what announces changes of those, and what turns with the clock. The planner says it, and no row is read.</summary>
internal static class SourceReach
{
    /// <summary>
    /// The partitioned tables that partitions belong to, and all other tables, quoted as a mapping's are; what is not in the catalog stays. A plan names what this user may not
    /// name (a table below a view, in a schema of its own), and things that are no name (a join that another server makes): names are compared, and never resolved.
    /// </summary>
    private const string FindRoots = """
        with named as (
            select c.oid, '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"' as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace)
        select distinct coalesce(root.name, o.name)
        from unnest($1) o (name) left join named on named.name = o.name left join named root on root.oid = coalesce(pg_partition_root(named.oid), named.oid)
        """;

    /// <summary>Functions of the database's own making whose value may depend on more than their arguments.</summary>
    private const string FindCalled = """
        select distinct proname::text from pg_proc
        where proname = any($1) and provolatile <> 'i' and pronamespace not in (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema'))
        """;

    /// <summary>What tells the time, as words of SQL.</summary>
    private static readonly HashSet<string> Clocks =
    [
        "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "current_timestamp", "current_date", "current_time",
        "localtime", "localtimestamp", "timeofday",
    ];

    /// <summary>Which changing members read more than the job's own row, or the clock.</summary>
    /// <param name="source">What is known of the source without it.</param>
    /// <param name="connection">An open connection to its database.</param>
    /// <param name="timeoutSeconds">Time limit of a statement.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<ProbedSource> FindAsync(ProbedSource source, NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        var changing = Members.ChangingOf(source.Mapping).Select(m => (Member: m, Expression: Members.Expression(source.Mapping, m)!)).Where(m => m.Expression is not null).ToList();
        var calls = changing.SelectMany(m => SqlText.Calls(m.Expression)).Distinct().ToArray();
        var own = new HashSet<string>(StringComparer.Ordinal);
        if (calls.Length > 0)
        {
            await using var command = new NpgsqlCommand(FindCalled, connection) { CommandTimeout = timeoutSeconds }.With(Parameters.Texts(calls));
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
                own.Add(row.GetString(0));
        }

        var reading = await RelationsAsync(source.Mapping, connection, timeoutSeconds, ["1", .. changing.Select(m => m.Expression)], cancellation);
        // What is joined may be read for every member, whether it asks for it or not; what is read for the row itself (a policy of the table, a
        // view's own) is read for "1" as well.
        var floor = source.Mapping.Joins is null ? reading[0].Count : 0;
        var announced = source.Mapping.Changes.Select(c => c.QualifiedName(source.Mapping)).ToHashSet(StringComparer.Ordinal);
        return source with
        {
            Outside = [.. changing.Where((m, at) => reading[at + 1].Count > floor || SqlText.Calls(m.Expression).Any(own.Contains)).Select(m => m.Member)],
            Unannounced = [.. (await RootsAsync(connection, timeoutSeconds, [.. reading.Skip(1).SelectMany(r => r).Distinct()], cancellation)).Where(name => !announced.Contains(name)), .. changing.SelectMany(m => SqlText.Calls(m.Expression)).Where(own.Contains).Distinct()],
            ByTheClock = [.. changing.Where(m => SqlText.Names(m.Expression).Any(Clocks.Contains)).Select(m => m.Member)],
        };
    }

    /// <summary>Tables as a mapping names them: a plan names the partitions of one.</summary>
    internal static async Task<IReadOnlyList<string>> RootsAsync(NpgsqlConnection connection, int timeoutSeconds, string[] tables, CancellationToken cancellation)
    {
        if (tables.Length == 0)
            return tables;
        await using var command = new NpgsqlCommand(FindRoots, connection) { CommandTimeout = timeoutSeconds }.With(Parameters.Texts(tables));
        return await command.TextsAsync(cancellation);
    }

    /// <summary>
    /// For each expression, the tables that its subqueries and the mapping's joins read, as the planner has them: no reading of SQL by hand knows all
    /// that may stand in one.
    /// </summary>
    private static async Task<List<IReadOnlyList<string>>> RelationsAsync(
        SourceMapping mapping, NpgsqlConnection connection, int timeoutSeconds, IReadOnlyList<string> expressions, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = timeoutSeconds + 5 };
        batch.BatchCommands.Add(new(SourceSettings.Select(mapping, timeoutSeconds)));
        foreach (var expression in expressions)
            batch.BatchCommands.Add(new(PlanReading.Explain($"select ({expression}) from {RowSql.From(mapping)}")));
        await using var row = await batch.ExecuteReaderAsync(cancellation);
        var relations = new List<IReadOnlyList<string>>();
        while (await row.NextResultAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            relations.Add(PlanReading.RelationsBeside(row.GetString(0), mapping.Joins is not null));
        }

        return relations;
    }
}
