using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>A source that is to be followed.</summary>
/// <param name="Mapping">How its table is read.</param>
/// <param name="Database">Connections to its database.</param>
/// <param name="Redaction">Takes secrets out of what is read.</param>
public sealed record WatchedSource(SourceMapping Mapping, NpgsqlDataSource Database, Redaction Redaction)
{
    /// <summary>The source's name.</summary>
    public string Name => Mapping.Name;

    /// <summary>Looks at the table before it is read.</summary>
    /// <exception cref="SourceMisconfiguredException">It can't be read as it is configured.</exception>
    public Task<ProbedSource> ProbeAsync(CancellationToken cancellation) => throw new NotSupportedException();
}

/// <summary>A source can't be read as it is configured; the message is a sentence with the next step.</summary>
public sealed class SourceMisconfiguredException(string message) : Exception(message);
