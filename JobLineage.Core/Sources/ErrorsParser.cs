using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads a queue's errors. Oban's are <c>{"attempt":n,"at":"…Z","error":"…"}</c>, oldest first; anything else that
/// stands in the column is kept as text rather than lost.
/// </summary>
public static class ErrorsParser
{
    /// <summary>The errors in a JSON array, each message passed through <paramref name="clean"/>.</summary>
    public static IReadOnlyList<JobError> Parse(string? json, Func<string, string> clean)
    {
        if (string.IsNullOrEmpty(json) || json is "null" or "[]")
            return [];
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Null)
                return [];
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                return [One(document.RootElement, clean)];
            var errors = new List<JobError>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Null)
                    errors.Add(One(element, clean));
            }

            return errors;
        }
        catch (JsonException)
        {
            return [new(0, null, clean(json))];
        }
    }

    private static JobError One(JsonElement element, Func<string, string> clean)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return new(0, null, clean(Text(element)));
        var attempt = element.TryGetProperty("attempt", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var parsed) ? parsed : 0;
        DateTimeOffset? at = element.TryGetProperty("at", out var time) && time.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var when)
                ? when.ToUniversalTime()
                : null;
        return new(attempt, at, clean(element.TryGetProperty("error", out var message) ? Text(message) : element.GetRawText()));
    }

    private static string Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
}
