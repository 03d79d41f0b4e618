using System.Globalization;

namespace JobLineage.Core.Export;

/// <summary>Times and spans as exports write them.</summary>
internal static class ExportTimes
{
    /// <summary>ISO 8601 in UTC, to the microsecond that Postgres keeps, without zeros at the end: <c>2026-03-14T12:00:00.5Z</c>.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Seconds, to the microsecond.</summary>
    public static decimal Seconds(TimeSpan span) => span.Ticks / 10 / 1_000_000m;
}
