using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>What pages show, besides <see cref="Format"/>. Everything here is plain text: Razor escapes it.</summary>
public static class Show
{
    private static readonly string[] SaysNothing = ["Job", "Jobs", "Worker", "Workers"];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Without, for attributes that programs read.</summary>
    public static string Plain(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Pixels, for SVG attributes.</summary>
    public static string Px(double pixels) => pixels.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>How many jobs came over an edge, and how many per job of the stage they came from.</summary>
    public static string FanOut(long jobs, long parents)
    {
        if (parents == 0)
            return Format.Count(jobs);
        var ratio = (double)jobs / parents;
        var text = ratio < 99.95 ? ratio.ToString("0.#", CultureInfo.InvariantCulture) : Format.Count((long)Math.Round(ratio));
        return text == "0" && jobs > 0 ? $"{Format.Count(jobs)} · ×<0.1" : $"{Format.Count(jobs)} · ×{text}";
    }

    /// <summary>The non-zero counts in words, for tooltips and screen readers.</summary>
    public static string Counts(StateCounts counts) => counts.Total == 0
        ? "no jobs"
        : string.Join(", ", counts.NonZero().Select(entry => $"{Format.Count(entry.Value)} {StateLook.Of(entry.Key).Label}"));

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
