using System.Text.RegularExpressions;

namespace JobLineage.Tests.Architecture;

/// <summary>What stands in statements as it is written: numbers with a meaning, and the making of parameters, have one place each.</summary>
public partial class StatementRulesTests
{
    private static readonly (string Name, string Path)[] Ours =
        [.. SourceFiles.Of("JobLineage.Core", ".cs"), .. SourceFiles.Of("JobLineage.Dashboard", ".cs", ".razor")];

    [Fact]
    public void No_statement_has_the_number_of_a_state_or_of_flags() =>
        None(Found(NumberOfState(), "JobLineage.Core/Store/JobIs.cs"));

    [Fact]
    public void Only_the_room_Postgres_makes_parameters() =>
        None(Found(MadeParameter(), "JobLineage.Core/Postgres/"));

    [Theory]
    [InlineData("where j.state = 6", true)]
    [InlineData("and flags & 5 = 0", true)]
    [InlineData("where d.flags&1 <> 0", true)]
    [InlineData("j.state in (5, 6)", true)]
    [InlineData("j.state not in (5, 6)", true)]
    [InlineData("j.state = any(array[5])", true)]
    [InlineData("state < 5", true)]
    [InlineData("case j.state when 6 then 1 end", true)]
    [InlineData("j.state between 5 and 7", true)]
    [InlineData("s.state not between 5 and 7", true)]
    [InlineData("j.state is distinct from 5", true)]
    [InlineData("old.state is not distinct from 5", true)]
    [InlineData("where 5 = j.state", true)]
    [InlineData("and 0 <> (f.flags", true)]
    [InlineData("'5' = state", true)]
    [InlineData("where j.state is distinct from s.state", false)]
    [InlineData("limit 5", false)]
    [InlineData("$5 = j.state", false)]
    [InlineData("where j.state = p.key", false)]
    [InlineData("counts[state] > 0", false)]
    [InlineData("{JobIs.Counted()} and j.state = $1", false)]
    public void A_number_of_a_state_is_seen(string text, bool isSeen) => Assert.Equal(isSeen, NumberOfState().IsMatch(text));

    [Theory]
    [InlineData("command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = id });", true)]
    [InlineData("new NpgsqlParameter { Value = x }", true)]
    [InlineData("private static NpgsqlParameter Text(string? text) => new() { Value = text };", true)]
    [InlineData("NpgsqlParameter id = new(\"id\", 1);", true)]
    [InlineData("command.Parameters.AddWithValue(1);", true)]
    [InlineData("declare.Parameters.Add(parameter);", true)]
    [InlineData("batch.Add(sql, id)", false)]
    public void A_made_parameter_is_seen(string text, bool isSeen) => Assert.Equal(isSeen, MadeParameter().IsMatch(text));

    private static IEnumerable<string> Found(Regex what, string place) => Ours.Where(file => !file.Name.StartsWith(place, StringComparison.Ordinal)).SelectMany(file => File.ReadLines(file.Path)
        .Select((line, i) => (Line: line.Trim(), Number: i + 1))
        .Where(l => !l.Line.StartsWith("//", StringComparison.Ordinal) && what.IsMatch(l.Line))
        .Select(l => $"{file.Name}:{l.Number}: {l.Line}"));

    private static void None(IEnumerable<string> found)
    {
        Assert.NotEmpty(Ours);
        var all = string.Join(Environment.NewLine, found);
        Assert.True(all.Length == 0, all);
    }

    [GeneratedRegex(@"\b(state|flags)\s*(&|=|<>|!=|<=?|>=?|(not\s+)?(in|between)\b|when\b|is\s+(not\s+)?distinct\s+from\b)\s*(any\s*\(\s*array\s*\[|\(|array\s*\[)?\s*'?\d"
        + @"|(?<![$\w.])'?\d+'?\s*(&|=|<>|!=|<=?|>=?|is\s+(not\s+)?distinct\s+from\b)\s*\(?\s*(\w+\.)?(state|flags)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NumberOfState();

    [GeneratedRegex(@"\bnew NpgsqlParameter\b|\bNpgsqlParameter(<[^>]+>)?\s+\w+(\([^)]*\)\s*=>|\s*=)\s*new\b|\bAddWithValue\b|\.Parameters\.Add\(")]
    private static partial Regex MadeParameter();
}
