using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>How the API writes JSON.</summary>
internal static class Json
{
    /// <summary>camelCase, and enums by their names in lower case.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    /// <summary>The states that have jobs.</summary>
    public static IReadOnlyDictionary<string, long> Counts(StateCounts counts) =>
        counts.NonZero().ToDictionary(c => c.Key.Name(), c => c.Value);

    /// <summary>JSON that a queue stored, as JSON; as a string when it was cut or is none.</summary>
    public static object? Embed(string? text)
    {
        if (text is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return text;
        }
    }

    /// <summary>
    /// Names what the answer says, except for when it was read. The version alone would not do: a finding may appear as
    /// time goes by without anything changing. Weak, because the answer is compressed on its way.
    /// </summary>
    public static string ETag(RunAnswer answer, JsonSerializerOptions options)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answer with { AsOf = default }, options));
        return $"W/\"{answer.Version}-{Convert.ToHexStringLower(hash.AsSpan(0, 6))}\"";
    }
}
