using JobLineage.Core.Embedded;

namespace JobLineage.Tests.Support;

/// <summary>A file system that is a list of paths.</summary>
internal sealed class FakeFiles(params string[] files) : IFileProbe
{
    /// <summary>A whole server in each of these folders.</summary>
    public static FakeFiles WithServers(params string[] folders) =>
        new([.. folders.SelectMany(folder => new[] { "initdb", "pg_ctl", "postgres" }, (folder, program) => $"{folder}/{program}")]);

    public bool FileExists(string path) => files.Contains(path);

    public IReadOnlyList<string> Directories(string folder, string pattern) =>
    [
        .. files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal))
            .Select(file => file[(folder.Length + 1)..].Split('/')[0])
            .Where(name => name.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal))
            .Distinct()
            .Select(name => $"{folder}/{name}"),
    ];
}
