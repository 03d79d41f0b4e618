using System.Data.Common;
using System.Net.Sockets;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary>A run that is read again and again. While its database does not answer, what was read last stays.</summary>
/// <param name="question">What is asked.</param>
/// <param name="clock">The clock.</param>
internal sealed class WatchedRun(Question question, TimeProvider clock)
{
    private static readonly Dictionary<string, long> Nothing = [];

    private RunSnapshot? run;
    private RunSnapshot? before;

    /// <summary>The run as it was read last.</summary>
    public RunSnapshot Run => run ?? throw new InvalidOperationException("Nothing was read yet.");

    /// <summary>What the last reading changed; nothing where it was the first, or brought nothing.</summary>
    public RunChanges Changes => new(before ?? Run, Run);

    /// <summary>Why the last reading brought nothing; null when it did.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Rows that were passed over, by their state.</summary>
    public IReadOnlyDictionary<string, long> PassedOver { get; private set; } = Nothing;

    /// <summary>Reads it for the first time.</summary>
    /// <returns>False when there is no such job.</returns>
    public Task<bool> BeginAsync(CancellationToken cancellation) => ReadAsync(cancellation);

    /// <summary>Reads it again.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            Trouble = await ReadAsync(cancellation) ? null : "The job is not in the queue any more: this is what was last read of its run.";
        }
        catch (Exception e) when (e is DbException or TimeoutException or SocketException && !cancellation.IsCancellationRequested)
        {
            var problem = SourceFaults.Explain(question.Lineage.Source.Mapping.Name, e, question.Redaction.Line);
            if (!problem.IsRetryable)
                throw;
            Trouble = problem.Message;
        }

        if (Trouble is not null)
            before = run;
    }

    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        if (await question.Lineage.GetPipelineStatsAsync(question.Id, cancellation) is not { } stats)
            return false;
        var now = stats.Run.Diagnose(question.Diagnosis, clock.GetUtcNow());
        (before, run, PassedOver) = (run, now, stats.PassedOver);
        return true;
    }
}
