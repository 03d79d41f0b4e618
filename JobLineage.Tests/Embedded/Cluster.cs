using System.Diagnostics;
using JobLineage.Core.Embedded;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Embedded;

/// <summary>Looks into the cluster of a data directory.</summary>
internal static class Cluster
{
    public static string Data(string dataDirectory) => Path.Combine(dataDirectory, "postgres", "cluster", "data");

    public static int Pid(string dataDirectory) =>
        PostmasterFile.ReadPid(Path.Combine(Data(dataDirectory), "postmaster.pid")) ?? throw new InvalidOperationException("No server runs.");

    public static bool Runs(int pid, string dataDirectory) => PostmasterFile.IsServerOf(pid, Data(dataDirectory));
}

/// <summary>
/// A cluster that was made once and stopped in order. Most tests of servers are about what comes after initdb, which takes seconds
/// and flushes every file: they begin with a copy.
/// </summary>
public sealed class MadeCluster : IAsyncLifetime
{
    private readonly TempFolder made = new();

    public async Task InitializeAsync() => await (await EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions { DataDirectory = made.Path }, NullLogger.Instance, CancellationToken.None)).DisposeAsync();

    public Task DisposeAsync()
    {
        made.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A folder with a copy in it, of the same owners and modes.</summary>
    internal async Task<TempFolder> CopyAsync()
    {
        var folder = new TempFolder();
        using var copy = Process.Start("cp", ["-a", made.Below("postgres"), folder.Path]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
        return folder;
    }
}
