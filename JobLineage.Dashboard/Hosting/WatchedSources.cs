using JobLineage.Core.Feed;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The configured sources with their connections, which end with the host.</summary>
internal sealed class WatchedSources : IAsyncDisposable
{
    public WatchedSources(SourcesConfiguration configuration)
    {
        var redaction = new Redaction(configuration.RedactWords);
        All = [.. configuration.Sources.Select(s => new WatchedSource(
            s.Mapping, NpgsqlDataSource.Create(s.ConnectionString ?? throw new ArgumentException($"Source '{s.Name}' has no connection string.")), redaction, s.Feed) { KeepRuns = s.KeepRuns })];
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<WatchedSource> All { get; }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in All)
            await source.Database.DisposeAsync();
    }
}
