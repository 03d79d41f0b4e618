using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Queues;

/// <summary>The queues of a source as they were read, or why they could not be.</summary>
/// <param name="View">The queues; null where they can't be read.</param>
/// <param name="Problem">Why not, as a sentence; null where they could.</param>
public sealed record QueueReading(QueuesView? View, string? Problem);
