using System.Globalization;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Holds a data directory for this program alone. The lock is the operating system's (flock), so it ends with the process
/// however that ends; a file's mere presence means nothing.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <exception cref="EmbeddedPostgresException">Another program, or another part of this one, holds it.</exception>
    public static InstanceLock Take(ClusterFolders folders)
    {
        FileStream file;
        try
        {
            file = new FileStream(folders.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory,
                $"The data directory {folders.DataDirectory} belongs to another user; run Job Lineage as that user, or set JobLineage:DataDirectory to another folder.", e);
        }
        catch (IOException e)
        {
            var pid = ReadOwner(folders);
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.InUse,
                $"The data directory {folders.DataDirectory} is in use by another Job Lineage{(pid is null ? "" : $" (process {pid})")}: stop that one, or set JobLineage:DataDirectory to another folder.", e);
        }

        File.WriteAllText(folders.Owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        return new InstanceLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string? ReadOwner(ClusterFolders folders)
    {
        try
        {
            var text = File.ReadAllText(folders.Owner).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
