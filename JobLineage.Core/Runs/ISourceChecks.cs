using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Looks at all that reading a source depends on, as <c>doctor</c> does: read-only statements with time limits.</summary>
public interface ISourceChecks
{
    /// <summary>What was found; null: no such source is watched.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="cancellation">Stops it.</param>
    Task<IReadOnlyList<SourceCheck>?> CheckAsync(string source, CancellationToken cancellation);
}
