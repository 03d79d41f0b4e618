using JobLineage.Core.Feed;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The configured sources with their connections, which end with the host.</summary>
internal sealed class WatchedSources : IAsyncDisposable
{
    private const string Part = "sources";

    private readonly DatabasePools pools;

    public WatchedSources(SourcesConfiguration configuration, FeedOptions feed, TimeProvider time)
    {
        var redaction = new Redaction(configuration.RedactWords);
        pools = DatabasePools.Create(configuration.Sources.Select(s => (Connection(s), s.MaxConnections ?? feed.MaxConnections)), Part, time);
        All = [.. configuration.Sources.Select(s => Watched(s, pools[Connection(s), Part], redaction))];
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<WatchedSource> All { get; }

    public ValueTask DisposeAsync() => pools.DisposeAsync();

    private static WatchedSource Watched(SourceOptions source, DatabasePool pool, Redaction redaction) =>
        new(source.Mapping, pool.Connections, redaction, source.Feed) { KeepRuns = source.KeepRuns, Pool = pool };

    private static string Connection(SourceOptions source) =>
        source.ConnectionString ?? throw new ArgumentException($"Source '{source.Name}' has no connection string.");
}
