namespace JobLineage.Core.Runs;

/// <summary>Removes what the store has of a source or of a run. A store that does not answer throws as all readers do.</summary>
public interface IForgetting
{
    /// <summary>What would be removed; null when there is no such source, or no such run.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="run">Any job of the run; null for all of the source.</param>
    /// <param name="cancellation">Stops the counting.</param>
    Task<Forgettable?> PreviewAsync(string source, string? run, CancellationToken cancellation);

    /// <summary>
    /// Removes it, in transactions that nobody waits for long. The source, or the run, is gone for everybody with the first of them; when
    /// this is stopped, the next call goes on with the rest.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="run">Any job of the run; null for all of the source.</param>
    /// <param name="removed">Is told of the rows removed so far; null when nobody asks.</param>
    /// <param name="cancellation">Stops between transactions.</param>
    /// <returns>Rows removed; null when there is no such source, or no such run.</returns>
    Task<long?> ForgetAsync(string source, string? run, Action<long>? removed, CancellationToken cancellation);
}

/// <summary>What the store has of a source or a run.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Root">The root of the run; null where all of the source is meant.</param>
/// <param name="Jobs">Jobs, those that their queue has pruned included.</param>
/// <param name="Present">How many of them the queue still had when it was last read: they are read again while it is followed.</param>
/// <param name="Runs">Runs.</param>
/// <param name="PastRuns">Summaries of runs that were dropped.</param>
/// <param name="Failures">Final failures in the ledger of the digest.</param>
/// <param name="Untold">How many of these no digest has told of, and none will.</param>
/// <param name="Reader">Who reads the source now; null when nobody does.</param>
public sealed record Forgettable(
    string Source, string? Root, long Jobs, long Present, long Runs, long PastRuns, long Failures, long Untold, string? Reader);
