using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>The queues of sources as their tables and engines have them now: read-only statements with time limits.</summary>
public interface IQueues
{
    /// <summary>The queues of a source; null: no such source is watched.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The queues, or a sentence that says why they can't be read.</returns>
    Task<(QueuesView? View, string? Problem)?> FindAsync(string source, CancellationToken cancellation);
}
