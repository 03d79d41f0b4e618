namespace JobLineage.Core.Embedded;

/// <summary>What kept a private Postgres from running.</summary>
public enum EmbeddedPostgresFailure
{
    /// <summary>No Postgres server binaries were found.</summary>
    BinariesMissing,

    /// <summary>Another running program holds the data directory.</summary>
    InUse,

    /// <summary>The cluster was made by a version of Postgres that is not installed.</summary>
    VersionMismatch,

    /// <summary>The data directory cannot be used: rights, or a part that is missing.</summary>
    DataDirectory,

    /// <summary>The program runs as root and found no way to run the server as somebody else.</summary>
    NoUnprivilegedUser,

    /// <summary>The server, or the making of its cluster, failed.</summary>
    ServerFailed,
}

/// <summary>
/// A private Postgres could not be run. The message is for a person: its first line is a sentence that names what to do or
/// to look at; the server's own last words follow when there are any.
/// </summary>
public sealed class EmbeddedPostgresException(EmbeddedPostgresFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What went wrong, for code that reacts to it.</summary>
    public EmbeddedPostgresFailure Failure { get; } = failure;
}
