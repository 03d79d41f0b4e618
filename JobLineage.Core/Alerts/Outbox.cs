using System.Text.Json;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// The digests that are to be sent. A replica claims one for the length of a lease and under a number of its own: what it
/// writes after another has claimed the digest is refused. Times are the database's: the clocks of replicas may differ.
/// </summary>
/// <param name="store">Connections to the store.</param>
public sealed class Outbox(NpgsqlDataSource store)
{
    /// <summary>What claims: the channel is $1, the lease $2. Senders neither wait for each other nor get the same digest.</summary>
    internal static readonly string ClaimSql =
        $"""
        update job_lineage.digest d
        set state = {(short)DeliveryState.Sending}, posting = false, token = d.token + 1, next_at = now() + $2, channel = $1,
            ambiguous = d.ambiguous + case when d.state = {(short)DeliveryState.Sending} and d.posting then 1 else 0 end
        from (
            select id from job_lineage.digest where next_at <= now()
            order by next_at, id limit 1
            for update skip locked) due
        where d.id = due.id
        returning d.id, d.token, d.ambiguous, d.attempts, d.subject, d.body_text, d.body_html, d.content
        """;

    /// <summary>See <see cref="ClaimSql"/>. Trials take a guarantee out of it, to see that they notice.</summary>
    internal string Claiming { get; init; } = ClaimSql;

    /// <summary>
    /// Claims the digest that is due. One that somebody else claimed is due when its lease is over: had that one begun to
    /// send, and nobody knows whether it arrived.
    /// </summary>
    /// <returns>It; null when none is due.</returns>
    public async Task<Claim?> ClaimAsync(string channel, TimeSpan lease, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(Claiming).With(channel, lease);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        if (!await row.NextAsync(cancellation))
            return null;
        var (id, token, ambiguous, attempts) = (row.Long(), row.Long(), row.Int(), row.Int());
        return new(id, token, ambiguous, attempts, new(
            row.Text(), row.Text(), row.Text(), JsonSerializer.Deserialize<DigestContent>(row.Text(), StoredJson.Options)!, ambiguous > 0));
    }

    /// <summary>Says that sending begins now, and renews the lease. False: the claim is lost, and nothing may be sent.</summary>
    public async Task<bool> BeginAsync(Claim claim, TimeSpan lease, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            update job_lineage.digest
            set posting = true, attempts = attempts + 1, next_at = now() + $3
            where id = $1 and token = $2 and state = {(short)DeliveryState.Sending} and next_at > now()
            """).With(claim.Id, claim.Token, lease);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Writes down what follows from an attempt. False: somebody else holds the digest now, and decides.</summary>
    public async Task<bool> RecordAsync(Claim claim, Verdict verdict, SendOutcome outcome, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            with recorded as (
                update job_lineage.digest
                set state = $3, posting = false, ambiguous = $4, next_at = now() + $5, ended_at = case when $5 is null then now() end,
                    detail = $6, provider_id = coalesce($7, provider_id)
                where id = $1 and token = $2 and state = {(short)DeliveryState.Sending}
                returning id, ambiguous),
            released as (
                update job_lineage.failure f
                set digest_id = null, told_before = case when r.ambiguous > 0 then r.id else f.told_before end
                from recorded r
                where $8 and f.digest_id = r.id
                returning 1)
            select count(*) from recorded
            """);
        command.CommandTimeout = 600;
        command.With(claim.Id, claim.Token, (short)verdict.State, verdict.Ambiguous, verdict.Wait, outcome.Detail, outcome.ProviderId, verdict.Releases);
        return (long)(await command.ExecuteScalarAsync(cancellation))! == 1;
    }
}

/// <summary>A digest that is held to be sent.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Token">The number of the claim.</param>
/// <param name="Ambiguous">Earlier attempts of which nobody knows.</param>
/// <param name="Attempts">Earlier attempts.</param>
/// <param name="Message">What is sent.</param>
public sealed record Claim(long Id, long Token, int Ambiguous, int Attempts, DigestMessage Message);
