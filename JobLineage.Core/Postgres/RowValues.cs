using System.Data.Common;

namespace JobLineage.Core.Postgres;

/// <summary>Reads the columns that queues and the store share.</summary>
internal static class RowValues
{
    /// <summary>What Postgres counts its microseconds from.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly long Least = (DateTimeOffset.MinValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Most = (DateTimeOffset.MaxValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The text of a column; null for NULL.</summary>
    public static string? TextAt(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The texts of the first column of all rows that a command answers with; none may be NULL.</summary>
    public static async Task<List<string>> TextsAsync(this DbCommand command, CancellationToken cancellation)
    {
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            texts.Add(reader.GetString(0));
        return texts;
    }

    /// <summary>The number of a bigint column; null for NULL.</summary>
    public static long? LongAt(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>The number of a bigint column as near as an int comes to it.</summary>
    public static int ClampedAt(this DbDataReader row, int column) =>
        (int)Math.Clamp(row.GetInt64(column), int.MinValue, int.MaxValue);

    /// <summary>
    /// The time of a timestamptz column, in UTC; null for NULL. Postgres knows 'infinity', years before Christ and years
    /// beyond 9999: all of these become the end of time that they are nearest to, for one such row must not stop the others.
    /// </summary>
    public static DateTimeOffset? TimeAt(this DbDataReader row, int column)
    {
        if (row.IsDBNull(column))
            return null;
        var microseconds = row.GetFieldValue<long>(column);
        return microseconds <= Least ? DateTimeOffset.MinValue
            : microseconds >= Most ? DateTimeOffset.MaxValue
            : Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
