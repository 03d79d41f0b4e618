using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>Numbers, times and spans of time as they are written, for people and for programs: each form once. Plain text: whoever shows it escapes it.</summary>
public static class Format
{
    /// <summary>What stands where nothing is known.</summary>
    public const string None = "–";

    /// <summary>With thousands separators: <c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 run</c>, <c>1,111 runs</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one of them is called.</param>
    /// <param name="many">What several are called; null: the same with an s.</param>
    public static string Count(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary><c>1 job</c>, <c>2 jobs</c>.</summary>
    public static string Jobs(long count) => Count(count, "job");

    /// <summary>A part in whole percent, never rounded to nothing or to everything: <c>59 %</c>, <c>&lt;1 %</c>.</summary>
    public static string Percent(double share) => share switch
    {
        > 0 and < 0.01 => "<1 %",
        > 0.99 and < 1 => ">99 %",
        _ => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>The same with one digit below ten, for columns that are compared; a dash where there is none.</summary>
    public static string FinePercent(double? share) => share switch
    {
        null => None,
        >= 0.0005 and < 0.1 => (share.Value * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %",
        { } value => Percent(value),
    };

    /// <summary>So many a minute, with one digit below ten.</summary>
    public static string Rate(double rate) => rate < 9.95 ? rate.ToString("0.#", CultureInfo.InvariantCulture) : Count((long)Math.Round(rate));

    /// <summary>So many for each, or so many times, with two digits below ten.</summary>
    public static string Ratio(double ratio) => ratio.ToString(ratio < 10 ? "0.##" : "#,##0", CultureInfo.InvariantCulture);

    /// <summary>At most <paramref name="length"/> characters, the last of them an ellipsis when it was longer, and no half of a pair.</summary>
    public static string Short(string text, int length) => text.Length <= length ? text : $"{TextLimit.Cut(text, length - 1)}…";

    /// <summary>A moment: <c>2026-03-14 12:00:07 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) => Of(time, "yyyy-MM-dd HH:mm:ss 'UTC'");

    /// <summary>A moment in the zone of whoever looks: <c>2026-03-14 13:00:07 UTC+1</c>; null: UTC.</summary>
    public static string Time(DateTimeOffset time, TimeZoneInfo? zone) => In(time, zone, "yyyy-MM-dd HH:mm:ss");

    /// <summary>The same to the minute; a dash where there is none.</summary>
    public static string Minute(DateTimeOffset? time) => time is { } at ? Of(at, "yyyy-MM-dd HH:mm 'UTC'") : None;

    /// <summary>The time of day: <c>12:00:07 UTC</c>.</summary>
    public static string Clock(DateTimeOffset time) => Of(time, "HH:mm:ss 'UTC'");

    /// <summary>The time of day in the zone of whoever looks: <c>13:00:07 UTC+1</c>; null: UTC.</summary>
    public static string Clock(DateTimeOffset time, TimeZoneInfo? zone) => In(time, zone, "HH:mm:ss");

    /// <summary>A moment in the lines of a terminal: <c>2026-03-14 12:00:07Z</c>.</summary>
    public static string Stamp(DateTimeOffset time) => Of(time, "yyyy-MM-dd HH:mm:ss'Z'");

    /// <summary>For programs: ISO 8601 in UTC, to the microsecond that Postgres keeps, without zeros at the end: <c>2026-03-14T12:00:00.5Z</c>.</summary>
    public static string Iso(DateTimeOffset time) => Of(time, "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'");

    /// <summary>The same to the second, for attributes of a page.</summary>
    public static string IsoSecond(DateTimeOffset time) => Of(time, "yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static string In(DateTimeOffset time, TimeZoneInfo? zone, string form)
    {
        if (zone is null)
            return Of(time, $"{form} 'UTC'");
        var local = TimeZoneInfo.ConvertTime(time, zone);
        var offset = local.Offset;
        var minutes = Math.Abs(offset.Minutes);
        // Which zone it is: a name may be that of several, as CST is.
        return string.Create(CultureInfo.InvariantCulture,
            $"{local.ToString(form, CultureInfo.InvariantCulture)} UTC{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours)}{(minutes == 0 ? "" : $":{minutes:00}")}");
    }

    /// <summary>How long ago, or in how long; js/app.js keeps the same words going between updates.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        var past = now - time;
        var text = Roughly(past.Duration());
        return past.Duration() < TimeSpan.FromSeconds(1) ? "now" : past < TimeSpan.Zero ? $"in {text}" : $"{text} ago";
    }

    /// <summary>The same of what has happened, which is never ahead, whatever clock said when.</summary>
    public static string Past(DateTimeOffset time, DateTimeOffset now) => Ago(time < now ? time : now, now);

    /// <summary>One unit: <c>12 s</c>, <c>5 min</c>, <c>3 h</c>, <c>4 d</c>.</summary>
    public static string Roughly(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
        { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalDays} d",
    };

    /// <summary>Two units, for columns: <c>3 min 20 s</c>, <c>1 h 02 min</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 s",
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds:00} s",
        { TotalDays: < 2 } => $"{(int)span.TotalHours} h {span.Minutes:00} min",
        _ => $"{(int)span.TotalDays} d {span.Hours:00} h",
    };

    /// <summary>The same with milliseconds below a second; a dash where there is none.</summary>
    public static string Span(TimeSpan? span) => span switch
    {
        null => None,
        { TotalSeconds: < 1 } brief => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(brief.TotalMilliseconds, 0):0} ms"),
        { } took => Duration(took),
    };

