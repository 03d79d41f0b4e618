using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Reads runs out whole, however many jobs they have.</summary>
public interface IRunExports
{
    /// <summary>
    /// Begins to read; null when there is no such job, or no such stage. The run and all its jobs are of one moment. A
    /// database that does not answer throws <see cref="System.Data.Common.DbException"/> or <see cref="TimeoutException"/>,
    /// here or while the jobs are read.
    /// </summary>
    Task<RunExport?> OpenAsync(JobSelection selection, CancellationToken cancellation);
}

/// <summary>A run that is being read out. It holds a connection until it is disposed of.</summary>
/// <param name="run">The run, with what was found in it.</param>
/// <param name="selection">Which of its jobs are meant.</param>
/// <param name="jobs">Them, read as they are asked for and never held; may be read once.</param>
/// <param name="held">What is let go of at the end; null for nothing.</param>
public sealed class RunExport(
    RunSnapshot run, JobSelection selection, IAsyncEnumerable<ExportedJob> jobs, IAsyncDisposable? held = null) : IAsyncDisposable
{
    /// <summary>The run, with what was found in it.</summary>
    public RunSnapshot Run => run;

    /// <summary>Which of its jobs are meant.</summary>
    public JobSelection Selection => selection;

    /// <summary>
    /// The jobs: stage by stage (parents before children), in each by state and then by due time. With an error they come in
    /// the order in which they failed, below a job the nearest first, and by id as the ids were given.
    /// </summary>
    public IAsyncEnumerable<ExportedJob> Jobs => jobs;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => held?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A job with its place in the run.</summary>
/// <param name="Job">The job.</param>
/// <param name="Stage">The path of its stage.</param>
/// <param name="ErrorId">The number of the last error's fingerprint; null without one, and where nothing counts them.</param>
public sealed record ExportedJob(Job Job, string Stage, int? ErrorId = null);
