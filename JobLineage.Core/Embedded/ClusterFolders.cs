using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace JobLineage.Core.Embedded;

/// <summary>The places of a private cluster.</summary>
/// <remarks>
/// <c>postgres/</c> belongs to the program: <c>lock</c>, <c>owner</c> (the pid that holds it), <c>brief</c>, <c>password</c>. Below it
/// <c>cluster/</c> belongs to the server's user: <c>data/</c> and <c>server.log</c>.
/// </remarks>
internal sealed record ClusterFolders(string DataDirectory, string Home, string Cluster)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Lock => Path.Combine(Home, "lock");

    /// <summary>Held by whoever uses the server for a moment: see <see cref="BriefUse"/>.</summary>
    public string Brief => Path.Combine(Home, "brief");

    public string Owner => Path.Combine(Home, "owner");

    public string Password => Path.Combine(Home, "password");

    /// <summary>Names the folder of the cluster when it could not be below <see cref="Home"/>.</summary>
    public string Location => Path.Combine(Home, "location");

    public string Data => Path.Combine(Cluster, "data");

    /// <summary>Where a cluster is made before it is renamed to <see cref="Data"/>: an interrupted initdb leaves no half cluster.</summary>
    public string Unfinished => Path.Combine(Cluster, "data.new");

    public string VersionFile => Path.Combine(Data, "PG_VERSION");

    public string PidFile => Path.Combine(Data, "postmaster.pid");

    public string ServerLog => Path.Combine(Cluster, "server.log");

    public static ClusterFolders For(string dataDirectory)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        var home = Path.Combine(full, "postgres");
        return new ClusterFolders(full, home, Path.Combine(home, "cluster"));
    }

    /// <summary>The folders with the cluster where an earlier start put it.</summary>
    public ClusterFolders Existing() => File.Exists(Location) ? this with { Cluster = File.ReadAllText(Location).Trim() } : this;

    /// <summary>Makes the program's own folders; folders that are there keep their rights.</summary>
    [UnsupportedOSPlatform("windows")]
    public void CreateHome()
    {
        try
        {
            // Root's folders must let the server's user pass, but not look around.
            var mode = Environment.IsPrivilegedProcess ? Passable : Private;
            if (!Directory.Exists(DataDirectory))
                Directory.CreateDirectory(DataDirectory, mode);
            if (!Directory.Exists(Home))
                Directory.CreateDirectory(Home, mode);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory, $"The data directory {DataDirectory} cannot be made (JobLineage:DataDirectory): {e.Message}", e);
        }
    }

    /// <summary>
    /// The folders with a cluster folder that the server's user can work in. That is below the data directory, unless the
    /// program is root and a folder above keeps other users out (as <c>/root</c> does): then it is in <c>/var/lib/joblineage</c>.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    public async Task<ClusterFolders> CreateClusterAsync(ServerUser user, CancellationToken cancellation)
    {
        if (File.Exists(Location))
        {
            var moved = this with { Cluster = (await File.ReadAllTextAsync(Location, cancellation).ConfigureAwait(false)).Trim() };
            await moved.CreateAsync(user, cancellation).ConfigureAwait(false);
            return moved;
        }

        await CreateAsync(user, cancellation).ConfigureAwait(false);
        if (await user.CanUseAsync(Cluster, cancellation).ConfigureAwait(false))
            return this;

        if (user.Account is null)
            throw Unusable(Environment.UserName);
        var elsewhere = this with { Cluster = $"/var/lib/joblineage/{RandomNumberGenerator.GetHexString(12, lowercase: true)}" };
        await elsewhere.CreateAsync(user, cancellation).ConfigureAwait(false);
        if (!await user.CanUseAsync(elsewhere.Cluster, cancellation).ConfigureAwait(false))
            throw Unusable(user.Account.Name);
        await File.WriteAllTextAsync(Location, elsewhere.Cluster + "\n", cancellation).ConfigureAwait(false);
        return elsewhere;
    }

    private EmbeddedPostgresException Unusable(string user) => new(
        EmbeddedPostgresFailure.DataDirectory,
        $"{Cluster} cannot be used by the user {user}, who runs the server: set JobLineage:DataDirectory to a folder that this user can reach and write to.");

    [UnsupportedOSPlatform("windows")]
    private async Task CreateAsync(ServerUser user, CancellationToken cancellation)
    {
        try
        {
            if (Path.GetDirectoryName(Cluster) is { } parent && parent != Home)
                Directory.CreateDirectory(parent, Passable);
            if (!Directory.Exists(Cluster))
                Directory.CreateDirectory(Cluster, Private);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresFailure.DataDirectory, $"The folder {Cluster} cannot be made: {e.Message}", e);
        }

        await user.TakeOverAsync(Cluster, cancellation).ConfigureAwait(false);
    }
}
