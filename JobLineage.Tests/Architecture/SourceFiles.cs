namespace JobLineage.Tests.Architecture;

/// <summary>The files of the repository as they are written.</summary>
internal static class SourceFiles
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", "TestResults", "lib"];

    /// <summary>Where the repository begins.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files of these kinds below a folder of the repository, by their paths from its root.</summary>
    public static IEnumerable<(string Name, string Path)> Of(string folder, params string[] kinds) =>
        Below(Path.Combine(Root, folder)).Where(f => kinds.Contains(Path.GetExtension(f))).Select(f => (Path.GetRelativePath(Root, f).Replace('\\', '/'), f));

    private static IEnumerable<string> Below(string directory) =>
    [
        .. Directory.GetFiles(directory),
        .. Directory.GetDirectories(directory).Where(d => Path.GetFileName(d) is var name && name[0] != '.' && !NotOurs.Contains(name)).SelectMany(Below),
    ];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "JobLineage.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
