using Npgsql;

namespace JobLineage.Core.Store.Access;

/// <summary>Keeps sessions in the store; their ends go by its clock.</summary>
/// <param name="store">Connections to it.</param>
public sealed class SessionStore(NpgsqlDataSource store) : ISessionStore
{
    private const string Sweep = "delete from job_lineage.session where ends_at <= clock_timestamp()";

    private const string Insert =
        """
        insert into job_lineage.session (id, ends_at) values ($1, clock_timestamp() + $2)
        returning ends_at
        """;

    private const string Live = "select id, ends_at from job_lineage.session where id = any($1) and ends_at > clock_timestamp()";

    private const string Delete = "delete from job_lineage.session where id = $1";

    /// <inheritdoc />
    public Task<DateTimeOffset> BeginAsync(byte[] id, TimeSpan length, CancellationToken cancellation) => StoreTables.RunAsync(store, async connection =>
    {
        await using var sweep = new NpgsqlCommand(Sweep, connection);
        await sweep.ExecuteNonQueryAsync(cancellation);
        await using var insert = new NpgsqlCommand(Insert, connection).With(id, length);
        return new DateTimeOffset((DateTime)(await insert.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero);
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<(byte[] Id, DateTimeOffset EndsAt)>> LiveAsync(IReadOnlyCollection<byte[]> ids, CancellationToken cancellation) =>
        StoreTables.RunAsync<IReadOnlyList<(byte[], DateTimeOffset)>>(store, async connection =>
        {
            await using var command = new NpgsqlCommand(Live, connection).With(Parameters.Bytes(ids));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var live = new List<(byte[], DateTimeOffset)>();
            while (await reader.ReadAsync(cancellation))
                live.Add((reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<DateTimeOffset>(1)));
            return live;
        }, cancellation);

    /// <inheritdoc />
    public Task EndAsync(byte[] id, CancellationToken cancellation) => StoreTables.RunAsync(store, async connection =>
    {
        await using var command = new NpgsqlCommand(Delete, connection).With(id);
        return await command.ExecuteNonQueryAsync(cancellation);
    }, cancellation);
}
