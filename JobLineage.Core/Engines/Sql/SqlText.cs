using System.Text;

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// Reads an expression of a mapping as far as is needed to know its words from its literals and comments. Pure; what it does not
/// understand stays as it is.
/// </summary>
internal static class SqlText
{
    private static readonly HashSet<string> Ends = ["where", "group", "order", "having", "limit", "offset", "union", "except", "intersect", "window", "fetch", "for", "join", "cross", "left", "right", "inner", "full", "natural", "on", "using"];

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

    /// <summary>
    /// Whether the expression reads tables: it has a subquery with a FROM (or JOIN) of something else than a call, such as
    /// <c>unnest(errors)</c>, which reads the row's own values.
    /// </summary>
    public static bool ReadsTables(string expression)
    {
        var tokens = Tokens(expression).Where(t => t.Kind != TokenKind.Space).ToList();
        if (!tokens.Any(t => t.Is("select") || t.Is("table")))
            return false;
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Is("table") && tokens[i + 1].Kind == TokenKind.Name)
                return true;
            // The FROM of "extract(epoch from x)" and of "is distinct from x" reads no table; a comma may bring another one.
            if ((tokens[i].Is("from") || tokens[i].Is("join")) && IsOfQuery(tokens, i) && NamesTable(tokens, i + 1))
                return true;
        }

        return false;
    }

    private static bool IsOfQuery(List<Token> tokens, int from)
    {
        if (from > 0 && tokens[from - 1].Is("distinct") || tokens[from].Is("join"))
            return tokens[from].Is("join");
        // Back to the bracket in which it stands: a query's begins with SELECT.
        var depth = 0;
        for (var i = from - 1; i >= 0; i--)
        {
            if (tokens[i].Text == ")")
                depth++;
            else if (tokens[i].Text == "(" && depth-- == 0)
                return tokens[i + 1].Is("select") || tokens[i + 1].Is("with");
        }

        return tokens[0].Is("select") || tokens[0].Is("with");
    }

    /// <summary>Whether one of the things that a FROM lists is a table: up to the clause that ends it.</summary>
    private static bool NamesTable(List<Token> tokens, int at)
    {
        var depth = 0;
        var isItem = true;
        for (var i = at; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.Text == ")" && depth-- == 0 || depth == 0 && token.Kind == TokenKind.Name && Ends.Contains(token.Name))
                return false;
            if (token.Text == "(")
            {
                isItem = isItem && depth > 0;
                depth++;
            }
            else if (depth == 0 && token.Text == ",")
                isItem = true;
            else if (isItem && depth == 0 && token.Kind == TokenKind.Name && !token.Is("lateral") && !token.Is("only"))
            {
                // A qualified name is one name.
                var last = i;
                while (last + 2 < tokens.Count && tokens[last + 1].Text == "." && tokens[last + 2].Kind == TokenKind.Name)
                    last += 2;
                if (!(last + 1 < tokens.Count && tokens[last + 1].Text == "("))
                    return true;
                isItem = false;
            }
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
