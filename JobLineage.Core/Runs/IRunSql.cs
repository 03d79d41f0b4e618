using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Says by which statement the jobs of a run are found in the queue's own table, by hand.</summary>
public interface IRunSql
{
    /// <summary>
    /// The statement; null when there is no such job, or no such stage. Nothing is run: a source that does not answer makes it
    /// no worse than a little slower.
    /// </summary>
    Task<RunSql?> FindAsync(JobSelection selection, CancellationToken cancellation);
}

/// <summary>A statement to paste into psql.</summary>
/// <param name="Sql">The statement, over several lines, with a semicolon at its end.</param>
/// <param name="Notes">What is to be known of its answer, one sentence each.</param>
public sealed record RunSql(string Sql, IReadOnlyList<string> Notes);
