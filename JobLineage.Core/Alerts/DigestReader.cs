using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>What became of the digests.</summary>
public interface IDigestReader
{
    /// <summary>The newest digests, at most <paramref name="most"/>.</summary>
    Task<IReadOnlyList<DigestSummary>> ListAsync(int most, CancellationToken cancellation);

    /// <summary>Final failures that no digest has told of yet.</summary>
    Task<long> CountUntoldAsync(CancellationToken cancellation);

    /// <summary>Whether the last digest that came to an end was not taken over.</summary>
    Task<bool> IsFailingAsync(CancellationToken cancellation);
}

/// <summary>One digest.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Key">Its name for ever, in headers and to those who receive it.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Failures">How many final failures it tells of.</param>
/// <param name="Runs">In how many runs.</param>
/// <param name="State">What became of it.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="PossibleDuplicate">It may have arrived more than once.</param>
/// <param name="NextAttemptAt">When it is sent next; null: never again.</param>
/// <param name="Channel">The channel of the last attempt; null before the first.</param>
/// <param name="ProviderId">What the channel calls it; null when it did not say.</param>
/// <param name="Detail">What the channel said last; null when there was nothing to say.</param>
public sealed record DigestSummary(
    long Id, Guid Key, DateTimeOffset MadeAt, string Subject, long Failures, long Runs, DeliveryState State, int Attempts,
    bool PossibleDuplicate, DateTimeOffset? NextAttemptAt, string? Channel, string? ProviderId, string? Detail);

/// <summary>Reads them from the store.</summary>
/// <param name="store">Connections to the store.</param>
public sealed class DigestReader(NpgsqlDataSource store) : IDigestReader
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<DigestSummary>> ListAsync(int most, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            select id, key, made_at, subject, failures, runs, state, attempts, ambiguous > 0 and attempts > 1, next_at, channel, provider_id, detail
            from job_lineage.digest order by id desc limit $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var digests = new List<DigestSummary>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            digests.Add(new(
                row.GetInt64(0), row.GetGuid(1), new(row.GetDateTime(2), TimeSpan.Zero), row.GetString(3), row.GetInt64(4), row.GetInt64(5),
                (DeliveryState)row.GetInt16(6), row.GetInt32(7), row.GetBoolean(8), row.IsDBNull(9) ? null : new(row.GetDateTime(9), TimeSpan.Zero),
                row.IsDBNull(10) ? null : row.GetString(10), row.IsDBNull(11) ? null : row.GetString(11), row.IsDBNull(12) ? null : row.GetString(12)));
        }

        return digests;
    }

    /// <inheritdoc />
    public async Task<long> CountUntoldAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("select count(*) from job_lineage.failure where digest_id is null");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <inheritdoc />
    public async Task<bool> IsFailingAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"select state <> {(short)DeliveryState.Accepted} from job_lineage.digest where ended_at is not null order by ended_at desc limit 1");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
