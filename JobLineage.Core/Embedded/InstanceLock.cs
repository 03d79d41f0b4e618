using System.Globalization;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Holds a data directory for this program alone: see <see cref="FileLock"/>.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <exception cref="EmbeddedPostgresException">Another program, or another part of this one, holds it.</exception>
    public static InstanceLock Take(ClusterFolders folders)
    {
        var file = FileLock.TryTake(folders.Lock, folders);
        if (file is null)
        {
            var pid = ReadOwner(folders);
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.InUse,
                $"The data directory {folders.DataDirectory} is in use by another Job Lineage{(pid is null ? "" : $" (process {pid})")}: stop that one, or set JobLineage:DataDirectory to another folder.");
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
