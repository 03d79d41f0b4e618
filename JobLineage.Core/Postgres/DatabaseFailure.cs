using System.Data.Common;
using System.Net.Sockets;

namespace JobLineage.Core.Postgres;

/// <summary>What a database, or the way to it, fails with; <see cref="SqlStateSentences"/> says it to people.</summary>
public static class DatabaseFailure
{
    /// <summary>
    /// Whether an error is one of a database or of the way to it. The driver wraps most of what the network says; that a host's name is not
    /// known, it has long thrown as it was (npgsql, issue 5606).
    /// </summary>
    public static bool Is(Exception error) => error is DbException or TimeoutException or IOException or SocketException;
}
