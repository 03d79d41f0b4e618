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

    /// <summary>What a run says of jobs that came or went: the newest first.</summary>
    public static IReadOnlyList<RunMove> Moves(string? json) => json is null ? [] :
    [
        .. (JsonSerializer.Deserialize<Dictionary<string, Move>>(json, Options) ?? [])
            .Where(move => move.Key.Length > 1)
            .Select(move => new RunMove(move.Key[1..], move.Value.Jobs, move.Value.At.ToUniversalTime(), move.Key[0] == '<'))
            .OrderByDescending(move => move.At).ThenBy(move => move.RootId, StringComparer.Ordinal),
    ];

    public static IReadOnlyList<string> Texts(string? json) => json is null ? [] : JsonSerializer.Deserialize<List<string>>(json, Options) ?? [];

    private sealed record Move(long Jobs, DateTimeOffset At);
}
