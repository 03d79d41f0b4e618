using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>Numbers and times as they stand in sentences, wherever those are read.</summary>
internal static class Figures
{
    /// <summary>With thousands separators: 1,111.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Date and time in UTC: 2026-03-14 12:00:07 UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
