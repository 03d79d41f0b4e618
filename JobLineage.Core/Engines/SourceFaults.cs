using System.Text.RegularExpressions;
using JobLineage.Core.Postgres;
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
    public static SourceProblem Explain(string source, Exception error)
    {
        var problem = SqlStateSentences.Of(error, SqlStateSubject.Source(source));
        return new(problem.Kind switch
        {
            SqlStateKind.Refused or SqlStateKind.NoDatabase or SqlStateKind.Dropped => SourceProblemKind.Refused,
            SqlStateKind.NoConnect or SqlStateKind.NoUsage or SqlStateKind.NoSelect or SqlStateKind.NoRight => SourceProblemKind.NoPrivilege,
            SqlStateKind.NoRelation or SqlStateKind.NoColumn or SqlStateKind.NoFunction or SqlStateKind.BadStatement or SqlStateKind.BadValue
                or SqlStateKind.TooLarge or SqlStateKind.ReadOnly or SqlStateKind.Other => SourceProblemKind.BadExpression,
            _ => SourceProblemKind.Unreachable,
        }, problem.Kind == SqlStateKind.ReadOnly
            // Reading writes nothing: something that the mapping calls does.
            ? $"The mapping of source '{source}' calls something that writes ({SqlStateSentences.FirstLine(error.Message)}), and reading must not write: take that out of it."
            : problem.Message);
    }

    /// <summary>The kind of thing that a user may not use, and its name, as Postgres says them; null when it says it in another language.</summary>
    public static (string Kind, string Name)? Denied(PostgresException e) =>
        DeniedThing().Match(e.MessageText) is { Success: true } match ? (match.Groups[1].Value, match.Groups[2].Value) : null;

    [GeneratedRegex("^permission denied for (?:materialized |foreign )?(table|view|sequence|relation|schema|database|function|type) \"?(.+?)\"?$")]
    private static partial Regex DeniedThing();
}
