using System.Text.RegularExpressions;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// What an error of a source's database means, by the class of its SQLSTATE: whether it passes, what to do about it, and whether the mapping
/// is to blame. Pure.
/// </summary>
internal static partial class SourceFaults
{
    /// <summary>
    /// Whether an error says that a statement is wrong: its names, types, operators or literals. A time limit, a lock, a full disk, missing
    /// rights or a lost connection say nothing about the statement.
    /// </summary>
    public static bool IsMapping(PostgresException e) =>
        e.SqlState is not PostgresErrorCodes.InsufficientPrivilege && (e.SqlState[..2] is "42" or "22" or "0A" or "21" or "2F" or "38" or "39" or "P0" or "54" || e.SqlState == "25006");

    /// <summary>The sentence for an error of a source's database.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="error">What the driver threw.</param>
    public static SourceProblem Explain(string source, Exception error) => error switch
    {
        PostgresException e => Explain(source, e),
        { InnerException: PostgresException inner } => Explain(source, inner),
        TimeoutException or NpgsqlException { InnerException: TimeoutException } => Passing(
            $"The database of source '{source}' did not answer in time. Check that the server runs and that nothing between drops the connection."),
        _ => Passing($"The database of source '{source}' can't be reached: {FirstLine(error)} Check host and port in its connection string, and that the server runs."),
    };

    private static SourceProblem Explain(string source, PostgresException e) => e.SqlState switch
    {
        "57014" => Passing($"A statement of source '{source}' ran into its time limit ({e.MessageText}); try again, or ask `joblineage doctor` whether an index is missing."),
        "55P03" or "40P01" => Passing(
            $"Another transaction holds the table of source '{source}' for itself, as a migration does ({e.MessageText}); it is read again when that has ended."),
        "57P05" => Passing(
            $"The server of source '{source}' ends connections that are idle ({e.MessageText}): set idle_session_timeout to 0 for the user of its connection string (alter role … set idle_session_timeout = 0)."),
        "25P03" => Passing($"The server of source '{source}' ended a transaction that was idle ({e.MessageText}); the machine of this program may be overloaded."),
        "25P04" => Passing($"The server of source '{source}' ended a transaction that took longer than its transaction_timeout ({e.MessageText}); raise it for the user of its connection string."),
        "53100" => Passing($"The disk of the database of source '{source}' is full ({e.MessageText}); make room there."),
        "53300" => Passing($"The server of source '{source}' has no connection left ({e.MessageText}); raise max_connections, or the limit of its user or database."),
        "53200" => Passing($"The server of source '{source}' is out of memory ({e.MessageText}); it is tried again."),
        "57P03" or "57P01" or "57P02" or "57P04" => Passing($"The server of source '{source}' is starting, stopping or restarting ({e.MessageText}); it is tried again."),
        "3D000" => new(SourceProblemKind.Refused, $"The server of source '{source}' has no such database ({e.MessageText}); check its connection string."),
        "42501" => NoPrivilege(source, e),
        "25006" => new(SourceProblemKind.BadExpression, $"The mapping of source '{source}' calls something that writes ({e.MessageText}); reading must not write: take that out of it."),
        "40001" => Passing($"The standby of source '{source}' had to cancel a statement to go on replaying ({e.MessageText}); it is tried again. On the standby, raise max_standby_streaming_delay or set hot_standby_feedback."),
        ['2', '8', ..] => new(SourceProblemKind.Refused, $"The database of source '{source}' refuses the user ({e.MessageText}); check user and password in its connection string."),
        ['0', '8', ..] => Passing($"The connection to the database of source '{source}' was lost ({e.MessageText}); it is tried again."),
        ['5', '3', ..] or ['5', '5', ..] or ['5', '7', ..] => Passing($"The database of source '{source}' does not take connections now ({e.MessageText}); try again in a moment."),
        ['5', '8', ..] or ['X', 'X', ..] => Passing($"The server of source '{source}' has a fault of its own ({e.MessageText}, {e.SqlState}); its log says more."),
        ['2', '2', ..] or ['2', '1', ..] => new(SourceProblemKind.BadExpression, $"A row of source '{source}' can't be read by its mapping: {e.MessageText} ({e.SqlState}); mend the row, or the expression."),
        _ => new(SourceProblemKind.BadExpression, $"Source '{source}' can't be read: {e.MessageText} ({e.SqlState})."),
    };

    /// <summary>The kind of thing that a user may not use, and its name, as Postgres says them; null when it says it in another language.</summary>
    public static (string Kind, string Name)? Denied(PostgresException e) =>
        DeniedThing().Match(e.MessageText) is { Success: true } match ? (match.Groups[1].Value, match.Groups[2].Value) : null;

    private static SourceProblem NoPrivilege(string source, PostgresException e) => new(
        SourceProblemKind.NoPrivilege,
        Denied(e) switch
        {
            ("database", var name) => $"The user of source '{source}' may not connect ({e.MessageText}); run: grant connect on database {SourceMapping.Quote(name)} to that user.",
            ("schema", var name) => $"Source '{source}' may not be read ({e.MessageText}); run: grant usage on schema {SourceMapping.Quote(name)} to the user of its connection string.",
            ("function", var name) => $"Source '{source}' may not be read ({e.MessageText}); grant EXECUTE on function {name} to the user of its connection string.",
            (_, var name) => $"Source '{source}' may not be read ({e.MessageText}); grant SELECT on {name} to the user of its connection string.",
            _ => $"Source '{source}' may not be read ({e.MessageText}); grant the user of its connection string what the message names.",
        });

    private static SourceProblem Passing(string message) => new(SourceProblemKind.Unreachable, message);

    private static string FirstLine(Exception error)
    {
        var text = (error.InnerException ?? error).Message.Split('\n', 2)[0].Trim().TrimEnd('.');
        return text + ".";
    }

    [GeneratedRegex("^permission denied for (?:materialized |foreign )?(table|view|sequence|relation|schema|database|function|type) \"?(.+?)\"?$")]
    private static partial Regex DeniedThing();
}
