using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Held by whoever makes a digest, and by whoever begins or ends a mute: a mute is in force for the whole of a digest or not
/// at all, and two makers never decide about the same thing.
/// </summary>
internal static class DigestLock
{
    /// <summary>Waits for the lock and holds it until the transaction ends.</summary>
    public static async Task TakeAsync(NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        await using var take = new NpgsqlCommand("select from job_lineage.latch where name = 'digest' for update", connection) { CommandTimeout = timeoutSeconds };
        await take.ExecuteNonQueryAsync(cancellation);
    }
}
