using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>
/// Reads what lies behind an edge of the stage graph. Asked for when somebody looks at the edge, never with the run, for it
/// goes over jobs. A database that does not answer throws <see cref="System.Data.Common.DbException"/> or
/// <see cref="TimeoutException"/>.
/// </summary>
public interface IEdgeReader
{
    /// <summary>How the jobs of a stage fan out into another; null when the run, or one of its stages, is not known.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="rootId">The id of the run's root.</param>
    /// <param name="from">The path of the parents' stage.</param>
    /// <param name="to">The path of the children's stage.</param>
    /// <param name="cancellation">Stops the query.</param>
    Task<EdgeFacts?> FindEdgeAsync(string source, string rootId, string from, string to, CancellationToken cancellation);
}
