using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// From an error of a database to a sentence with the next step, by SQLSTATE. Pure. The codes are those of PostgreSQL's
/// documentation, appendix A; what a message names (which relation, which right) is read from it where the server speaks
/// English, and is left out where it does not.
/// </summary>
public static partial class SqlStateSentences
{
    private const string ConnectDetail = "CONNECT";

    /// <summary>The problem behind an error.</summary>
    /// <param name="error">What the driver threw, or an exception around it.</param>
    /// <param name="subject">The words.</param>
    public static SqlStateProblem Of(Exception error, SqlStateSubject subject) => Cause(error) switch
    {
        PostgresException e => Of(new SqlStateError(e.SqlState, e.MessageText, e.Detail, e.Hint), subject),
        NpgsqlException e when e.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => new(
            SqlStateKind.OwnLimit, null,
            $"All connections that are allowed to {subject.Database} are in use; it is tried again. Where it stays so, raise MaxConnections, or look for statements that hang."),
        SocketException e => new(SqlStateKind.Unreachable, null, Unreachable(subject, Socket(e))),
        TimeoutException => new(SqlStateKind.Unreachable, null, Unreachable(subject, "it does not answer in time")),
        var e => new(SqlStateKind.Unreachable, null, Unreachable(subject, FirstLine(e.Message))),
    };

    /// <summary>The problem behind an error that a server reported.</summary>
    /// <param name="error">What it reported.</param>
    /// <param name="subject">The words.</param>
    public static SqlStateProblem Of(SqlStateError error, SqlStateSubject subject)
    {
        var (kind, message) = error.SqlState switch
        {
            "28P01" => (SqlStateKind.Refused, $"{subject.Beginning} refuses the password ({error.Line}); check user and password in {subject.Setting}."),
            ['2', '8', ..] => (SqlStateKind.Refused, $"{subject.Beginning} refuses the user ({error.Line}); check the user in {subject.Setting}, and that pg_hba.conf lets it in."),
            ['3', 'D', ..] => (SqlStateKind.NoDatabase, $"The server has no such database ({error.Line}); check Database in {subject.Setting}, or create it."),
            "42501" => Permission(error, subject),
            "42P01" or "3F000" => (SqlStateKind.NoRelation, $"{subject.Beginning} has no such table ({error.Line}); check Schema and Table, and the search path of expressions that name other tables."),
            "42703" => (SqlStateKind.NoColumn, $"{subject.Beginning} has no such column ({error.Line}); {subject.Expression}.{Hint(error)}"),
            "42883" => (SqlStateKind.NoFunction, $"An expression does not fit its types ({error.Line}); {subject.Expression}, with a cast such as `::text`.{Hint(error)}"),
            ['4', '2', ..] => (SqlStateKind.BadStatement, $"An expression is not what {subject.Database} can run ({error.Line}, {error.SqlState}); {subject.Expression}.{Hint(error)}"),
            ['2', '2', ..] or ['2', '1', ..] => (SqlStateKind.BadValue, $"A row holds a value that an expression can't read ({error.Line}, {error.SqlState}); {subject.Expression}, or mend the row."),
            "57014" => Cancelled(error, subject),
            "55P03" => (SqlStateKind.Locked, $"Somebody else holds the table in {subject.Database} (a migration's ALTER TABLE, say), for longer than is waited; it is tried again. `select * from pg_locks where not granted` shows who waits for whom."),
            "57P01" or "57P02" or "57P03" => (SqlStateKind.Restarting, $"{subject.Beginning} is starting, stopping, or ended the session ({error.Line}); it is tried again."),
            "57P04" => (SqlStateKind.Dropped, $"{subject.Beginning} was dropped ({error.Line}); create it again, or change {subject.Setting}."),
            "57P05" or "25P03" => (SqlStateKind.IdleLimit, $"{subject.Beginning} ends sessions that wait ({error.Line}); it is tried again. Set {(error.SqlState == "57P05" ? "idle_session_timeout" : "idle_in_transaction_session_timeout")} of this user to at least 1min: alter role {subject.Role} set {(error.SqlState == "57P05" ? "idle_session_timeout" : "idle_in_transaction_session_timeout")} = '5min'."),
            "25P02" => (SqlStateKind.IdleLimit, $"The transaction in {subject.Database} was ended by an error before ({error.Line}); it is begun again."),
            "25006" => (SqlStateKind.ReadOnly, $"{subject.Beginning} takes no writes ({error.Line}): it is a standby or set to read only; name the primary in {subject.Setting}."),
            "53300" => (SqlStateKind.TooManyConnections, $"{subject.Beginning} has no connection left ({error.Line}); it is tried again. Lower MaxConnections here, or raise max_connections or the role's limit there."),
            "53100" => (SqlStateKind.DiskFull, $"The disk of {subject.Database} is full ({error.Line}); make room there. It is tried again by itself."),
            ['5', '3', ..] => (SqlStateKind.NoResources, $"The server of {subject.Database} has run out of something ({error.Line}, {error.SqlState}); it is tried again."),
            "40001" or "40P01" => (SqlStateKind.Conflict, $"Another transaction in {subject.Database} was in the way ({error.Line}); it is tried again."),
            ['5', '4', ..] => (SqlStateKind.TooLarge, $"A value or a statement is too large for {subject.Database} ({error.Line}, {error.SqlState}); {subject.Expression}."),
            "55000" => (SqlStateKind.Restarting, $"{subject.Beginning} does not take connections or statements now ({error.Line}); it is tried again."),
            "08P01" => (SqlStateKind.Pooler, $"What answers for {subject.Database} does not speak as a server does ({error.Line}): mostly a pooler; give the server's own address in {subject.Setting}."),
            ['0', '8', ..] => (SqlStateKind.Unreachable, Unreachable(subject, error.Line)),
            ['X', 'X', ..] or ['5', '8', ..] => (SqlStateKind.Broken, $"The server of {subject.Database} reports that something in it is broken ({error.Line}, {error.SqlState}); its own log says more."),
            _ => (SqlStateKind.Other, $"{subject.Beginning} refuses a statement ({error.Line}, {error.SqlState})."),
        };
        return new(kind, error.SqlState, message);
    }

