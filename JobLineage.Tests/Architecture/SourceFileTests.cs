namespace JobLineage.Tests.Architecture;

public class SourceFileTests
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
}
