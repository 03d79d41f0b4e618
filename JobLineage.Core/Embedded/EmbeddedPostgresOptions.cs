namespace JobLineage.Core.Embedded;

/// <summary>Where a private Postgres cluster lives and how its server is run.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// The folder that holds everything; the cluster is in <c>postgres/</c> below it. Made when missing. A relative path is
    /// taken from the working directory.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null searches PATH and the usual folders.
    /// </summary>
    public string? BinDirectory { get; init; }

    /// <summary>The database that <see cref="EmbeddedPostgres.ConnectionString"/> leads to; made when missing.</summary>
    public string Database { get; init; } = "joblineage";

    /// <summary>The loopback port to listen on; null takes a free one at each start.</summary>
    public int? Port { get; init; }

    /// <summary>Whether a server that dies is started again at its port, until it is disposed of.</summary>
    public bool RestartsWhenItDies { get; init; } = true;

    /// <summary>How long the server may take to be ready, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Server settings that are added to, or replace, the built-in ones (<c>shared_buffers</c> → <c>256MB</c>).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
