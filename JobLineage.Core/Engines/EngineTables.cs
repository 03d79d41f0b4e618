using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// Which tables and columns of an engine are there. An engine asks for what only some of its versions have, column by column and never by comparing
/// versions: what is missing is given up, and everything else is read.
/// </summary>
public sealed class EngineTables
{
    private const string Find = """
        select c.relname::text, a.attname::text
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
        """;

    private readonly Dictionary<string, HashSet<string>>? found;
    private readonly SortedSet<string> missing = new(StringComparer.Ordinal);

    private readonly bool isUsual;

    private EngineTables(Dictionary<string, HashSet<string>>? found, bool isUsual = false) => (this.found, this.isUsual) = (found, isUsual);

    /// <summary>All that the newest known version has.</summary>
    public static EngineTables Newest { get; } = new(null);

    /// <summary>What was asked for and is not there: <c>table</c> or <c>table.column</c>, in their order.</summary>
    public IReadOnlyCollection<string> Missing => missing;

    /// <summary>Whether a table is there.</summary>
    public bool Has(string table) => found is null || found.ContainsKey(table) || Miss(table);

    /// <summary>Whether a table is there that only another edition has: nothing is missing without it, and where nobody looked it is not meant.</summary>
    public bool HasOfEdition(string table) => !isUsual && found?.ContainsKey(table) == true;

    /// <summary>The same, of which nothing is of another edition.</summary>
    public EngineTables Usual() => new(found, isUsual: true);

    /// <summary>Whether a column is there.</summary>
    public bool Has(string table, string column) => found is null
        || (found.TryGetValue(table, out var columns) ? columns.Contains(column) || Miss($"{table}.{column}") : Miss(table));

    /// <summary>An expression over a column; another one where the column is not there.</summary>
    public string Or(string table, string column, string expression, string otherwise) => Has(table, column) ? expression : otherwise;

    /// <summary>An expression over a column; null where the column is not there.</summary>
    public string? Maybe(string table, string column, string expression) => Has(table, column) ? expression : null;

    /// <summary>Reads the catalog.</summary>
    /// <param name="schema">The schema of the engine.</param>
    /// <param name="renamed">The table of the jobs as the engine calls it, and as it is called here.</param>
    /// <param name="connection">An open connection.</param>
    /// <param name="timeoutSeconds">Time limit of the statement.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<EngineTables> ReadAsync(
        string schema, (string Usual, string Here) renamed, NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Find, connection) { CommandTimeout = timeoutSeconds }.With(schema);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellation))
        {
            if (!found.TryGetValue(row.GetString(0), out var columns))
                found[row.GetString(0)] = columns = new(StringComparer.Ordinal);
            columns.Add(row.GetString(1));
        }

        if (found.TryGetValue(renamed.Here, out var jobs))
            found[renamed.Usual] = jobs;
        return new(found);
    }

    private bool Miss(string name)
    {
        missing.Add(name);
        return false;
    }
}
