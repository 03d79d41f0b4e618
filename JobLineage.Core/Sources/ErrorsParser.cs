using System.Globalization;
using System.Text;
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
            return Broken(json, clean);
        }
    }

    /// <summary>An array that breaks off: the whole elements, and what is there of the next one's message.</summary>
    private static List<JobError> Broken(string json, Func<string, string> clean)
    {
        var errors = new List<JobError>();
        var bytes = Encoding.UTF8.GetBytes(json);
        var whole = 0;
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                while (JsonDocument.TryParseValue(ref reader, out var element))
                {
                    using (element)
                        errors.Add(One(element.RootElement, clean));
                    whole = (int)reader.BytesConsumed;
                }
            }
        }
        catch (JsonException)
        {
            // What was whole before is kept.
        }

        var rest = Encoding.UTF8.GetString(bytes, whole, bytes.Length - whole);
        const string key = "\"error\": \"";
        var message = rest.IndexOf(key, StringComparison.Ordinal) is var at and >= 0 ? rest[(at + key.Length)..] : rest;
        // As text again, so that what is secret in it is recognised.
        message = message.Replace("\\n", "\n").Replace("\\\"", "\"").Replace("\\\\", "\\");
        if (message.Length > 0)
            errors.Add(new(0, null, clean(message)));
        return errors;
    }

    private static JobError One(JsonElement element, Func<string, string> clean)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return new(0, null, clean(ErrorJson.Read(element) ?? ErrorJson.Text(element)));
        var attempt = element.TryGetProperty("attempt", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var parsed) ? parsed : 0;
        DateTimeOffset? at = element.TryGetProperty("at", out var time) && time.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(ErrorJson.Text(time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var when)
                ? when.ToUniversalTime()
                : null;
        return new(attempt, at, clean(ErrorJson.Read(element) ?? (element.TryGetProperty("error", out var message) ? ErrorJson.Text(message) : element.GetRawText())));
    }
}
