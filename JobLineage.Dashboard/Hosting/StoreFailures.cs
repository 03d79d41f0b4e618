using System.Data.Common;
using System.Net.Sockets;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Tells a database that does not answer from a mistake of ours.</summary>
public static class StoreFailures
{
    /// <summary>
    /// Whether the database could not be reached or would not let us in, so that trying again later, or another connection
    /// string, may help. By SQLSTATE: 08 connection, 28 credentials, 3D no such database, 53 resources, 57 shutdown or
    /// time limit. An error without one never reached the server.
    /// </summary>
    public static bool IsUnavailable(Exception error) => error switch
    {
        TimeoutException or SocketException => true,
        DbException { SqlState: null } => true,
        DbException { SqlState: { } state } => state.Length >= 2 && state[..2] is "08" or "28" or "3D" or "53" or "57",
        _ => false,
    };
}
