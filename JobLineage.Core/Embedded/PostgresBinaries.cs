using System.Globalization;
using System.Text.RegularExpressions;

namespace JobLineage.Core.Embedded;

/// <summary>Finds the folders that hold a Postgres server. Decides only; nothing is run here.</summary>
public static partial class PostgresBinaries
{
    /// <summary>The oldest major version that the store is made for.</summary>
    public const int OldestMajor = 13;

    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    // Parent, pattern of the versioned folder, what comes below. Debian and openSUSE; Red Hat's and PGDG's RPMs; Alpine; source builds; macOS.
    private static readonly (string Parent, string Pattern, string Below)[] VersionedFolders =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/usr/lib", "postgresql*", "bin"),
        ("/usr/libexec", "postgresql*", ""),
        ("/usr/local", "pgsql*", "bin"),
        ("/opt/homebrew/opt", "postgresql*", "bin"),
        ("/usr/local/opt", "postgresql*", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
    ];

    /// <summary>
    /// The folders that hold a whole server (<c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>), best first: those of PATH, then
    /// the usual ones with the newest version first. With <paramref name="chosen"/> that folder alone.
    /// </summary>
    /// <param name="files">The file system to look at.</param>
    /// <param name="path">The value of PATH, or null.</param>
    /// <param name="chosen">The folder a person chose, or null.</param>
    public static IReadOnlyList<string> Candidates(IFileProbe files, string? path, string? chosen = null)
    {
        if (chosen is not null)
            return IsServer(files, chosen) ? [chosen] : [];

        var onPath = (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathRooted);
        var usual = VersionedFolders.SelectMany(place => files.Directories(place.Parent, place.Pattern)
            .OrderByDescending(VersionOfFolder)
            .ThenBy(folder => folder, StringComparer.Ordinal)
            .Select(folder => Path.Combine(folder, place.Below)));

        return [.. onPath.Concat(usual).Select(Path.TrimEndingDirectorySeparator).Distinct().Where(folder => IsServer(files, folder))];
    }

    /// <summary>The major version in what <c>postgres --version</c> prints; null when it is not understood.</summary>
    public static int? MajorVersion(string printed)
    {
        var match = PrintedVersion().Match(printed);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    private static bool IsServer(IFileProbe files, string folder) =>
        Programs.All(program => files.FileExists(Path.Combine(folder, program)));

    private static Version VersionOfFolder(string folder)
    {
        var match = FolderVersion().Match(Path.GetFileName(folder));
        return !match.Success ? new Version(0, 0)
            : Version.TryParse(match.Value.Contains('.') ? match.Value : match.Value + ".0", out var version) ? version
            : new Version(0, 0);
    }

    [GeneratedRegex(@"\(PostgreSQL\)\s+(\d{1,4})")]
    private static partial Regex PrintedVersion();

    [GeneratedRegex(@"\d{1,4}(\.\d{1,4})?$")]
    private static partial Regex FolderVersion();
}
