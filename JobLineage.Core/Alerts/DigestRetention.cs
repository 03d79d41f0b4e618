using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Removes what is old and told, in batches. Of a failure it removes what was said of it; the row that says that it was told goes
/// only when the source no longer has the job: until then the job may be read anew, and would be news to a ledger that forgot it.
/// Nothing that waits, is under way, or may yet be told again is touched.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="keepFor">For how long things are kept after they were told.</param>
public sealed class DigestRetention(NpgsqlDataSource store, TimeSpan keepFor)
{
    /// <summary>Rows of one transaction.</summary>
    internal const int Batch = 5_000;

    private const int TimeoutSeconds = 120;

    /// <summary>Whether <c>d</c> has ended long ago and what it told is not to be told by another.</summary>
    private static readonly string IsOver =
        $"(d.ended_at < now() - $1 and d.state not in ({(short)DeliveryState.Failed}, {(short)DeliveryState.GivenUp}))";

    /// <summary>The source no longer has the job, and the store knows it.</summary>
    private static readonly string IsGone = $"exists (select from job_lineage.job j where j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob} and {JobIs.Gone()})";

    /// <summary>Removes all that is due.</summary>
    /// <returns>How many rows were removed or emptied.</returns>
    public async Task<long> SweepAsync(CancellationToken cancellation)
    {
        var swept = 0L;
        foreach (var sql in (string[])[Failures, Forgotten, Bodies, Digests, Mutes, Overdue])
        {
            int rows;
            do
            {
                rows = await RunAsync(sql, cancellation);
                swept += rows;
            }
            while (rows == Batch);
        }

        return swept;
    }

    private async Task<int> RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(sql);
        command.With(keepFor).CommandTimeout = TimeoutSeconds;
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static readonly string Failures =
        $"""
        update job_lineage.failure f
        set swept = true, message = null, target = null
        from (
            select f.source_id, f.id from job_lineage.failure f
            where f.digest_id is not null and not f.swept and f.seen_at < now() - $1
                and case
                    when f.digest_id = 0 then true
                    when f.digest_id = {LedgerSql.Muted} then exists (
                        select from job_lineage.mute m join job_lineage.digest d on d.id = m.told_in where m.id = f.mute_id and {IsOver})
                    else exists (select from job_lineage.digest d where d.id = f.digest_id and {IsOver}) end
            order by f.seen_at limit {Batch}
            for update of f skip locked) old
        where f.source_id = old.source_id and f.id = old.id
        """;

    private static readonly string Forgotten =
        $"""
        delete from job_lineage.failure f
        using (
            select f.source_id, f.id from job_lineage.failure f
            where f.swept and f.digest_id is not null and {IsGone} and $1 >= interval '0'
            limit {Batch}
            for update of f skip locked) old
        where f.source_id = old.source_id and f.id = old.id
        """;

    private static readonly string Bodies =
        $$"""
        update job_lineage.digest d
        set swept = true, body_text = '', body_html = '', content = '{}'
        from (
            select d.id from job_lineage.digest d
            where not d.swept and d.ended_at < now() - $1 and d.next_at is null
            limit {{Batch}}
            for update of d skip locked) old
        where d.id = old.id
        """;

    /// <summary>The newest stays: by it is known how the channel does.</summary>
    private static readonly string Digests =
        $"""
        delete from job_lineage.digest d
        using (
            select d.id from job_lineage.digest d
            where d.swept and d.ended_at < now() - $1 and d.next_at is null
                and d.id < (select max(id) from job_lineage.digest)
                and d.ended_at < (select max(ended_at) from job_lineage.digest)
                and not exists (select from job_lineage.failure f where f.digest_id = d.id)
                and not exists (select from job_lineage.mute m where m.told_in = d.id)
                and not exists (select from job_lineage.put_aside p where p.told_in = d.id)
                and not exists (select from job_lineage.overdue o where o.digest_id = d.id and o.ended_at is null)
            limit {Batch}
            for update of d skip locked) old
        where d.id = old.id
        """;

    private static readonly string Mutes =
        $"""
        delete from job_lineage.mute m
        using (
            select m.id from job_lineage.mute m
            where coalesce(m.ended_at, m.until_at) < now() - $1
                and not exists (select from job_lineage.failure f where f.mute_id = m.id)
                and not exists (select from job_lineage.failure f where f.digest_id is null and f.source_id = m.source_id)
            limit {Batch}
            for update of m skip locked) old
        where m.id = old.id
        """;

    private static readonly string Overdue =
        $"""
        delete from job_lineage.overdue o
        using (select id from job_lineage.overdue where ended_at < now() - $1 limit {Batch}) old
        where o.id = old.id
        """;
}
