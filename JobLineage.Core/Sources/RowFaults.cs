using System.Text;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Which errors are those of single rows, so that it is worth looking for them. Pure.</summary>
public static class RowFaults
{
    /// <summary>
    /// Whether an error may be one row's: a value that an expression can't take (class 22), a subquery that finds more than one row (21), something
    /// that is too large (54), or a value that can't be decoded. Everything else is the statement's, the server's or the network's.
    /// </summary>
    public static bool IsOfRows(Exception e) => e switch
    {
        PostgresException p => p.SqlState[..2] is "21" or "22" or "54",
        NpgsqlException { InnerException: { } inner } => IsOfValue(inner),
        _ => IsOfValue(e),
    };

    /// <summary>What Postgres calls it; null where it was not Postgres.</summary>
    public static string? SqlState(Exception e) => (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState;

    /// <summary>What is wrong with a row, as a sentence.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="member">The member that can't be read; null where it is not known.</param>
    /// <param name="e">The error.</param>
    public static string Sentence(string id, string? member, Exception e) =>
        $"{(member is null ? $"Row {id}" : $"{member} of row {id}")} can't be read: {Reason(e)}{(SqlState(e) is { } state ? $" ({state})" : "")}.";

    /// <summary>The reason alone: the first line of what was said.</summary>
    public static string Reason(Exception e)
    {
        var text = e is PostgresException p ? p.MessageText : (e.InnerException ?? e).Message;
        return text.Split('\n', 2)[0].Trim().TrimEnd('.');
    }

    private static bool IsOfValue(Exception e) => e is InvalidCastException or OverflowException or FormatException or DecoderFallbackException or ArgumentOutOfRangeException;
}
