namespace JobLineage.Core.Diagnosis;

/// <summary>A run of the same pipeline, as far as it shows what is usual.</summary>
/// <param name="RootId">The id of its root.</param>
/// <param name="StartedAt">When it started, in UTC; null when unknown.</param>
/// <param name="IsFinished">Whether all its jobs have come to rest: only then are its numbers its last.</param>
/// <param name="Stages">Its stages by path.</param>
public sealed record PastRun(
    string RootId, DateTimeOffset? StartedAt, bool IsFinished, IReadOnlyDictionary<string, PastStage> Stages);

/// <summary>A stage of a past run.</summary>
/// <param name="ParentPath">The path of the stage above; null for the root's.</param>
/// <param name="Total">All its jobs.</param>
/// <param name="Completed">Those that completed.</param>
/// <param name="Parents">Those that completed and have children.</param>
/// <param name="Ran">Completed jobs of which it is known how long they ran.</param>
/// <param name="RanFor">How long these ran, summed.</param>
public sealed record PastStage(string? ParentPath, long Total, long Completed, long Parents, long Ran, TimeSpan RanFor);
