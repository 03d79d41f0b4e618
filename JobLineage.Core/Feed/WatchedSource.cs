using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>A source that is to be followed.</summary>
/// <param name="Mapping">How its table is read.</param>
/// <param name="Database">Connections to the source's database.</param>
/// <param name="Redaction">Takes secrets out of what is read.</param>
/// <param name="Feed">How its changes are followed.</param>
public sealed record WatchedSource(
    SourceMapping Mapping, NpgsqlDataSource Database, Redaction Redaction, FeedKind Feed = FeedKind.Auto)
{
    /// <summary>Turns at using <see cref="Database"/>, which other sources may share.</summary>
    public DatabasePool Pool
    {
        get => field ??= DatabasePool.Alone(Database);
        init;
    }

    /// <summary>How long runs are kept after their last activity; null: for ever.</summary>
    public TimeSpan? KeepRuns { get; init; }

    /// <summary>The source's name.</summary>
    public string Name => Mapping.Name;

    /// <summary>Looks at the table before it is read.</summary>
    /// <exception cref="SourceProblemException">It can't be read now, or not as it is configured.</exception>
    public async Task<ProbedSource> ProbeAsync(CancellationToken cancellation)
    {
        var outcome = await SourceProbe.ProbeAsync(Mapping, Database, cancellation);
        return outcome.Source ?? throw new SourceProblemException(outcome.Problem!);
    }
}
