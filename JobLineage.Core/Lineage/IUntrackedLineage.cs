using JobLineage.Core.Lineage.Inference;

namespace JobLineage.Core.Lineage;

/// <summary>Infers descendants in any of the watched sources.</summary>
public interface IUntrackedLineage
{
    /// <summary>The descendants of a job, as far as they can be inferred. What stands in the way is in the answer, not thrown.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="id">The root.</param>
    /// <param name="key">The key of the arguments that the run's jobs share; null for the one that fits best.</param>
    /// <param name="window">How long after the root a descendant may have been inserted.</param>
    /// <param name="cancellation">Stops the reading.</param>
    Task<InferenceAnswer> InferAsync(string source, string id, string? key, TimeSpan window, CancellationToken cancellation);
}

/// <summary>What came of it.</summary>
/// <param name="Run">What was inferred; null when there is no such source or job, or when it could not be read.</param>
/// <param name="Problem">What stands in the way, a sentence with a next step; null when nothing does.</param>
public sealed record InferenceAnswer(InferredRun? Run, string? Problem = null);
