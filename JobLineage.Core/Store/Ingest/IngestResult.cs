namespace JobLineage.Core.Store.Ingest;

/// <summary>Another replica has taken over while this one still wrote; nothing was written.</summary>
public sealed class LeadLostException(string message) : Exception(message);

/// <summary>What became of a batch.</summary>
/// <param name="ChangedIds">The jobs that were new, changed or gone.</param>
/// <param name="Gone">How many of them had left the source.</param>
/// <param name="Missing">Parents that are named and were never seen: tombstones that this batch made.</param>
public readonly record struct IngestResult(IReadOnlyList<string> ChangedIds, int Gone, IReadOnlyList<string> Missing)
{
    /// <summary>How many ids came back with another insertion time: other jobs.</summary>
    public int Returned { get; init; }

    /// <summary>The ids of the jobs that the store did not have.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>The ids of jobs that the store can't take.</summary>
    public IReadOnlyList<string> PutAside { get; init; } = [];

    /// <summary>How many jobs were new, changed or gone.</summary>
    public int Changed => ChangedIds.Count;
}
