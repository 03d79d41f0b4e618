using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// What mutes do to a digest. Called under <see cref="DigestLock"/>, after the digest has taken what it tells: of that set, and no
/// other, it is decided what is held back, so that what fails meanwhile can't slip through between the two.
/// </summary>
internal static class MuteLines
{
    private const int TimeoutSeconds = 600;

    /// <summary>Takes what was muted out of a digest.</summary>
    /// <returns>How many failures.</returns>
    public static async Task<int> HoldBackAsync(NpgsqlConnection connection, long digest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update job_lineage.failure f
            set digest_id = {LedgerSql.Muted}, mute_id = m.id
            from job_lineage.mute m
            where f.digest_id = $1 and {LedgerSql.IsHeldBack}
            """, connection)
        { CommandTimeout = TimeoutSeconds }.With(digest);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The mutes that have ended and held something back, and of which no digest says so.</summary>
    public static async Task<IReadOnlyList<DigestMuted>> UntoldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with ended as (
                select m.id, m.source_id, m.worker, m.reason, coalesce(m.ended_at, m.until_at) as until,
                    (select count(*) from job_lineage.failure f where f.mute_id = m.id) as failures
                from job_lineage.mute m
                where coalesce(m.ended_at, m.until_at) <= clock_timestamp() and {LedgerSql.IsUntold})
            select e.id, s.name, l.text, e.failures, e.until, e.reason
            from ended e
            join job_lineage.source s on s.id = e.source_id
            join job_lineage.label l on l.id = e.worker
            where e.failures > 0
            order by e.id
            limit {DigestLimits.Lines}
            """, connection)
        { CommandTimeout = TimeoutSeconds };
        var muted = new List<DigestMuted>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            muted.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.TimeAt(4)!.Value, reader.GetString(5)));
        return muted;
    }

    /// <summary>A digest is the one that says so of these.</summary>
    public static async Task TellAsync(NpgsqlConnection connection, long digest, IEnumerable<DigestMuted> told, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update job_lineage.mute set told_in = $1 where id = any($2)", connection)
            .With(digest, Parameters.Longs(told.Select(m => m.Mute)));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
