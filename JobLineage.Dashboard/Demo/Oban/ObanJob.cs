using System.Text.Json;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>A fetched job, as a worker gets it.</summary>
internal sealed record ObanJob(long Id, string Queue, string Worker, string Args, int Attempt, int MaxAttempts)
{
    private JsonElement? _parsed;

    /// <summary>A text among the args; null when absent or of another type.</summary>
    public string? Text(string name) =>
        Parsed.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number among the args; null when absent or of another type.</summary>
    public int? Number(string name) =>
        Parsed.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private JsonElement Parsed => _parsed ??= JsonSerializer.Deserialize<JsonElement>(Args);
}

/// <summary>A job to be inserted.</summary>
internal sealed record NewObanJob(string Worker, string Queue, object Args)
{
    /// <summary>Meta data: where lineage is.</summary>
    public object Meta { get; init; } = new { };

    public int MaxAttempts { get; init; } = 3;

    public int Priority { get; init; }

    public string[] Tags { get; init; } = [];

    /// <summary>How long after its insert the job is due, in the story's time.</summary>
    public TimeSpan After { get; init; }

    /// <summary>
    /// Whether a job with the same worker and args that still waits is kept instead, with this one's meta: that moves it to
    /// another parent.
    /// </summary>
    public bool ReplacesMeta { get; init; }
}

/// <summary>Jobs that are inserted together, in one transaction, some time into a job's work.</summary>
/// <param name="After">How long after the previous batch, or after the start.</param>
/// <param name="Jobs">The jobs.</param>
internal sealed record ObanBatch(TimeSpan After, IReadOnlyList<NewObanJob> Jobs);

/// <summary>What performing a job does.</summary>
/// <param name="Takes">The time after the last batch until the outcome.</param>
/// <param name="Outcome">How it ends.</param>
internal sealed record Performance(TimeSpan Takes, Outcome Outcome)
{
    public IReadOnlyList<ObanBatch> Batches { get; init; } = [];

    /// <summary>What the job adds to its own meta before it ends; null for nothing.</summary>
    public object? MetaUpdate { get; init; }
}

/// <summary>How an attempt ends.</summary>
internal abstract record Outcome
{
    public sealed record Completed : Outcome;

    /// <summary>Tried again after a while, or discarded when no attempts are left.</summary>
    public sealed record Failed(string Error, TimeSpan RetryAfter) : Outcome;

    public sealed record Discarded(string Error) : Outcome;

    public sealed record Cancelled(string Error) : Outcome;

    public sealed record Snoozed(TimeSpan For) : Outcome;

    private Outcome()
    {
    }
}
