using System.Globalization;
using System.Runtime.Versioning;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Held by a program that uses a private Postgres for a moment, so that such programs come one after the other: the first may run
/// the server that the second would find: see <see cref="FileLock"/>.
/// </summary>
public sealed class BriefUse : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A first reading of a large queue takes minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly FileStream file;

    private BriefUse(FileStream file) => this.file = file;

    /// <summary>Waits until no other program uses the private Postgres of this data directory for a moment.</summary>
    /// <param name="dataDirectory">The data directory.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="patience">How long to wait at most; null: half an hour.</param>
    /// <exception cref="EmbeddedPostgresException">The folder can't be made or used, or another program has used the server for that long.</exception>
    [UnsupportedOSPlatform("windows")]
    public static async Task<BriefUse> TakeAsync(string dataDirectory, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var folders = ClusterFolders.For(dataDirectory);
        folders.CreateHome();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (FileLock.TryTake(folders.Brief, folders) is { } file)
                return new(file);
            if (TimeProvider.System.GetElapsedTime(began) > (patience ?? Patience))
            {
                throw new EmbeddedPostgresException(
                    EmbeddedPostgresFailure.InUse,
                    $"Another joblineage command has used the private PostgreSQL in {folders.DataDirectory} for {Minutes(patience ?? Patience)}: see whether it hangs, stop it, and try again; or set ConnectionStrings:Store, which any number may use at once.");
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether some program uses it for a moment now.</summary>
    public static bool IsTaken(string dataDirectory)
    {
        var folders = ClusterFolders.For(dataDirectory);
        if (!File.Exists(folders.Brief))
            return false;
        using var file = FileLock.TryTake(folders.Brief, folders);
        return file is null;
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    private static string Minutes(TimeSpan patience) => string.Create(CultureInfo.InvariantCulture, $"{patience.TotalMinutes:0} minutes");
}
