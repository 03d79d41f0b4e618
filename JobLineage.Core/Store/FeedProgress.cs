using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>How far a feed has got, remembered with the rows that it brought.</summary>
/// <param name="AsOf">The moment up to which the store knows the source; null: unchanged.</param>
/// <param name="HighId">The highest id read; null: unchanged.</param>
/// <param name="BackfillAfter">The last id of the last whole chunk of a backfill; null: unchanged.</param>
/// <param name="RowsDone">Rows read by the backfill; null: unchanged.</param>
public sealed record FeedProgress(
    DateTimeOffset? AsOf = null, string? HighId = null, string? BackfillAfter = null, long? RowsDone = null)
{
    internal async Task SaveAsync(NpgsqlConnection connection, short sourceId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update job_lineage.source
            set as_of = {SourceRecord.Later("as_of", "$2")}, high_id = coalesce($3, high_id), backfill_after = coalesce($4, backfill_after),
                rows_done = coalesce($5, rows_done)
            where id = $1
            """, connection).With(sourceId, AsOf, HighId, BackfillAfter, RowsDone);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
