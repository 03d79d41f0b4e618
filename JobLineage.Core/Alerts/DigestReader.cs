using System.Data;
using System.Text.Json;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
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

    /// <summary>A page of digests.</summary>
    Task<ListedDigests> ListAsync(DigestQuery query, CancellationToken cancellation);

    /// <summary>A digest as it was frozen; null: there is none of this number.</summary>
    Task<DigestView?> FindAsync(long id, CancellationToken cancellation);

    /// <summary>How the telling of failures stands as a whole.</summary>
    Task<DigestOverview> OverviewAsync(CancellationToken cancellation);
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
/// <param name="EndedAt">When it came to an end: taken over, refused, or given up; null while it is under way.</param>
public sealed record DigestSummary(
    long Id, Guid Key, DateTimeOffset MadeAt, string Subject, long Failures, long Runs, DeliveryState State, int Attempts,
    bool PossibleDuplicate, DateTimeOffset? NextAttemptAt, string? Channel, string? ProviderId, string? Detail, DateTimeOffset? EndedAt);

/// <summary>Reads them from the store.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="since">The starting line as configured; null: when digests were first made.</param>
/// <param name="overdue">Pipelines that are expected to finish again and again; null: none.</param>
public sealed class DigestReader(NpgsqlDataSource store, DateTimeOffset? since = null, IReadOnlyList<OverdueRule>? overdue = null) : IDigestReader
{
    private const string Columns =
        "d.id, d.key, d.made_at, d.subject, d.failures, d.runs, d.state, d.attempts, d.ambiguous > 0 and d.attempts > 1, d.next_at, d.channel, d.provider_id, d.detail, d.ended_at";

    /// <inheritdoc />
    public async Task<IReadOnlyList<DigestSummary>> ListAsync(int most, CancellationToken cancellation) =>
        (await ListAsync(new DigestQuery(PageSize: most), cancellation)).Digests;

    /// <inheritdoc />
    public async Task<ListedDigests> ListAsync(DigestQuery query, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select {Columns} from job_lineage.digest d
            where ($1 is null or d.state = $1) and ($2 is null or d.id < $2)
            order by d.id desc limit $3
            """).With((short?)query.State, query.Before, query.PageSize + 1);
        var digests = new List<DigestSummary>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            digests.Add(Summary(row));
        return digests.Count > query.PageSize
            ? new([.. digests.Take(query.PageSize)], digests[query.PageSize - 1].Id)
            : new(digests, null);
    }

    /// <inheritdoc />
    public async Task<DigestView?> FindAsync(long id, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"select {Columns}, d.body_text, d.body_html, d.content, d.ambiguous, d.swept, now() from job_lineage.digest d where d.id = $1").With(id);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        if (!await row.NextAsync(cancellation))
            return null;
        var (summary, text, html, json) = (Summary(row), row.Text(), row.Text(), row.TextOrNull());
        var (ambiguous, isSwept, asOf) = (row.Int(), row.Bool(), row.Time()!.Value);
        var content = isSwept ? null : JsonSerializer.Deserialize<DigestContent>(json!, StoredJson.Options)!;
        var message = content is null ? null : new DigestMessage(summary.Subject, "", "", content, IsPossibleDuplicate: false);
        return new(summary, text, html, message?.MessageId, content?.Overdue ?? [], content?.Muted ?? [], ambiguous, isSwept, asOf);
    }

    /// <inheritdoc />
    public async Task<long> CountUntoldAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        return (await CountAsync(connection, cancellation)).Untold;
    }

    /// <inheritdoc />
    public async Task<bool> IsFailingAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"select state <> {(short)DeliveryState.Accepted} from job_lineage.digest where ended_at is not null order by ended_at desc limit 1");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <inheritdoc />
    public async Task<DigestOverview> OverviewAsync(CancellationToken cancellation)
    {
        // One transaction, so that a digest that is made meanwhile does not stand in one number and not in the other.
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (untold, muted, line, accepted, asOf, rows) = await CountAsync(connection, cancellation);
        DigestSummary? last = null;
        await using (var command = new NpgsqlCommand(
            $"select {Columns} from job_lineage.digest d where d.ended_at is not null order by d.ended_at desc limit 1", connection))
        await using (var row = new RowCursor(await command.ExecuteReaderAsync(cancellation)))
        {
            if (await row.NextAsync(cancellation))
                last = Summary(row);
        }

        var states = await new OverdueCheck(connection, overdue ?? []).StatesAsync(cancellation);
        return new(asOf, untold, muted, since ?? line, accepted, last, states) { UntoldRows = rows };
    }

    /// <summary>What waits, of which what is muted is counted apart; what is from before the starting line does not wait.</summary>
    private async Task<(long Untold, long Muted, DateTimeOffset? Line, DateTimeOffset? Accepted, DateTimeOffset AsOf, long Rows)> CountAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with waiting as (
                select exists (select from job_lineage.mute m where {LedgerSql.IsHeldBack}) as held
                from job_lineage.failure f
                join job_lineage.source s on s.id = f.source_id
                left join job_lineage.digest_line l on true
                where f.digest_id is null and not coalesce({LedgerSql.IsOld}, false))
            select count(*) filter (where not held), count(*) filter (where held) + (
                    select count(*) from job_lineage.failure f join job_lineage.mute m on m.id = f.mute_id where {LedgerSql.IsUntold}),
                (select since from job_lineage.digest_line),
                (select max(ended_at) from job_lineage.digest where state = {(short)DeliveryState.Accepted}), now(), {PutAsideLines.CountUntold}
            from waiting
            """, connection)
        { CommandTimeout = 60 }.With(since);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1), row.TimeAt(2), row.TimeAt(3), row.TimeAt(4)!.Value, row.GetInt64(5));
    }

    private static DigestSummary Summary(RowCursor row) => new(
        row.Long(), row.Guid(), row.Time()!.Value, row.Text(), row.Long(), row.Long(), (DeliveryState)row.Short(), row.Int(), row.Bool(),
        row.Time(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.Time());
}
