namespace JobLineage.Tests.Architecture;

public class SourceFileTests
{
    private const int Longest = 330;

    private static readonly string[] Kinds = [".cs", ".razor", ".js", ".sql", ".sh"];
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", "TestResults", "lib"];

    [Fact]
    public void No_file_is_longer_than_one_reads_at_once()
    {
        var files = Files(Root()).ToList();

        Assert.NotEmpty(files);
        var tooLong = string.Join(Environment.NewLine, files
            .Select(file => (Lines: File.ReadLines(file).Count(), Name: Path.GetRelativePath(Root(), file)))
            .Where(f => f.Lines > Longest)
            .Select(f => $"{f.Name} has {f.Lines} lines"));
        Assert.True(tooLong.Length == 0, tooLong);
    }

    private static IEnumerable<string> Files(string directory) =>
    [
        .. Directory.GetFiles(directory).Where(f => Kinds.Contains(Path.GetExtension(f))),
        .. Directory.GetDirectories(directory)
            .Where(d => Path.GetFileName(d) is var name && name[0] != '.' && !NotOurs.Contains(name))
            .SelectMany(Files),
    ];

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "JobLineage.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