    /// <summary>As short as it can be, for the ends and marks of a line: <c>30 s</c>, <c>1:30</c>, <c>2 h</c>, <c>2:30 h</c>.</summary>
    public static string Tick(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => span.Seconds == 0 ? $"{span.Minutes} min" : $"{span.Minutes}:{span.Seconds:00}",
        { TotalDays: < 2 } => span.Minutes == 0 ? $"{(int)span.TotalHours} h" : $"{(int)span.TotalHours}:{span.Minutes:00} h",
        _ => Roughly(span),
    };

    /// <summary>As it stands in a sentence: <c>2 days</c>, <c>3 h 5 min</c>, <c>7 min</c>, <c>2.5 s</c>.</summary>
    public static string Words(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{(int)span.TotalDays} days",
        { TotalHours: >= 1 } => span.Minutes == 0 ? $"{(int)span.TotalHours} h" : $"{(int)span.TotalHours} h {span.Minutes} min",
        { TotalMinutes: >= 1 } => $"{(int)span.TotalMinutes} min",
        { TotalSeconds: >= 10 } => $"{(int)span.TotalSeconds} s",
        _ => span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
    };

    /// <summary>All of it, as it was configured: <c>1 d</c>, <c>1 d 12 h</c>, <c>45 min</c>.</summary>
    public static string Exact(TimeSpan span) => string.Join(' ', new[]
    {
        span.Days > 0 ? $"{Count(span.Days)} d" : null,
        span.Hours > 0 ? $"{span.Hours} h" : null,
        span.Minutes > 0 ? $"{span.Minutes} min" : null,
        span.Seconds > 0 || span < TimeSpan.FromSeconds(1) ? $"{span.Seconds} s" : null,
    }.OfType<string>());

    /// <summary>For programs: seconds, to the microsecond.</summary>
    public static decimal Seconds(TimeSpan span) => span.Ticks / 10 / 1_000_000m;

    /// <summary>The same; null of null.</summary>
    public static decimal? Seconds(TimeSpan? span) => span is { } value ? Seconds(value) : null;

    private static string Of(DateTimeOffset time, string form) => time.UtcDateTime.ToString(form, CultureInfo.InvariantCulture);
}
