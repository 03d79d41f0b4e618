using System.Text.RegularExpressions;

namespace JobLineage.Tests.Architecture;

public partial class SourceFileTests
{
    private const int Longest = 330;

    [Fact]
    public void No_file_is_longer_than_one_reads_at_once()
    {
        var files = SourceFiles.Of("", ".cs", ".razor", ".js", ".sql", ".sh").ToList();

        Assert.NotEmpty(files);
        var tooLong = string.Join(Environment.NewLine, files
            .Select(file => (Lines: File.ReadLines(file.Path).Count(), file.Name))
            .Where(f => f.Lines > Longest)
            .Select(f => $"{f.Name} has {f.Lines} lines"));
        Assert.True(tooLong.Length == 0, tooLong);
    }

    /// <summary>What `dotnet format` orders, and neither the build nor the check of blanks looks at.</summary>
    [Fact]
    public void Imports_are_in_order()
    {
        var wrong = string.Join(Environment.NewLine, SourceFiles.Of("", ".cs").Where(file => !AreInOrder(File.ReadLines(file.Path))).Select(file => file.Name));
        Assert.True(wrong.Length == 0, $"run `dotnet format`: {wrong}");
    }

    [Theory]
    [InlineData("using System.Text;|using Npgsql;|using Xunit;", true)]
    [InlineData("// why|using System;||using Npgsql;|using static Xunit.Assert;|using A = Npgsql.B;|namespace X;|using Bad.Order;", true)]
    [InlineData("using Xunit;|using System;", false)]
    [InlineData("using Npgsql;|using Dapper;", false)]
    [InlineData("using static Xunit.Assert;|using Npgsql;", false)]
    public void An_order_is_seen(string lines, bool isRight) => Assert.Equal(isRight, AreInOrder(lines.Split('|')));

    private static bool AreInOrder(IEnumerable<string> lines)
    {
        var imports = lines.Select(line => line.TrimStart('\uFEFF')).TakeWhile(line => line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal) || line[0] == '#' || Import().IsMatch(line))
            .Select(line => Import().Match(line)).Where(match => match.Success)
            .Select(match => (
                Kind: match.Groups["alias"].Success ? 2 : match.Groups["static"].Success ? 1 : 0,
                IsOther: !$"{match.Groups["name"].Value}.".StartsWith("System.", StringComparison.Ordinal),
                Name: match.Groups["name"].Value))
            .ToList();
        return imports.SequenceEqual(imports.OrderBy(i => i.Kind).ThenBy(i => i.IsOther).ThenBy(i => i.Name, StringComparer.OrdinalIgnoreCase));
    }

    [GeneratedRegex("^(global )?using (?<static>static )?(?<name>[^;= ]+)(?<alias> = [^;]+)?;$")]
    private static partial Regex Import();
}
