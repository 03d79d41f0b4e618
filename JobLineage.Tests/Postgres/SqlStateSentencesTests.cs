using System.Net.Sockets;
using JobLineage.Core.Postgres;
using Npgsql;

namespace JobLineage.Tests.Postgres;

/// <summary>Every class of SQLSTATE has a sentence that says what to do.</summary>
public sealed class SqlStateSentencesTests
{
    private static readonly SqlStateSubject Oban = SqlStateSubject.Source("oban") with { User = "reader", Member = "ParentId" };

    [Theory]
    [InlineData("08006", "connection failure", SqlStateKind.Unreachable, "Check host and port in JobLineage:Sources:oban:ConnectionString")]
    [InlineData("08P01", "unsupported startup parameter: options", SqlStateKind.Pooler, "pooler")]
    [InlineData("28P01", "password authentication failed for user \"reader\"", SqlStateKind.Refused, "check user and password")]
    [InlineData("28000", "role \"reader\" does not exist", SqlStateKind.Refused, "pg_hba.conf")]
    [InlineData("3D000", "database \"app\" does not exist", SqlStateKind.NoDatabase, "check Database")]
    [InlineData("42501", "permission denied for schema app", SqlStateKind.NoUsage, "grant usage on schema \"app\" to \"reader\"")]
    [InlineData("42501", "permission denied for table accounts", SqlStateKind.NoSelect, "grant select on \"accounts\" to \"reader\"")]
    [InlineData("42501", "permission denied for materialized view totals", SqlStateKind.NoSelect, "may not read materialized view totals")]
    [InlineData("42501", "must be owner of table t", SqlStateKind.NoRight, "must be owner of table t")]
    [InlineData("42P01", "relation \"oban_jobs\" does not exist", SqlStateKind.NoRelation, "check Schema and Table")]
    [InlineData("3F000", "schema \"x\" does not exist", SqlStateKind.NoRelation, "check Schema and Table")]
    [InlineData("42703", "column \"metta\" does not exist", SqlStateKind.NoColumn, "check its ParentId")]
    [InlineData("42883", "operator does not exist: smallint = text", SqlStateKind.NoFunction, "`::text`")]
    [InlineData("42601", "syntax error at or near \")\"", SqlStateKind.BadStatement, "check its ParentId")]
    [InlineData("22P05", "unsupported Unicode escape sequence", SqlStateKind.BadValue, "mend the row")]
    [InlineData("22P02", "invalid input syntax for type smallint", SqlStateKind.BadValue, "check its ParentId")]
    [InlineData("21000", "more than one row returned by a subquery used as an expression", SqlStateKind.BadValue, "check its ParentId")]
    [InlineData("57014", "canceling statement due to statement timeout", SqlStateKind.TimeLimit, "joblineage doctor")]
    [InlineData("57014", "canceling statement due to user request", SqlStateKind.Cancelled, "Somebody cancelled")]
    [InlineData("55P03", "canceling statement due to lock timeout", SqlStateKind.Locked, "pg_locks")]
    [InlineData("57P01", "terminating connection due to administrator command", SqlStateKind.Restarting, "tried again")]
    [InlineData("57P02", "terminating connection because of crash of another server process", SqlStateKind.Restarting, "tried again")]
    [InlineData("57P03", "the database system is starting up", SqlStateKind.Restarting, "tried again")]
    [InlineData("57P04", "database dropped", SqlStateKind.Dropped, "create it again")]
    [InlineData("57P05", "terminating connection due to idle-session timeout", SqlStateKind.IdleLimit, "set idle_session_timeout")]
    [InlineData("25P03", "terminating connection due to idle-in-transaction timeout", SqlStateKind.IdleLimit, "set idle_in_transaction_session_timeout")]
    [InlineData("25P02", "current transaction is aborted", SqlStateKind.IdleLimit, "begun again")]
    [InlineData("25006", "cannot execute UPDATE in a read-only transaction", SqlStateKind.ReadOnly, "name the primary")]
    [InlineData("53300", "sorry, too many clients already", SqlStateKind.TooManyConnections, "MaxConnections")]
    [InlineData("53100", "could not extend file: No space left on device", SqlStateKind.DiskFull, "make room")]
    [InlineData("53200", "out of memory", SqlStateKind.NoResources, "53200")]
    [InlineData("40001", "could not serialize access", SqlStateKind.Conflict, "tried again")]
    [InlineData("40P01", "deadlock detected", SqlStateKind.Conflict, "tried again")]
    [InlineData("54000", "index row requires 12824 bytes", SqlStateKind.TooLarge, "too large")]
    [InlineData("55000", "database \"app\" is not currently accepting connections", SqlStateKind.Restarting, "tried again")]
    [InlineData("XX001", "invalid page in block 7", SqlStateKind.Broken, "its own log")]
    [InlineData("P0001", "no", SqlStateKind.Other, "P0001")]
    public void A_state_has_a_sentence_with_a_next_step(string state, string message, SqlStateKind kind, string says)
    {
        var problem = SqlStateSentences.Of(new SqlStateError(state, message), Oban);
        Assert.Equal((kind, state), (problem.Kind, problem.SqlState));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public void A_missing_CONNECT_is_told_from_a_missing_CREATE()
    {
        const string denied = "permission denied for database app";
        var connect = SqlStateSentences.Of(new SqlStateError("42501", denied, "User does not have CONNECT privilege."), Oban);
        Assert.Equal(SqlStateKind.NoConnect, connect.Kind);
        Assert.Contains("grant connect on database \"app\" to \"reader\"", connect.Message, StringComparison.Ordinal);
        var create = SqlStateSentences.Of(new SqlStateError("42501", denied, ""), SqlStateSubject.Store);
        Assert.Equal(SqlStateKind.NoUsage, create.Kind);
        Assert.Contains("grant create on database \"app\" to ROLE", create.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_speaks_another_language_gets_the_sentence_of_the_class()
    {
        var problem = SqlStateSentences.Of(new SqlStateError("42501", "keine Berechtigung für Tabelle accounts"), Oban);
        Assert.Equal(SqlStateKind.NoRight, problem.Kind);
        Assert.Contains("keine Berechtigung", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_reached_a_server_says_why()
    {
        var refused = SqlStateSentences.Of(new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)), Oban);
        Assert.Equal((SqlStateKind.Unreachable, null), (refused.Kind, refused.SqlState));
        Assert.Equal(
            "The database of source 'oban' can't be reached: nobody listens at this host and port. Check host and port in JobLineage:Sources:oban:ConnectionString, and that the server runs.",
            refused.Message);
        Assert.Contains("in time", SqlStateSentences.Of(new NpgsqlException("Exception while reading from stream", new TimeoutException()), Oban).Message, StringComparison.Ordinal);
        var full = SqlStateSentences.Of(new NpgsqlException("The connection pool has been exhausted, either raise 'Max Pool Size'"), Oban);
        Assert.Equal(SqlStateKind.OwnLimit, full.Kind);
        Assert.Contains("MaxConnections", full.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("28P01", false)]
    [InlineData("3D000", false)]
    [InlineData("42501", false)]
    [InlineData("25006", false)]
    [InlineData("57P03", true)]
    [InlineData("53300", true)]
    [InlineData("40001", true)]
    public void What_somebody_must_mend_is_told_from_what_passes(string state, bool passes) =>
        Assert.Equal(passes, SqlStateSentences.Of(new SqlStateError(state, "no"), Oban).IsTransient);
}
