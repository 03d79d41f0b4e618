using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>A run of the same pipeline, as far as it shows what is usual. Many diagnoses look at the same one.</summary>
/// <param name="rootId">The id of its root.</param>
/// <param name="startedAt">When it started, in UTC; null when unknown.</param>
/// <param name="isFinished">Whether all its jobs have come to rest: only then are its numbers its last.</param>
/// <param name="stages">Its stages by path.</param>
public sealed class PastRun(string rootId, DateTimeOffset? startedAt, bool isFinished, IReadOnlyDictionary<string, PastStage> stages)
{
    private readonly Lazy<ILookup<string, string>> below = new(() => stages
        .Where(stage => stage.Value is { ParentPath: not null, Total: > 0 })
        .ToLookup(stage => stage.Value.ParentPath!, stage => stage.Key, StagePath.Comparer));

    /// <summary>The id of its root.</summary>
    public string RootId => rootId;

    /// <summary>When it started, in UTC; null when unknown.</summary>
    public DateTimeOffset? StartedAt => startedAt;

    /// <summary>Whether all its jobs have come to rest.</summary>
    public bool IsFinished => isFinished;

    /// <summary>Its stages by path.</summary>
    public IReadOnlyDictionary<string, PastStage> Stages => stages;

    /// <summary>The paths of the stages right below each one, those without a job left out.</summary>
    internal ILookup<string, string> Below => below.Value;
}

/// <summary>A stage of a past run.</summary>
/// <param name="ParentPath">The path of the stage above; null for the root's.</param>
/// <param name="Total">All its jobs.</param>
/// <param name="Completed">Those that completed.</param>
/// <param name="Parents">Those that completed and have children.</param>
/// <param name="Ran">Completed jobs of which it is known how long they ran.</param>
/// <param name="RanFor">How long these ran, summed.</param>
public sealed record PastStage(string? ParentPath, long Total, long Completed, long Parents, long Ran, TimeSpan RanFor);
