using System.Text.Json;

namespace JobLineage.Dashboard.Demo.Research;

/// <summary>A claimed row of research_jobs.</summary>
internal sealed record ResearchJob(
    long Id, string Source, string JobType, Guid TargetId, string Payload, short Attempts, short MaxAttempts)
{
    /// <summary>A text of the payload; null when absent.</summary>
    public string? Text(string name)
    {
        var payload = JsonSerializer.Deserialize<JsonElement>(Payload);
        return payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}

/// <summary>A row to be inserted.</summary>
internal sealed record NewResearchJob(string Source, string JobType, string TargetType, Guid TargetId, object Payload, short Priority, short MaxAttempts);

/// <summary>What an attempt does.</summary>
/// <param name="Takes">How long it runs, in the story's time.</param>
/// <param name="End">How it ends.</param>
internal sealed record ResearchPerformance(TimeSpan Takes, ResearchEnd End)
{
    /// <summary>The chain's next row, inserted before this one is marked done; null for none.</summary>
    public NewResearchJob? Next { get; init; }
}

/// <summary>How an attempt ends.</summary>
internal abstract record ResearchEnd
{
    /// <summary>Done, with a result that may name the next row.</summary>
    public sealed record Done(Func<long?, object> Result) : ResearchEnd;

    /// <summary>Queued again for later, or dead when no attempts are left.</summary>
    public sealed record Failed(string Error, TimeSpan RetryAfter) : ResearchEnd;

    /// <summary>Dead at once: trying again would not help.</summary>
    public sealed record Dead(string Error) : ResearchEnd;

    /// <summary>The worker is killed: the row stays running until the janitor finds it.</summary>
    public sealed record Killed : ResearchEnd;

    private ResearchEnd()
    {
    }
}
