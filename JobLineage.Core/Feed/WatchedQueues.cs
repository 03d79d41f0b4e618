using System.Collections.Concurrent;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed;

/// <summary>The queues of all watched sources; see <see cref="IQueues"/>. However many ask, a source is asked once in five seconds.</summary>
/// <param name="sources">The sources.</param>
/// <param name="time">Says how old an answer is.</param>
public sealed class WatchedQueues(IReadOnlyList<WatchedSource> sources, TimeProvider time) : IQueues
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ((QueuesView? View, string? Problem) Answer, long At)> read = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> reading = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<(QueuesView? View, string? Problem)?> FindAsync(string source, CancellationToken cancellation)
    {
        if (sources.FirstOrDefault(s => s.Name == source) is not { } watched)
            return null;
        var one = reading.GetOrAdd(source, _ => new(1));
        await one.WaitAsync(cancellation);
        try
        {
            if (!read.TryGetValue(source, out var known) || time.GetElapsedTime(known.At) >= GoodFor)
                read[source] = known = (await AskAsync(watched, cancellation), time.GetTimestamp());
            return known.Answer;
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<(QueuesView? View, string? Problem)> AskAsync(WatchedSource source, CancellationToken cancellation)
    {
        try
        {
            ProbedSource probed;
            using (await source.Pool.ShortAsync(cancellation))
                probed = await source.ProbeAsync(cancellation);
            return (await new QueuesReader(probed, source.Database, source.Redaction, source.Pool, time).ReadAsync(cancellation), null);
        }
        catch (SourceProblemException problem)
        {
            return (null, problem.Message);
        }
        catch (Exception exception) when (DatabaseFailure.Is(exception) && !cancellation.IsCancellationRequested)
        {
            return (null, SourceFaults.Explain(source.Name, exception, source.Redaction.Line).Message);
        }
    }
}