    /// <summary>Which right it is that lacks: to connect, to use the schema, or to read the table.</summary>
    private static (SqlStateKind, string) Permission(SqlStateError error, SqlStateSubject subject)
    {
        var (what, name) = Denied(error.Message) ?? ("", "");
        return what switch
        {
            "database" when error.Detail is null || error.Detail.Contains(ConnectDetail, StringComparison.Ordinal) => (SqlStateKind.NoConnect,
                $"The user may not connect to {subject.Database} ({error.Line}); run: grant connect on database \"{name}\" to {subject.Role}."),
            "database" => (SqlStateKind.NoUsage,
                $"The user may not create a schema in {subject.Database} ({error.Line}); run: grant create on database \"{name}\" to {subject.Role}."),
            "schema" => (SqlStateKind.NoUsage,
                $"The user may not use schema {name} in {subject.Database}; run: grant usage on schema \"{name}\" to {subject.Role}."),
            "table" or "relation" or "view" or "materialized view" or "foreign table" or "column" => (SqlStateKind.NoSelect,
                $"The user may not read {what} {name} in {subject.Database}; run: grant select on \"{name}\" to {subject.Role} (with its schema before it)."),
            "" => (SqlStateKind.NoRight, $"The user lacks a right in {subject.Database} ({error.Line}); grant it, or use another user in {subject.Setting}."),
            _ => (SqlStateKind.NoRight, $"The user may not use {what} {name} in {subject.Database} ({error.Line}); grant it, or use another user in {subject.Setting}."),
        };
    }

    private static (SqlStateKind, string) Cancelled(SqlStateError error, SqlStateSubject subject) =>
        error.Message.Contains("user request", StringComparison.Ordinal)
            ? (SqlStateKind.Cancelled, $"Somebody cancelled a statement in {subject.Database} ({error.Line}); it is tried again.")
            : (SqlStateKind.TimeLimit, $"{subject.Beginning} did not answer within the time limit ({error.Line}); it is tried again. Where it stays so, `joblineage doctor` says which index is missing, or the server is overloaded.");

    private static string Hint(SqlStateError error) => string.IsNullOrWhiteSpace(error.Hint) ? "" : $" The server says: {FirstLine(error.Hint)}";

    private static string Unreachable(SqlStateSubject subject, string why) =>
        $"{subject.Beginning} can't be reached: {why.TrimEnd('.')}. Check host and port in {subject.Setting}, and that the server runs.";

    private static string Socket(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens at this host and port",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the host's name is not known",
        SocketError.TimedOut => "it does not answer in time",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no way leads to the host",
        _ => FirstLine(e.Message),
    };

    /// <summary>The error of the server, or of the network, inside what was thrown.</summary>
    private static Exception Cause(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is PostgresException or SocketException)
                return e;
        }

        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is TimeoutException)
                return e;
        }

        return error;
    }

    internal static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n')[0];

    /// <summary>The kind of thing that a user may not use, and its name, as Postgres says them; null when it says it in another language.</summary>
    internal static (string What, string Name)? Denied(string message) =>
        DeniedThing().Match(message) is { Success: true } found ? (found.Groups["what"].Value, found.Groups["name"].Value.Trim('"')) : null;

    [GeneratedRegex("^permission denied for (?<what>materialized view|foreign table|[a-z]+) (?<name>.+)$")]
    private static partial Regex DeniedThing();
}

/// <summary>What a server reported.</summary>
/// <param name="SqlState">Five characters.</param>
/// <param name="Message">Its message.</param>
/// <param name="Detail">Its detail; null for none.</param>
/// <param name="Hint">Its hint; null for none.</param>
public readonly record struct SqlStateError(string SqlState, string Message, string? Detail = null, string? Hint = null)
{
    /// <summary>The message in one line.</summary>
    internal string Line => SqlStateSentences.FirstLine(Message);
}
