using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>
/// Reads what comparisons are made of. A database that does not answer throws <see cref="System.Data.Common.DbException"/>
/// or <see cref="TimeoutException"/>.
/// </summary>
public interface IRunComparisons
{
    /// <summary>Two runs side by side, both read at one moment; null when either is unknown.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="before">Any job of the first run.</param>
    /// <param name="after">Any job of the second run.</param>
    /// <param name="cancellation">Stops the reading.</param>
    Task<RunComparison?> CompareAsync(string source, string before, string after, CancellationToken cancellation);

    /// <summary>
    /// The id of the root of the last run of the same pipeline that began before this one and is finished: nothing goes on in
    /// it, and no job failed for good (cancelled ones are somebody's decision). Null when there is none.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="jobId">Any job of the run.</param>
    /// <param name="cancellation">Stops the reading.</param>
    Task<string?> FindLastGoodAsync(string source, string jobId, CancellationToken cancellation);

    /// <summary>
    /// Which of these pairs are jobs of the source, both of them: an address in which two ids stand side by side can be read
    /// in several ways when the ids themselves hold what stands between them. The first that is; null when none is.
    /// </summary>
    Task<(string Before, string After)?> FindPairAsync(
        string source, IReadOnlyList<(string Before, string After)> pairs, CancellationToken cancellation);
}
