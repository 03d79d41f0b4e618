using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <content>Rows that make looks over the table fail.</content>
public sealed partial class SourceFeed
{
    /// <summary>Rows that looks pass by, since they make them fail.</summary>
    private IReadOnlyCollection<string> inTheWay = [];

    /// <summary>Finds the rows that make looks fail; the next turn's looks pass them by.</summary>
    private async Task GoAroundAsync(SourceRecord record, RowsInTheWayException found, CancellationToken cancellation)
    {
        try
        {
            var isMore = false;
            await BesideSignsOfLifeAsync(
                record,
                async () =>
                {
                    using (await source.Pool.LongAsync(cancellation))
                        isMore = await found.Scanner.SearchAsync(cancellation);
                },
                cancellation);
            inTheWay = found.Scanner.InTheWay;
            if (isMore)
                return;
            throw found.InnerException!;
        }
        catch (SourceProblemException e) when (!e.Problem.IsRetryable)
        {
            LogMisconfigured(source.Name, e.Message);
            await SayAsync(record, FeedState.Misconfigured, e.Message, null, cancellation);
            await Task.Delay(options.MisconfiguredPause, time, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not LeadLostException)
        {
            LogLost(source.Name, options.MaximumPause.TotalSeconds, Sentence(e), Logged(e));
            await TrySayAsync(record, $"{Sentence(e)} It is tried again by itself.", cancellation);
            await Task.Delay(options.MaximumPause, time, cancellation);
        }
    }
}
