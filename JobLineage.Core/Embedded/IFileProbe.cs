namespace JobLineage.Core.Embedded;

/// <summary>The little that the search for binaries needs to know of a file system.</summary>
public interface IFileProbe
{
    /// <summary>Whether a file is there.</summary>
    bool FileExists(string path);

    /// <summary>The full paths of the folders in a folder whose names match <paramref name="pattern"/> (<c>*</c>); none when it is not there.</summary>
    IReadOnlyList<string> Directories(string folder, string pattern);
}

/// <summary>The real file system.</summary>
public sealed class FileProbe : IFileProbe
{
    /// <inheritdoc />
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc />
    public IReadOnlyList<string> Directories(string folder, string pattern)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetDirectories(folder, pattern) : [];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }
}
