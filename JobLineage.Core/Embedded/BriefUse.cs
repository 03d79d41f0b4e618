using System.Runtime.Versioning;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Held by a program that uses a private Postgres for a moment, so that such programs come one after the other: the first may run
/// the server that the second would find. The lock is the operating system's and ends with the process.
/// </summary>
public sealed class BriefUse : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly FileStream file;

    private BriefUse(FileStream file) => this.file = file;

    /// <summary>Waits until no other program uses the private Postgres of this data directory for a moment.</summary>
    /// <exception cref="EmbeddedPostgresException">The folder can't be made or used.</exception>
    [UnsupportedOSPlatform("windows")]
    public static async Task<BriefUse> TakeAsync(string dataDirectory, CancellationToken cancellation)
    {
        var folders = ClusterFolders.For(dataDirectory);
        folders.CreateHome();
        while (true)
        {
            if (Open(folders) is { } file)
                return new(file);
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether some program uses it for a moment now.</summary>
    public static bool IsTaken(string dataDirectory)
    {
        var folders = ClusterFolders.For(dataDirectory);
        if (!File.Exists(folders.Brief))
            return false;
        using var file = Open(folders);
        return file is null;
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    private static FileStream? Open(ClusterFolders folders)
    {
        try
        {
            return new FileStream(folders.Brief, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory,
                $"The data directory {folders.DataDirectory} belongs to another user; run Job Lineage as that user, or set JobLineage:DataDirectory to another folder.", e);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
