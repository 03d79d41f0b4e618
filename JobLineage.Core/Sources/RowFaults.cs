using System.Text;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Which errors are those of single rows, so that it is worth looking for them. Pure.</summary>
public static class RowFaults
{
    /// <summary>Characters of an id in a sentence: text may be an id of any length.</summary>
    private const int LongestId = 100;

    /// <summary>
    /// Whether an error may be one row's: a value that an expression can't take (class 22), a subquery that finds more than one row (21), something
    /// that is too large (54), or a value that can't be decoded. Everything else is the statement's, the server's or the network's.
    /// </summary>
    public static bool IsOfRows(Exception e) => e switch
    {
        PostgresException p => SourceFaults.IsOfRows(p),
        NpgsqlException { InnerException: { } inner } => IsOfValue(inner),
        _ => IsOfValue(e),
    };

    /// <summary>What Postgres calls it; null where it was not Postgres.</summary>
    public static string? SqlState(Exception e) => (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState;

    /// <summary>What is wrong with a row, as a sentence. What Postgres says of a value holds the value: it is shown as any other content of a job.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="member">The member that can't be read; null where it is not known.</param>
    /// <param name="e">The error.</param>
    /// <param name="redaction">Takes secrets out of what the error says.</param>
    public static string Sentence(string id, string? member, Exception e, Redaction redaction) =>
        $"{(member is null ? $"Row {Shown(id)}" : $"{member} of row {Shown(id)}")} can't be read: {Reason(e, redaction)}{(SqlState(e) is { } state ? $" ({state})" : "")}.";

    /// <summary>The reason alone: the first line of what was said, without secrets.</summary>
    public static string Reason(Exception e, Redaction redaction) => redaction.Line(e is PostgresException p ? p.MessageText : (e.InnerException ?? e).Message);

    /// <summary>An id as it stands in a sentence.</summary>
    public static string Shown(string id) => id.Length <= LongestId ? id : $"{TextLimit.Cut(id, LongestId)}…";

    private static bool IsOfValue(Exception e) => e is InvalidCastException or OverflowException or FormatException or DecoderFallbackException or ArgumentOutOfRangeException;
}
