using System.Net.Sockets;
using JobLineage.Core.Postgres;
using Npgsql;

namespace JobLineage.Tests.Postgres;

public sealed class DatabaseFailureTests
{
    [Fact]
    public void What_a_database_or_the_way_to_it_fails_with_is_told_from_mistakes_of_ours()
    {
        foreach (var error in (Exception[])[new NpgsqlException("down"), new TimeoutException(), new IOException("cut"), new SocketException((int)SocketError.HostNotFound)])
            Assert.True(DatabaseFailure.Is(error), error.GetType().Name);
        foreach (var error in (Exception[])[new InvalidOperationException(), new OperationCanceledException(), new ArgumentException("odd")])
            Assert.False(DatabaseFailure.Is(error), error.GetType().Name);
    }
}
