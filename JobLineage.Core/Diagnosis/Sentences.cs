using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>Numbers and times as they stand in sentences.</summary>
internal static class Sentences
{
    /// <summary>With thousands separators.</summary>
    public static string Number(long number) => Figures.Number(number);

    /// <summary>"294 of 498", or "All 12".</summary>
    public static string Of(long part, long whole) => part == whole
        ? whole == 1 ? "The only" : $"All {Number(whole)}"
        : $"{Number(part)} of {Number(whole)}";

    /// <summary>"job" or "jobs".</summary>
    public static string Jobs(long number) => number == 1 ? "job" : "jobs";

    /// <summary>A share of one, never rounded to nothing or to everything.</summary>
    public static string Percent(double share) =>
        share is > 0 and < 0.01 ? "<1 %"
        : share is > 0.99 and < 1 ? ">99 %"
        : (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    /// <summary>So many a minute.</summary>
    public static string Rate(double perMinute) =>
        perMinute >= 10 ? Number((long)Math.Round(perMinute)) : perMinute.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>At most so many characters: what stands in a sentence is not to fill it.</summary>
    public static string Short(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    /// <summary>Date and time in UTC.</summary>
    public static string Time(DateTimeOffset time) => Figures.Time(time);

    /// <summary>A length of time in its two largest units.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{(int)time.TotalDays} days",
        { TotalHours: >= 1 } => time.Minutes == 0 ? $"{(int)time.TotalHours} h" : $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{(int)time.TotalMinutes} min",
        _ => $"{(int)time.TotalSeconds} s",
    };
}
