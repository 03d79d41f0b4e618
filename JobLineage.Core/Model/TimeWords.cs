using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>Times and spans as they stand in addresses.</summary>
public static class TimeWords
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd",
    ];

    /// <summary>So long ago: <c>-30m</c>, <c>-24h</c>, <c>-7d</c>, at most ten years; null for anything else.</summary>
    public static TimeSpan? Ago(string? text)
    {
        if (text is not ['-', .. { Length: >= 2 and <= 8 } rest]
            || !int.TryParse(rest.AsSpan(0, rest.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return null;
        var span = rest[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => TimeSpan.Zero,
        };
        return span > TimeSpan.Zero && span <= TimeSpan.FromDays(3660) ? span : null;
    }

    /// <summary>What <see cref="Ago"/> reads, in the largest unit that fits.</summary>
    public static string Of(TimeSpan ago)
    {
        var (number, unit) = ago.Ticks % TimeSpan.TicksPerDay == 0 && ago.TotalDays > 1 ? (ago.TotalDays, 'd')
            : ago.Ticks % TimeSpan.TicksPerHour == 0 ? (ago.TotalHours, 'h')
            : (ago.TotalMinutes, 'm');
        return string.Create(CultureInfo.InvariantCulture, $"-{(long)number}{unit}");
    }

    /// <summary>A time in ISO 8601, in UTC; one without a zone is meant so. Null for anything else.</summary>
    public static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>What <see cref="Time"/> reads, to the second.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(
        time.Second == 0 ? "yyyy-MM-dd'T'HH:mm'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
