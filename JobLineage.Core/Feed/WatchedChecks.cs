using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed;

/// <summary>Looks at the sources that this program watches; see <see cref="ISourceChecks"/>. One look at a time, whoever asks.</summary>
/// <param name="sources">The sources.</param>
public sealed class WatchedChecks(IReadOnlyList<WatchedSource> sources) : ISourceChecks, IDisposable
{
    private readonly SemaphoreSlim one = new(1);

    /// <inheritdoc />
    public async Task<IReadOnlyList<SourceCheck>?> CheckAsync(string source, CancellationToken cancellation)
    {
        if (sources.FirstOrDefault(s => s.Name == source) is not { } watched)
            return null;
        await one.WaitAsync(cancellation);
        try
        {
            // Not one of those turns that looks take: it may take long.
            using var turn = await watched.Pool.LongAsync(cancellation);
            var checks = await new SourceDoctor(await watched.ProbeAsync(cancellation), watched.Database, watched.Feed, watched.Redaction).ExamineAsync(cancellation);
            return [.. checks.Select(check => new SourceCheck(check.Level.ToString().ToLowerInvariant(), check.Name, check.Message))];
        }
        catch (SourceProblemException problem)
        {
            return [new("problem", "source", problem.Message)];
        }
        catch (Exception exception) when (DatabaseFailure.Is(exception) && !cancellation.IsCancellationRequested)
        {
            return [new("problem", "source", SourceFaults.Explain(watched.Name, exception, watched.Redaction.Line).Message)];
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => one.Dispose();
}
