using System.Collections.Concurrent;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed;

/// <summary>The rows of all watched sources; see <see cref="INativeRows"/>.</summary>
/// <param name="sources">The sources.</param>
/// <param name="time">Says when they were asked.</param>
public sealed class NativeRows(IReadOnlyList<WatchedSource> sources, TimeProvider time) : INativeRows
{
    private readonly ConcurrentDictionary<string, NativeRowReader> readers = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<NativeRow?> FindAsync(string source, string jobId, CancellationToken cancellation)
    {
        if (sources.FirstOrDefault(s => s.Name == source) is not { } watched)
            return null;
        try
        {
            using var turn = await watched.Pool.ShortAsync(cancellation);
            if (!readers.TryGetValue(source, out var reader))
            {
                var probed = await watched.ProbeAsync(cancellation);
                reader = new(new SourceReader(probed, watched.Database, watched.Redaction), watched.Database, watched.Redaction, time);
                readers[source] = reader;
            }

            return await reader.ReadAsync(jobId, cancellation);
        }
        catch (SourceProblemException problem)
        {
            return Unreachable(problem.Message);
        }
        catch (Exception exception) when (DatabaseFailure.Is(exception) && !cancellation.IsCancellationRequested)
        {
            // The table may have become another one.
            readers.TryRemove(source, out _);
            return Unreachable(SourceFaults.Explain(source, exception, watched.Redaction.Line).Message);
        }
    }

    private NativeRow Unreachable(string problem) => new(NativeRowState.Unreachable, [], problem, time.GetUtcNow());
}
