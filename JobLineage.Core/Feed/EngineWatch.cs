using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>
/// Asks an engine, every few seconds, what is paused and who works, and tells the store. What can't be read is said once and tried again: nothing of the
/// source's own reading depends on it.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="probed">Where its tables are.</param>
/// <param name="source">Its database.</param>
/// <param name="record">Where it is told.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For operators.</param>
internal sealed partial class EngineWatch(IEngine engine, ProbedSource probed, WatchedSource source, SourceRecord record, TimeProvider time, ILogger log)
{
    /// <summary>Between two questions.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int TimeoutSeconds = 5;

    private string? said;

    /// <summary>Runs until cancelled, or until another replica leads.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (engine.Queues is null && engine.Nodes is null)
            return;
        var reader = new EngineReader(engine, probed.Mapping, source.Database, source.Redaction, TimeoutSeconds);
        while (true)
        {
            try
            {
                await TellAsync(reader, cancellation);
            }
            catch (LeadLostException)
            {
                return;
            }
            catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                // The source or the store is away: the feed says so.
            }

            await Task.Delay(Interval, time, cancellation);
        }
    }

    private async Task TellAsync(EngineReader reader, CancellationToken cancellation)
    {
        EngineEvidence evidence;
        string? problem;
        using (await source.Pool.ShortAsync(cancellation))
            (evidence, problem) = await reader.EvidenceAsync(cancellation);
        Say(problem);
        await record.SayEvidenceAsync(evidence, problem, cancellation);
    }

    private void Say(string? problem)
    {
        if (problem is not null && problem != said)
            LogUnread(source.Name, problem);
        said = problem;
    }

    [LoggerMessage(340, LogLevel.Warning, "Source {Source}: {Problem}")]
    private partial void LogUnread(string source, string problem);
}
