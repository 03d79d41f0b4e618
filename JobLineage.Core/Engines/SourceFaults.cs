using System.Net.Sockets;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// What an error of a source's database means, by the class of its SQLSTATE: whether it passes, what to do about it, and whether the mapping
/// is to blame. Pure.
/// </summary>
public static class SourceFaults
{
    /// <summary>
    /// Whether an error says that a statement is wrong: its names, types, operators or literals. A time limit, a lock, a full disk, missing
    /// rights or a lost connection say nothing about the statement.
    /// </summary>
    internal static bool IsMapping(PostgresException e) =>
        e.SqlState is not PostgresErrorCodes.InsufficientPrivilege && (e.SqlState[..2] is "42" or "22" or "0A" or "21" or "2F" or "38" or "39" or "P0" or "54" || e.SqlState == "25006");

    /// <summary>
    /// Whether an error is one of a statement beside the reading of jobs, which goes on without it: the statement does not fit, takes too long, waits for a lock, meets another one's changes, or may not be run.
    /// </summary>
    internal static bool IsOfStatement(PostgresException e) =>
        IsMapping(e) || e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable || e.SqlState[..2] is "40" or "XX";

    /// <summary>
    /// Whether an error may be one row's: a value that an expression can't take (class 22), a subquery that finds more than one row (21), or something
    /// that is too large (54).
    /// </summary>
    internal static bool IsOfRows(PostgresException e) => e.SqlState[..2] is "21" or "22" or "54";

    /// <summary>The sentence for an error of a source's database: an unreachable one is told apart from one that refuses.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="error">What the driver threw.</param>
    /// <param name="clean">Takes secrets out of what the server says, which may hold a row's value, and cuts it.</param>
    public static SourceProblem Explain(string source, Exception error, Func<string, string> clean) => Explain(SqlStateSubject.Source(source), error, clean);

    /// <summary>The same of what is not a source by name.</summary>
    /// <param name="subject">What it is said of.</param>
    /// <param name="error">What the driver threw.</param>
    /// <param name="clean">Takes secrets out of what the server says.</param>
    public static SourceProblem Explain(SqlStateSubject subject, Exception error, Func<string, string> clean)
    {
        var problem = Server(error) is { } said
            ? SqlStateSentences.Of(new SqlStateError(said.SqlState, clean(said.MessageText), said.Detail, said.Hint is null ? null : clean(said.Hint)), subject)
            : SqlStateSentences.Of(error, subject);
        return new(problem.Kind switch
        {
            SqlStateKind.Refused or SqlStateKind.NoDatabase or SqlStateKind.Dropped => SourceProblemKind.Refused,
            SqlStateKind.NoConnect or SqlStateKind.NoUsage or SqlStateKind.NoSelect or SqlStateKind.NoRight => SourceProblemKind.NoPrivilege,
            SqlStateKind.NoRelation or SqlStateKind.NoColumn or SqlStateKind.NoFunction or SqlStateKind.BadStatement or SqlStateKind.BadValue
                or SqlStateKind.TooLarge or SqlStateKind.ReadOnly or SqlStateKind.Other => SourceProblemKind.BadExpression,
            _ => SourceProblemKind.Unreachable,
        }, problem.Kind == SqlStateKind.ReadOnly
            // Reading writes nothing: something that the mapping calls does.
            ? $"The mapping of {subject.What} calls something that writes ({clean(Server(error)?.MessageText ?? error.Message)}), and reading must not write: take that out of it."
            : problem.Message);
    }

    /// <summary>The kind of thing that a user may not use, and its name, as Postgres says them; null when it says it in another language.</summary>
    internal static (string Kind, string Name)? Denied(PostgresException e) => SqlStateSentences.Denied(e.MessageText);

    private static PostgresException? Server(Exception error)
    {
        for (var e = error; e is not null and not SocketException; e = e.InnerException)
        {
            if (e is PostgresException said)
                return said;
        }

        return null;
    }
}
