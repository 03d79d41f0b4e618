using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>The rows of sources that could not be read or written. A store that does not answer throws as all readers do.</summary>
public interface IPutAside
{
    /// <summary>Those of a source, the newest first.</summary>
    Task<IReadOnlyList<BadRow>> ListAsync(string source, CancellationToken cancellation);

    /// <summary>Asks whoever reads the source to try them again.</summary>
    /// <returns>Whether there is such a source.</returns>
    Task<bool> RetryAsync(string source, CancellationToken cancellation);
}
