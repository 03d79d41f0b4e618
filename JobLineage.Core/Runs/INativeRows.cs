using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Jobs as the tables of their sources have them now: one read-only statement with a time limit for each.</summary>
public interface INativeRows
{
    /// <summary>The row of a job. A source that can't be asked is an answer and no exception; null: no such source is watched.</summary>
    Task<NativeRow?> FindAsync(string source, string jobId, CancellationToken cancellation);
}
