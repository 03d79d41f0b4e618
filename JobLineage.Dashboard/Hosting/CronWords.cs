using System.Globalization;

namespace JobLineage.Dashboard.Hosting;

/// <summary>What a cron expression means, in words, where it is one of the usual ones. Pure.</summary>
internal static class CronWords
{
    private static readonly string[] Days = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
    private static readonly string[] ShortDays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <summary>"each hour", "every 5 minutes", "each day at 06:30 UTC"; the expression itself where it says more than that.</summary>
    /// <param name="cron">Five fields, counting days of the week from 0, or six that begin with seconds, counting from 1 (Quartz).</param>
    public static string Of(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isQuartz = fields.Length == 6;
        if (isQuartz && fields[0] == "0")
            fields = fields[1..];
        return fields is [var minute, var hour, "*" or "?", "*", var day] && Words(minute, hour, DayOf(day, isQuartz)) is { } words
            ? words
            : $"by the schedule '{cron}' (UTC)";
    }

    private static string? Words(string minute, string hour, string? day)
    {
        if (day is null)
            return null;
        if (hour == "*" && day.Length == 0)
        {
            return minute switch
            {
                "*" => "each minute",
                "0" => "each hour",
                _ when Step(minute) is { } step && 60 % step == 0 => $"every {step} minutes",
                _ when Number(minute, 59) is { } at => $"each hour, {at} min past",
                _ => null,
            };
        }

        if (Number(minute, 59) is not { } m)
            return null;
        if (Step(hour) is { } hours && 24 % hours == 0 && m == 0 && day.Length == 0)
            return $"every {hours} hours";
        return Number(hour, 23) is { } h
            ? string.Create(CultureInfo.InvariantCulture, $"{(day.Length == 0 ? "each day" : day)} at {h:00}:{m:00} UTC")
            : null;
    }

    /// <summary>Empty: each day; null: something else than these words can say.</summary>
    private static string? DayOf(string day, bool isQuartz)
    {
        if (day is "*" or "?")
            return "";
        var first = isQuartz ? 1 : 0;
        var ends = day.Split('-').Select(d => Index(d, first)).ToArray();
        return ends switch
        {
            [int one] => $"on {Days[one]}",
            [1, 5] => "on workdays",
            [int from, int to] => $"from {Days[from].TrimEnd('s')} to {Days[to].TrimEnd('s')}",
            _ => null,
        };
    }

    private static int? Index(string day, int first)
    {
        var named = Array.FindIndex(ShortDays, d => d.Equals(day, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
            return named;
        // In a crontab 7 is Sunday too.
        return Number(day, 7) is { } number && number >= first ? (number - first) % 7 : null;
    }

    private static int? Step(string field) =>
        (field.StartsWith("*/", StringComparison.Ordinal) || field.StartsWith("0/", StringComparison.Ordinal)) && Number(field[2..], 59) is > 1 and var step ? step : null;

    private static int? Number(string field, int most) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;
}
