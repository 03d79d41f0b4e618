using System.Data.Common;
using System.Text;

namespace JobLineage.Core.Postgres;

/// <summary>Takes <c>host=… dbname=…</c> (libpq) and <c>Host=…;Database=…</c> (Npgsql) apart.</summary>
internal static class ConnectionPairs
{
    /// <summary>
    /// Whether blanks stand between the parameters, as libpq has it: a second <c>name=</c> comes before the first semicolon, or a name that is
    /// libpq's alone begins it.
    /// </summary>
    public static bool IsLibpq(string text)
    {
        var semicolon = text.IndexOf(';');
        var head = semicolon < 0 ? text : text[..semicolon];
        var names = Names(head);
        return semicolon < 0
            ? names.Count > 1 || names is [var only] && ConnectionParameters.IsLibpq(only)
            : names.Count > 1 && names.All(ConnectionParameters.IsLibpq);
    }

    /// <summary>By https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE.</summary>
    /// <exception cref="ConnectionTextException">It is cut short.</exception>
    public static IReadOnlyList<ConnectionParameter> ReadLibpq(string text)
    {
        var parameters = new List<ConnectionParameter>();
        for (var at = 0; SkipBlanks(text, ref at);)
        {
            var start = at;
            while (at < text.Length && text[at] != '=' && !char.IsWhiteSpace(text[at]))
                at++;
            var name = text[start..at];
            SkipBlanks(text, ref at);
            if (at == text.Length || text[at] != '=' || !ConnectionUrl.IsName(name))
                throw new ConnectionTextException("has something that is no parameter such as host=…; a value with blanks stands in single quotes");
            at++;
            SkipBlanks(text, ref at);
            parameters.Add(new(name, Value(text, ref at)));
        }

        return parameters;
    }

    /// <exception cref="ConnectionTextException">It has another form.</exception>
    public static IReadOnlyList<ConnectionParameter> ReadNpgsql(string text)
    {
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new ConnectionTextException("is not a connection string; write it as Host=…;Database=…;Username=… or postgres://user@host:port/database");
        }

        var parameters = pairs.Keys.Cast<string>().Select(name => new ConnectionParameter(name, pairs[name].ToString() ?? "")).ToList();
        if (parameters.Any(p => !ConnectionUrl.IsName(p.Name)))
            throw new ConnectionTextException("has something that is no parameter such as Host=…; a value with a semicolon stands in double quotes");
        return parameters;
    }

    /// <summary>The names in front of unquoted equals signs, each behind a blank or at the beginning.</summary>
    private static List<string> Names(string text)
    {
        var names = new List<string>();
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '\'')
                quoted = !quoted;
            else if (text[at] == '=' && !quoted)
            {
                var end = at;
                while (end > 0 && char.IsWhiteSpace(text[end - 1]))
                    end--;
                var start = end;
                while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] == '_'))
                    start--;
                if (start < end && (start == 0 || char.IsWhiteSpace(text[start - 1])))
                    names.Add(text[start..end]);
            }
        }

        // Npgsql's names may have blanks (SSL Mode=Require), and then the text before is no value.
        return names;
    }

    private static bool SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at < text.Length;
    }

    private static string Value(string text, ref int at)
    {
        var value = new StringBuilder();
        var quoted = at < text.Length && text[at] == '\'';
        for (at += quoted ? 1 : 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                value.Append(text[++at]);
            else if (quoted && text[at] == '\'')
            {
                at++;
                return value.ToString();
            }
            else if (!quoted && char.IsWhiteSpace(text[at]))
                break;
            else
                value.Append(text[at]);
        }

        return quoted ? throw new ConnectionTextException("has a single quote that is not closed") : value.ToString();
    }
}
