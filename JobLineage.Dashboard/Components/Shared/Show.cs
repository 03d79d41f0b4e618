using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>Numbers, times and texts as they are shown. Everything here is plain text: Razor escapes it.</summary>
public static class Show
{
    private static readonly string[] SaysNothing = ["Job", "Jobs", "Worker", "Workers"];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>With thousands separators: <c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Without, for attributes that programs read.</summary>
    public static string Plain(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Pixels, for SVG attributes.</summary>
    public static string Px(double pixels) => pixels.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary><c>1 job</c>, <c>2 jobs</c>.</summary>
    public static string Jobs(long count) => count == 1 ? "1 job" : $"{Count(count)} jobs";

    /// <summary>Absolute, with its zone.</summary>
    public static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>The time of day, with its zone.</summary>
    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>For the datetime attribute.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

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

    /// <summary>Two units: <c>3 min 20 s</c>, <c>1 h 02 min</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 s",
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds:00} s",
        { TotalDays: < 2 } => $"{(int)span.TotalHours} h {span.Minutes:00} min",
        _ => $"{(int)span.TotalDays} d {span.Hours:00} h",
    };

    /// <summary>How many jobs came over an edge, and how many per job of the stage they came from.</summary>
    public static string FanOut(long jobs, long parents)
    {
        if (parents == 0)
            return Count(jobs);
        var ratio = (double)jobs / parents;
        var text = ratio < 99.95 ? ratio.ToString("0.#", CultureInfo.InvariantCulture) : Count((long)Math.Round(ratio));
        return text == "0" && jobs > 0 ? $"{Count(jobs)} · ×<0.1" : $"{Count(jobs)} · ×{text}";
    }

    /// <summary>The non-zero counts in words, for tooltips and screen readers.</summary>
    public static string Counts(StateCounts counts) => counts.Total == 0
        ? "no jobs"
        : string.Join(", ", counts.NonZero().Select(entry => $"{Count(entry.Value)} {StateLook.Of(entry.Key).Label}"));

    /// <summary>At most <paramref name="length"/> characters, the last of them an ellipsis when it was longer.</summary>
    public static string Short(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    /// <summary>An error without the words that Oban puts before every one of them, which would hide the rest in a narrow place.</summary>
    public static string Error(string text) => ErrorWords.Telling(text);

    /// <summary>
    /// What tells workers of one short name apart: the nearest segment above it that says anything, as in
    /// <c>App.Sources.KinoKrakow.Jobs.SyncJob</c> → <c>KinoKrakow</c>; null when only the application's name is left.
    /// </summary>
    public static string? Family(string worker)
    {
        var segments = worker.Split('.', '/');
        var first = worker.Contains('/') ? 0 : 1;
        for (var i = segments.Length - 2; i >= first; i--)
        {
            if (segments[i].Length > 0 && !SaysNothing.Contains(segments[i], StringComparer.OrdinalIgnoreCase))
                return segments[i];
        }

        return null;
    }

    /// <summary>JSON text indented; anything that is not JSON as it is.</summary>
    public static string Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
