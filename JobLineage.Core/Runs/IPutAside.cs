namespace JobLineage.Core.Runs;

/// <summary>Acts on the rows of sources that could not be read or written. A store that does not answer throws as all readers do.</summary>
public interface IPutAside
{
    /// <summary>Asks whoever reads the source to try them again.</summary>
    /// <returns>Whether there is such a source.</returns>
    Task<bool> RetryAsync(string source, CancellationToken cancellation);
}
