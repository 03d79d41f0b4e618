namespace JobLineage.Dashboard.Hosting;

/// <summary>Directories that only their owner may look into.</summary>
internal static class PrivateDirectory
{
    /// <summary>Creates the directory unless it exists. One that exists keeps its mode: somebody chose it.</summary>
    /// <exception cref="IOException">A file is in the way, or the disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created or written.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // A directory that exists may still be read-only, which would show only at the first sign-in.
        var probe = Path.Combine(path, $".{Guid.NewGuid():N}");
        using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
    }
}
