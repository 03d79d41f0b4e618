using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Feed;

/// <summary>
/// Drops what is older than is kept, now and then and bit by bit: after each transaction it rests many times as long as that
/// took. One for each turn of a feed, beside it.
/// </summary>
/// <param name="old">Drops.</param>
/// <param name="numbers">Gives up numbers of names and errors that nobody has any more.</param>
/// <param name="source">The source, and how long it is kept.</param>
/// <param name="options">How often and how much.</param>
/// <param name="time">The clock of the pauses; ages are measured by the store's.</param>
/// <param name="log">For operators.</param>
internal sealed partial class HistorySweeper(OldRuns old, UnusedNumbers numbers, WatchedSource source, FeedOptions options, TimeProvider time, ILogger log)
{
    /// <summary>Nodes that have been silent for this long are forgotten even where runs are kept for ever.</summary>
    private static readonly TimeSpan NodesAtLeast = TimeSpan.FromDays(14);

    /// <summary>Until another attempt while the ingester is writing, and the shortest rest.</summary>
    private static readonly TimeSpan ShortRest = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until cancelled, or until another replica leads.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(options.HistoryInterval, time, cancellation);
            try
            {
                await SweepAsync(cancellation);
            }
            catch (LeadLostException)
            {
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                // Whatever it is: who swept no more would say so nowhere. What was not dropped now is dropped the next time.
                LogFailed(source.Name, e);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var (runs, jobs) = (0L, 0L);
        while (source.KeepRuns is { } keep)
        {
            var began = time.GetTimestamp();
            var dropped = await old.DropAsync(keep, options.HistoryBatch, cancellation);
            if (dropped.Outcome == DropOutcome.Nothing)
                break;
            (runs, jobs) = (runs + dropped.Runs, jobs + dropped.Jobs);
            var rest = dropped.Outcome == DropOutcome.Busy ? ShortRest : time.GetElapsedTime(began) * options.RestFactor;
            await Task.Delay(rest > ShortRest ? rest : ShortRest, time, cancellation);
        }

        if (jobs > 0 || runs > 0)
            LogDropped(source.Name, runs, jobs, source.KeepRuns!.Value);
        await old.GoOnForgettingAsync(cancellation);
        await old.ForgetNodesAsync(source.KeepRuns > NodesAtLeast ? source.KeepRuns.Value : NodesAtLeast, cancellation);
        if (await numbers.GiveUpAsync(cancellation) is > 0 and var given)
            LogGivenUp(given);
    }

    [LoggerMessage(315, LogLevel.Information, "Source {Source}: {Runs} runs and {Jobs} jobs older than {Keep} were dropped; of each run a summary is left")]
    private partial void LogDropped(string source, long runs, long jobs, TimeSpan keep);

    [LoggerMessage(343, LogLevel.Information, "{Numbers} names and kinds of error that no job has any more were removed from the store")]
    private partial void LogGivenUp(int numbers);

    [LoggerMessage(316, LogLevel.Warning, "Source {Source}: old runs could not be dropped; it is tried again")]
    private partial void LogFailed(string source, Exception e);
}
