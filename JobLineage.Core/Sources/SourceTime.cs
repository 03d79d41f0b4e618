using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Reads a source's timestamps, those included that .NET has no name for.</summary>
internal static class SourceTime
{
    /// <summary>What Postgres counts its microseconds from.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly long Least = (DateTimeOffset.MinValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Most = (DateTimeOffset.MaxValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>
    /// A timestamptz in UTC; null when there is none. Postgres knows 'infinity', years before Christ and years beyond
    /// 9999: all of these become the end of time that they are nearest to, for one such row must not stop the others.
    /// </summary>
    public static DateTimeOffset? Read(NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
            return null;
        var microseconds = row.GetFieldValue<long>(column);
        return microseconds <= Least ? DateTimeOffset.MinValue
            : microseconds >= Most ? DateTimeOffset.MaxValue
            : Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
