using Npgsql;

namespace JobLineage.Core.Store.Access;

/// <summary>Keeps the keys in the store.</summary>
/// <param name="store">Connections to it.</param>
public sealed class KeyStore(NpgsqlDataSource store) : IKeyStore
{
    private const string All = "select xml from job_lineage.protection_key order by id";

    // One at a time: two replicas that start at once on an empty store must end up with one key.
    private const string Lock = "lock table job_lineage.protection_key in share row exclusive mode";

    private const string Insert =
        """
        insert into job_lineage.protection_key (name, is_key, xml)
        select $1, $2, $3
        where not ($2 and exists (
            select from job_lineage.protection_key where is_key and created_at > clock_timestamp() - interval '1 minute'))
        """;

    /// <inheritdoc />
    public IReadOnlyList<string> Read() => StoreTables.Run(store, connection =>
    {
        using var command = new NpgsqlCommand(All, connection);
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    });

    /// <inheritdoc />
    public void Add(string name, string xml, bool isKey) => StoreTables.Run(store, connection =>
    {
        using var transaction = connection.BeginTransaction();
        using var hold = new NpgsqlCommand(Lock, connection, transaction);
        hold.ExecuteNonQuery();
        using var insert = new NpgsqlCommand(Insert, connection, transaction).With(name, isKey, xml);
        var added = insert.ExecuteNonQuery();
        transaction.Commit();
        return added;
    });
}
