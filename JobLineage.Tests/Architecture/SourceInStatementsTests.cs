using System.Text.RegularExpressions;

namespace JobLineage.Tests.Architecture;

/// <summary>
/// Statements over what a source has (jobs, runs, stages) say of which source, so that a store that is distributed by it knows where they go.
/// Looked at is what is written, literal by literal: also what no test ever runs.
/// </summary>
public partial class SourceInStatementsTests
{
    [Fact]
    public void Every_statement_over_jobs_runs_and_stages_names_their_source()
    {
        var (seen, silent) = (0, new List<string>());
        foreach (var (name, path) in SourceFiles.Of("JobLineage.Core", ".cs").Concat(SourceFiles.Of("JobLineage.Dashboard", ".cs", ".razor")))
        {
            foreach (var (line, literal) in Literals(File.ReadAllText(path)))
            {
                var (tables, without) = Look(literal);
                seen += tables;
                silent.AddRange(without.Select(table => $"{name}:{line}: nothing says the source of {table}"));
            }
        }

        // Else a reader of files that finds none would pass.
        Assert.InRange(seen, 100, 1_000);
        var all = string.Join(Environment.NewLine, silent);
        Assert.True(all.Length == 0, all);
    }

    [Theory]
    [InlineData("select * from job_lineage.stage s where s.run_id = $1", "stage s")]
    [InlineData("select * from job_lineage.stage s where s.source_id = $2 and s.run_id = $1", "")]
    [InlineData("select * from job_lineage.stage s join job_lineage.run r on r.id = s.run_id where s.source_id = $1", "run r")]
    [InlineData("select from job_lineage.job j where j.id = (select j.id from job_lineage.job j where j.source_id = $1)", "job j")]
    [InlineData("delete from job_lineage.run where id = $1", "run")]
    [InlineData("delete from job_lineage.run where source_id = $2 and id = $1", "")]
    [InlineData("delete from job_lineage.run where r.source_id = $2 and id = $1", "run")]
    [InlineData("insert into job_lineage.stage_edge as e (from_stage, to_stage) select 1", "stage_edge e")]
    [InlineData("insert into job_lineage.stage_edge as e (source_id, from_stage, to_stage) select 1", "")]
    [InlineData("copy job_lineage.job (source_id, id) from stdin", "")]
    [InlineData("delete from job_lineage.{table} where {stretch}", "{table}")]
    [InlineData("select * from job_lineage.run_count c join job_lineage.label l on true", "")]
    [InlineData("analyze job_lineage.job", "")]
    public void A_statement_that_does_not_is_seen(string sql, string expected) => Assert.Equal(expected, string.Join(", ", Look(sql).Without));

    [Fact]
    public void Literals_of_all_kinds_are_found()
    {
        const string code =
            """
            // "no literal"
            var c = '"'; var a = "one \" two" + $"three {(x ? "" : "y")}";
            var raw = $QQ
                select {(x ? "" : $"and {y}")}
                QQ;
            """;
        var found = Literals(code.Replace("QQ", "\"\"\"", StringComparison.Ordinal)).Select(l => l.Text.Trim()).ToList();
        Assert.Contains("one \\\" two", found);
        Assert.Contains("select {(x ? \"\" : $\"and {y}\")}", found);
        Assert.DoesNotContain("no literal", found);
    }

    /// <summary>How many of the tables a statement names, and those of which it does not say the source: as often as one is named its source has to be.</summary>
    private static (int Tables, IReadOnlyList<string> Without) Look(string sql)
    {
        var tables = Table().Matches(sql).Where(t => !t.Groups["columns"].Value.Contains("source_id", StringComparison.Ordinal)).ToList();
        var without = tables.GroupBy(t => t.Groups["alias"].Value)
            .Where(of => Regex.Count(sql, of.Key.Length == 0 ? @"(?<![.\w])source_id\b" : $@"\b{of.Key}\.source_id\b") < of.Count())
            .Select(of => $"{of.First().Groups["table"].Value} {of.Key}".Trim());
        return (Table().Count(sql), [.. without]);
    }

    private static IEnumerable<(int Line, string Text)> Literals(string code)
    {
        // As long as they were, so that lines keep their numbers.
        var plain = Comment().Replace(code, "").Replace("'\"'", "' '", StringComparison.Ordinal);
        foreach (Match literal in Literal().Matches(plain))
        {
            yield return (
                plain.AsSpan(0, literal.Index).Count('\n') + 1,
                literal.Groups["raw"].Success ? literal.Groups["raw"].Value : literal.Groups["text"].Value);
        }
    }

    // What follows a table and is no alias of it is a word of SQL.
    [GeneratedRegex(@"(?<!analyze )job_lineage\.(?<table>(job|payload|run|past_run|leftover|stage|stage_edge|error_group)\b|\{\w+\})"
        + @"(\s+(as\s+)?(?!(where|set|using|on|join|cross|left|order|group|limit|union|for|values|select|from|returning)\b)(?<alias>[a-z_]+)\b)?(\s*\((?<columns>[^)]*)\))?")]
    private static partial Regex Table();

    [GeneratedRegex(@"^[ \t]*//[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"""""""(?<raw>.*?)""""""|""(?<text>([^""\\\n]|\\.)*)""", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Literal();
}
