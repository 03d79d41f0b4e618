using System.Data.Common;

namespace JobLineage.Core.Sources;

/// <summary>Reads the columns that queues and the store share.</summary>
internal static class RowValues
{
    /// <summary>The text of a column; null for NULL.</summary>
    public static string? TextAt(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The number of a bigint column; null for NULL.</summary>
    public static long? LongAt(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>The number of a bigint column as near as an int comes to it.</summary>
    public static int ClampedAt(this DbDataReader row, int column) =>
        (int)Math.Clamp(row.GetInt64(column), int.MinValue, int.MaxValue);

    /// <summary>
    /// The time of a timestamptz column, in UTC; null for NULL. 'infinity' and '-infinity' are legal in Postgres and arrive
    /// as the ends of <see cref="DateTime"/>.
    /// </summary>
    public static DateTimeOffset? TimeAt(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(DateTime.SpecifyKind(row.GetFieldValue<DateTime>(column), DateTimeKind.Utc));
}
