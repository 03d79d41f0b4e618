namespace JobLineage.Dashboard.Hosting;

/// <summary>Directories that only their owner may look into.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates the directory unless it exists. One that exists keeps its mode: somebody chose it.</summary>
    /// <exception cref="IOException">A file is in the way, or the disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created or written.</exception>
    /// <param name="path">The directory.</param>
    /// <param name="isPassable">
    /// Whether others may pass through it, and still not look around: a private Postgres that root starts runs as another
    /// user, and its cluster is below.
    /// </param>
    public static void Create(string path, bool isPassable = false)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | (isPassable ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : 0));

        // A directory that exists may still be read-only, which would show only at the first sign-in.
        var probe = Path.Combine(path, $".{Guid.NewGuid():N}");
        using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
    }
}
