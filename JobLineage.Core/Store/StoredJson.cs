using System.Text.Encodings.Web;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store;

/// <summary>How lists are kept in text columns.</summary>
internal static class StoredJson
{
    /// <summary>Readable text: it is never put into a page unescaped.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IReadOnlyList<JobError> Errors(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<List<JobError>>(json, Options) ?? [];

    public static IReadOnlyList<string> Texts(string? json) => json is null ? [] : JsonSerializer.Deserialize<List<string>>(json, Options) ?? [];
}
