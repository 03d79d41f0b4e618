using System.Collections.Concurrent;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// The numbers of texts that many jobs share. They are only ever added, in a statement of their own that is not rolled back
/// with a batch, so a number that is known stays right.
/// </summary>
/// <param name="ensure">Adds those of the texts $1 that are not there, and answers with the number and the text of each.</param>
internal abstract class StoredNumbers(string ensure)
{
    private readonly ConcurrentDictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <summary>The number of a text that <see cref="EnsureAsync"/> has seen.</summary>
    public int this[string text] => ids[text];

    /// <summary>The number of a text, or null when no row has had it yet.</summary>
    public int? Find(string text) => ids.TryGetValue(text, out var id) ? id : null;

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
