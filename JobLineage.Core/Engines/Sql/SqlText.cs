using System.Text;

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// Reads an expression of a mapping as far as is needed to know its words from its literals and comments. Pure; what it does not
/// understand stays as it is.
/// </summary>
internal static class SqlText
{
    /// <summary>
    /// The expression over the table's bare columns, as an index holds it: the qualifier <c>job.</c> is left out. Inside a
    /// subquery, of which there is none in an index, it would be needed.
    /// </summary>
    public static string WithoutAlias(string expression)
    {
        var tokens = Tokens(expression);
        var text = new StringBuilder(expression.Length);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Is(RowSql.Alias) && Word(tokens, i, 1) is { Text: "." } && Word(tokens, i, -1) is not { Text: "." })
            {
                while (tokens[i].Text != ".")
                    i++;
                continue;
            }

            text.Append(tokens[i].Text);
        }

        return text.ToString();
    }

    /// <summary>The next token, this way or that, that is more than space; null when there is none.</summary>
    private static Token? Word(List<Token> tokens, int at, int step)
    {
        for (at += step; at >= 0 && at < tokens.Count; at += step)
        {
            if (tokens[at].Kind != TokenKind.Space)
                return tokens[at];
        }

        return null;
    }

    /// <summary>Whether the expression has a subquery, which no index can hold.</summary>
    public static bool HasSubquery(string expression) => Tokens(expression).Any(t => t.Is("select") || t.Is("table") || t.Is("values"));

    /// <summary>Whether the expression names a column of another row than the job's: <c>parent.id</c>, where <c>parent</c> is joined to it.</summary>
    public static bool HasOtherRow(string expression)
    {
        var tokens = Tokens(expression);
        for (var i = 0; i < tokens.Count; i++)
        {
            // Behind another point it is the column, or a function of a schema.
            if (tokens[i].Kind == TokenKind.Name && !tokens[i].Is(RowSql.Alias) && Word(tokens, i, 1) is { Text: "." } && Word(tokens, i, -1) is not { Text: "." }
                && !IsCall(tokens, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name is the schema of a function that is called: <c>pg_catalog.lower(…)</c>.</summary>
    private static bool IsCall(List<Token> tokens, int at)
    {
        for (var words = 0; ++at < tokens.Count && words < 3;)
        {
            if (tokens[at].Kind == TokenKind.Space)
                continue;
            words++;
            if (words == 3)
                return tokens[at].Text == "(";
        }

        return false;
    }

    /// <summary>The names of what the expression calls, in lower case unless quoted; keywords that look like a call are among them.</summary>
    public static IEnumerable<string> Calls(string expression)
    {
        var tokens = Tokens(expression).Where(t => t.Kind != TokenKind.Space).ToList();
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Kind == TokenKind.Name && tokens[i + 1].Text == "(")
                yield return tokens[i].Name;
        }
    }

    /// <summary>The words of an expression that are neither in literals nor in comments.</summary>
    public static IEnumerable<string> Names(string expression) => Tokens(expression).Where(t => t.Kind == TokenKind.Name).Select(t => t.Name);

    private static List<Token> Tokens(string sql)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < sql.Length;)
        {
            var (kind, end) = Next(sql, at);
            tokens.Add(new(kind, sql[at..end]));
            at = end;
        }

        return tokens;
    }

    private static (TokenKind Kind, int End) Next(string sql, int at)
    {
        var c = sql[at];
        if (char.IsWhiteSpace(c))
            return (TokenKind.Space, While(sql, at, char.IsWhiteSpace));
        if (c == '-' && Follows(sql, at, "--"))
            return (TokenKind.Space, sql.IndexOf('\n', at) is var line and >= 0 ? line : sql.Length);
        if (c == '/' && Follows(sql, at, "/*"))
            return (TokenKind.Space, CommentEnd(sql, at));
        if (c == '"')
            return (TokenKind.Name, QuoteEnd(sql, at, '"', escapes: false));
        if (c == '\'')
            return (TokenKind.Literal, QuoteEnd(sql, at, '\'', escapes: false));
        if (c is 'e' or 'E' && Follows(sql, at + 1, "'"))
            return (TokenKind.Literal, QuoteEnd(sql, at + 1, '\'', escapes: true));
        if (c == '$' && DollarEnd(sql, at) is { } end)
            return (TokenKind.Literal, end);
        if (char.IsLetter(c) || c == '_')
            return (TokenKind.Name, While(sql, at, x => char.IsLetterOrDigit(x) || x is '_' or '$'));
        return char.IsDigit(c) ? (TokenKind.Other, While(sql, at, char.IsLetterOrDigit)) : (TokenKind.Other, at + 1);
    }

    private static int While(string sql, int at, Func<char, bool> holds)
    {
        while (at < sql.Length && holds(sql[at]))
            at++;
        return at;
    }

    private static bool Follows(string sql, int at, string what) => string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;

    private static int QuoteEnd(string sql, int at, char quote, bool escapes)
    {
        for (at++; at < sql.Length; at++)
        {
            if (escapes && sql[at] == '\\')
                at++;
            else if (sql[at] == quote && !(at + 1 < sql.Length && sql[at + 1] == quote && at++ >= 0))
                return at + 1;
        }

        return sql.Length;
    }

    private static int CommentEnd(string sql, int at)
    {
        // Comments of Postgres nest.
        for (var depth = 0; at < sql.Length;)
        {
            depth += Follows(sql, at, "/*") ? 1 : Follows(sql, at, "*/") ? -1 : 0;
            at += Follows(sql, at, "/*") || Follows(sql, at, "*/") ? 2 : 1;
            if (depth == 0)
                return at;
        }

        return sql.Length;
    }

    private static int? DollarEnd(string sql, int at)
    {
        var tag = While(sql, at + 1, x => char.IsLetterOrDigit(x) || x == '_');
        if (tag >= sql.Length || sql[tag] != '$' || (tag > at + 1 && char.IsDigit(sql[at + 1])))
            return null;
        var mark = sql[at..(tag + 1)];
        return sql.IndexOf(mark, tag + 1, StringComparison.Ordinal) is var end and >= 0 ? end + mark.Length : sql.Length;
    }

    private enum TokenKind
    {
        Space,
        Name,
        Literal,
        Other,
    }

    private readonly record struct Token(TokenKind Kind, string Text)
    {
        /// <summary>The name as Postgres folds it.</summary>
        public string Name => Text[0] == '"' ? Text.Trim('"').Replace("\"\"", "\"") : Text.ToLowerInvariant();

        public bool Is(string name) => Kind == TokenKind.Name && Name == name;
    }
}
