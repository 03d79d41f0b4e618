using JobLineage.Core.Feed;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Infers over the connections of the watched sources, for few at a time: it reads somebody's production database.</summary>
/// <param name="sources">The sources.</param>
/// <param name="reader">What was kept of jobs that their queues have pruned.</param>
internal sealed class UntrackedLineage(WatchedSources sources, IRunReader reader) : IUntrackedLineage, IDisposable
{
    private const int AtOnce = 2;

    // Pages wait too, and each tab is one of them.
    private const int MostWaiting = 16;

    private readonly SemaphoreSlim places = new(AtOnce);
    private int waiting;

    public async Task<InferenceAnswer> InferAsync(string source, string id, string? key, TimeSpan window, CancellationToken cancellation)
    {
        if (sources.All.FirstOrDefault(s => s.Name == source) is not { } watched)
            return new(null);
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting)
                return new(null, $"{MostWaiting} inferences are wanted at once, and there are no more at a time. Try again shortly.");
            await places.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            // It may read much: pages and looks do not wait for it.
            using var turn = await watched.Pool.LongAsync(cancellation);
            var queries = new InferenceQueries(await watched.ProbeAsync(cancellation), watched.Database, watched.Redaction);
            // The queue may have pruned the root: the store still knows its arguments and when it was inserted.
            var kept = await reader.FindJobAsync(source, id, cancellation);
            return new(await queries.InferAsync(id, key, window, kept: kept?.Job, cancellation: cancellation));
        }
        catch (Exception e) when (e is InferenceException or SourceProblemException)
        {
            return new(null, e.Message);
        }
        catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            return new(null, SourceFaults.Explain(source, e, watched.Redaction.Line).Message);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();
}
