using System.Collections.Concurrent;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// The numbers of texts that many jobs share. They are added in a statement of their own that is not rolled back with a batch, so a number that is known stays right
/// until <see cref="History.UnusedNumbers"/> gives some up, which a batch is told of when it begins.
/// </summary>
/// <param name="table">The table of the texts, with its schema.</param>
/// <param name="insert">Inserts the texts $1, from the list of columns to the columns of the conflict.</param>
/// <param name="where">Which rows <c>n</c> have one of the texts $1.</param>
internal abstract class StoredNumbers(string table, string insert, string where)
{
    /// <summary>That a number was asked for is written no more often; one that was asked for so lately is not given up.</summary>
    public const string Lately = "interval '1 hour'";

    /// <summary>
    /// Adds those that are not there, and answers with the number and the text of each. That one is used is written once in an hour, the rows in one order: two sources
    /// that ask at once would else wait for each other.
    /// </summary>
    private readonly string ensure =
        $"""
        with used as (
            update {table} u set used_at = now()
            from (
                select n.id from {table} n
                where {where} and n.used_at < now() - {Lately} order by n.id for no key update) n
            where u.id = n.id),
        added as (
            insert into {table} {insert} do nothing
            returning id, text)
        select id, text from added
        union all
        select n.id, n.text from {table} n where {where}
        """;

    private readonly ConcurrentDictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <summary>The number of a text that <see cref="EnsureAsync"/> has seen.</summary>
    public int this[string text] => ids[text];

    /// <summary>The number of a text, or null when no row has had it yet.</summary>
    public int? Find(string text) => ids.TryGetValue(text, out var id) ? id : null;

    /// <summary>Asks for all of them anew from now on.</summary>
    public void Forget() => ids.Clear();

    /// <summary>Makes sure that all these texts have numbers.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<string> texts, CancellationToken cancellation)
    {
        var missing = texts.Where(t => !ids.ContainsKey(t)).Distinct(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
            return;
        await using var command = new NpgsqlCommand(ensure, connection).With(Parameters.Texts(missing));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids[reader.GetString(1)] = reader.GetInt32(0);
    }
}
