using JobLineage.Core.Embedded;

namespace JobLineage.Tests.Embedded;

/// <summary>Looks into the cluster of a data directory.</summary>
internal static class Cluster
{
    public static string Data(string dataDirectory) => Path.Combine(dataDirectory, "postgres", "cluster", "data");

    public static int Pid(string dataDirectory) =>
        PostmasterFile.ReadPid(Path.Combine(Data(dataDirectory), "postmaster.pid")) ?? throw new InvalidOperationException("No server runs.");

    public static bool Runs(int pid, string dataDirectory) => PostmasterFile.IsServerOf(pid, Data(dataDirectory));
}
