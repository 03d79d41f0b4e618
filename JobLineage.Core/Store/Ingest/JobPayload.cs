using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>What is large of a job and seldom changes, as the store has it.</summary>
/// <param name="Args">The arguments; null without any.</param>
/// <param name="Meta">The meta data; null without any.</param>
/// <param name="Errors">The errors as JSON, oldest first; null without any.</param>
internal sealed record JobPayload(string? Args, string? Meta, string? Errors)
{
    /// <summary>Characters of all errors of a job that are stored; the newest are kept.</summary>
    private const int ErrorsLimit = 8192;

    /// <summary>Characters that a job's row bears: a row beside it, with its entry in an index, takes about a third of that by itself.</summary>
    private const int MostWithin = 200;

    private static readonly JobPayload None = new(null, null, null);

    /// <summary>Whether it has a row of its own.</summary>
    public bool IsBeside { get; } = Length(Args) + Length(Meta) + Length(Errors) > MostWithin;

    /// <summary>Of a job; of none there is nothing.</summary>
    public static JobPayload Of(Job? job) => job is null ? None : new(job.Args, job.Meta, Json(job.Errors));

    /// <summary>When there are too many errors the oldest are left out.</summary>
    private static string? Json(IReadOnlyList<JobError> errors)
    {
        if (errors.Count == 0)
            return null;
        var room = ErrorsLimit;
        var first = errors.Count - 1;
        for (room -= errors[first].Message.Length; first > 0 && errors[first - 1].Message.Length <= room; first--)
            room -= errors[first - 1].Message.Length;
        return JsonSerializer.Serialize(errors.Skip(first), StoredJson.Options);
    }

    private static int Length(string? text) => text?.Length ?? 0;
}
