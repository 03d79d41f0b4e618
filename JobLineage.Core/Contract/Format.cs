using System.Globalization;

namespace JobLineage.Core.Contract;

/// <summary>Numbers, times and spans as they are written, for programs and for people.</summary>
public static class Format
{
    /// <summary>ISO 8601 in UTC, to the microsecond that Postgres keeps, without zeros at the end: <c>2026-03-14T12:00:00.5Z</c>.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Seconds, to the microsecond; null of null.</summary>
    public static decimal? Seconds(TimeSpan? span) => span?.Ticks / 10 / 1_000_000m;
}
