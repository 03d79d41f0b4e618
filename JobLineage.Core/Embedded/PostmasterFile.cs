using System.Diagnostics;
using System.Globalization;

namespace JobLineage.Core.Embedded;

/// <summary>
/// What a <c>postmaster.pid</c> tells. A server that was killed leaves it behind, and its pid may by now be somebody else's.
/// </summary>
internal static class PostmasterFile
{
    private const int PsPatience = 10_000;

    /// <summary>The pid on the first line; null when there is no file, or no pid in it.</summary>
    public static int? ReadPid(string pidFile)
    {
        if (!File.Exists(pidFile))
            return null;
        var first = File.ReadLines(pidFile).FirstOrDefault();
        return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : null;
    }

    /// <summary>
    /// The port of a server that is ready: the fourth line, and the eighth says so (PostgreSQL's <c>src/include/utils/pidfile.h</c>, since
    /// version 10). Null when there is no such server.
    /// </summary>
    public static int? ReadPort(string pidFile)
    {
        if (!File.Exists(pidFile))
            return null;
        var lines = File.ReadAllLines(pidFile);
        return lines.Length > 7 && lines[7].Trim() == "ready" && int.TryParse(lines[3].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    /// <summary>Whether a process of that number runs, whatever it is.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether that process runs and is a server of this cluster.</summary>
    public static bool IsServerOf(int pid, string data)
    {
        if (!Directory.Exists("/proc/self"))
            return Serves(CommandLineFromPs(pid).Split(' '), null, data);
        try
        {
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return Serves(words, new FileInfo($"/proc/{pid}/cwd").LinkTarget, data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a process of this command line and working directory is a server of the cluster in <paramref name="data"/>.</summary>
    // A server works in its data directory, and was given it with -D; the second is out of date when the folder was moved.
    internal static bool Serves(IReadOnlyList<string> commandLine, string? workingDirectory, string data) =>
        commandLine.Count > 0
        && Path.GetFileName(commandLine[0]) is "postgres" or "postmaster"
        && (workingDirectory == data || commandLine.Contains(data));

    private static string CommandLineFromPs(int pid)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-p", pid.ToString(CultureInfo.InvariantCulture), "-o", "command="])
        {
            RedirectStandardOutput = true,
        });
        if (ps is null)
            return "";
        var line = ps.StandardOutput.ReadToEnd();
        ps.WaitForExit(PsPatience);
        return line.Trim();
    }
}
