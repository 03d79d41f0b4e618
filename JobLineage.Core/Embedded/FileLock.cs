namespace JobLineage.Core.Embedded;

/// <summary>
/// A lock on a file that is the operating system's (flock): it ends with the process however that ends, and the file's mere presence
/// means nothing.
/// </summary>
internal static class FileLock
{
    /// <summary>
    /// Windows' ERROR_SHARING_VIOLATION; elsewhere errno's EWOULDBLOCK (man 2 flock), which is 35 on macOS and 11 on Linux. .NET gives
    /// the number on as it is.
    /// </summary>
    private static readonly int Taken = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Takes it.</summary>
    /// <param name="path">The file, which is made when it is missing.</param>
    /// <param name="folders">The data directory that it belongs to.</param>
    /// <returns>Null while another has it.</returns>
    /// <exception cref="EmbeddedPostgresException">The file can't be made or locked at all.</exception>
    public static FileStream? TryTake(string path, ClusterFolders folders)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory,
                $"The data directory {folders.DataDirectory} belongs to another user; run Job Lineage as that user, or set JobLineage:DataDirectory to another folder.", e);
        }
        catch (IOException e) when (e.HResult == Taken)
        {
            return null;
        }
        catch (IOException e)
        {
            // A full disk, say, or one that takes no locks: waiting would help nobody.
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory,
                $"The file {path} can't be made or locked: {e.Message} Make room, or set JobLineage:DataDirectory to another folder.", e);
        }
    }
}
