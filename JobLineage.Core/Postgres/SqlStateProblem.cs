namespace JobLineage.Core.Postgres;

/// <summary>What kind of trouble an error of a database is: what one can do about it depends on nothing else.</summary>
public enum SqlStateKind
{
    /// <summary>Nobody answers: host, port, network, or a server that is down (class 08, or no SQLSTATE at all).</summary>
    Unreachable,

    /// <summary>All connections that we allow ourselves are in use (no SQLSTATE; the driver's pool).</summary>
    OwnLimit,

    /// <summary>A pooler between us and the server does not pass on what is needed (08P01).</summary>
    Pooler,

    /// <summary>User or password are refused (class 28).</summary>
    Refused,

    /// <summary>The server has no such database (3D).</summary>
    NoDatabase,

    /// <summary>The user may not connect to the database (42501).</summary>
    NoConnect,

    /// <summary>The user may not use a schema, or not create in it (42501).</summary>
    NoUsage,

    /// <summary>The user may not read or write a relation (42501).</summary>
    NoSelect,

    /// <summary>Another right is missing (42501).</summary>
    NoRight,

    /// <summary>There is no such relation or schema (42P01, 3F000).</summary>
    NoRelation,

    /// <summary>There is no such column (42703).</summary>
    NoColumn,

    /// <summary>There is no such function or operator for these types (42883).</summary>
    NoFunction,

    /// <summary>The statement is wrong in another way (class 42).</summary>
    BadStatement,

    /// <summary>A value can't be what the statement makes of it (class 22, 21).</summary>
    BadValue,

    /// <summary>The statement took longer than its time limit (57014).</summary>
    TimeLimit,

    /// <summary>Somebody cancelled the statement (57014).</summary>
    Cancelled,

    /// <summary>Somebody else held the table for longer than we wait (55P03).</summary>
    Locked,

    /// <summary>The server is starting, stopping, or ended the session (57P01 to 57P03, 55000).</summary>
    Restarting,

    /// <summary>The database was dropped (57P04).</summary>
    Dropped,

    /// <summary>The server ends sessions that are idle (25P03, 57P05), or the transaction with them (25P02).</summary>
    IdleLimit,

    /// <summary>All connections of the server are in use (53300).</summary>
    TooManyConnections,

    /// <summary>The disk is full (53100).</summary>
    DiskFull,

    /// <summary>Another resource is used up (class 53).</summary>
    NoResources,

    /// <summary>Two transactions were in each other's way (40001, 40P01).</summary>
    Conflict,

    /// <summary>A value or a statement is too large (class 54).</summary>
    TooLarge,

    /// <summary>The server is a standby, or is set to read only (25006).</summary>
    ReadOnly,

    /// <summary>The server's own data or programs are broken (class XX, 58).</summary>
    Broken,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>An error of a database, for a person.</summary>
/// <param name="Kind">What kind of trouble it is.</param>
/// <param name="SqlState">Five characters; null when the server was not reached.</param>
/// <param name="Message">Sentences: what is wrong, and what to do.</param>
public sealed record SqlStateProblem(SqlStateKind Kind, string? SqlState, string Message)
{
    /// <summary>
    /// Whether the same may work in a moment without anybody doing something. What is not transient is tried again seldom,
    /// and said once.
    /// </summary>
    public bool IsTransient => Kind is SqlStateKind.Unreachable or SqlStateKind.OwnLimit or SqlStateKind.TimeLimit or SqlStateKind.Cancelled
        or SqlStateKind.Locked or SqlStateKind.Restarting or SqlStateKind.IdleLimit or SqlStateKind.TooManyConnections or SqlStateKind.DiskFull
        or SqlStateKind.NoResources or SqlStateKind.Conflict;

    /// <summary>Whether the mapping of a source, and not its database, is what is wrong.</summary>
    public bool IsOfMapping => Kind is SqlStateKind.NoRelation or SqlStateKind.NoColumn or SqlStateKind.NoFunction or SqlStateKind.BadStatement or SqlStateKind.BadValue;
}
