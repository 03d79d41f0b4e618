namespace JobLineage.Core.Embedded;

/// <summary>Says how Postgres is installed on a platform. Pure: what it goes by is handed in.</summary>
public static class InstallAdvice
{
    private static readonly (string[] Ids, string Command)[] Linux =
    [
        (["debian", "ubuntu"], "apt-get install -y postgresql"),
        (["fedora", "rhel", "centos", "amzn"], "dnf install -y postgresql-server"),
        (["alpine"], "apk add postgresql"),
        (["arch"], "pacman -S postgresql"),
        (["suse", "opensuse"], "zypper install postgresql-server"),
    ];

    /// <summary>The sentence for a person whose machine has no Postgres server.</summary>
    /// <param name="isMacOS">Whether this is macOS.</param>
    /// <param name="osRelease">The text of <c>/etc/os-release</c>; empty when there is none.</param>
    /// <param name="isRoot">Whether the program runs as root and so needs no <c>sudo</c>.</param>
    public static string Sentence(bool isMacOS, string osRelease, bool isRoot)
    {
        const string start = "No PostgreSQL server was found";
        if (Command(isMacOS, osRelease, isRoot) is { } command)
            return $"{start}: install one with `{command}`, or set ConnectionStrings:Store to a database that runs elsewhere.";
        return $"{start}: install your system's PostgreSQL server package, or set ConnectionStrings:Store to a database that runs elsewhere.";
    }

    /// <summary>The install command; null on a system that is not known.</summary>
    /// <inheritdoc cref="Sentence" path="/param" />
    public static string? Command(bool isMacOS, string osRelease, bool isRoot)
    {
        // Homebrew refuses to run as root, so there is no sudo in it.
        if (isMacOS)
            return "brew install postgresql@17";

        var ids = Ids(osRelease);
        var command = ids.Select(id => Linux.FirstOrDefault(known => known.Ids.Contains(id)).Command).FirstOrDefault(c => c is not null);
        return command is null || isRoot ? command : "sudo " + command;
    }

    // ID first, then what it says it is like: the closest relative decides.
    private static List<string> Ids(string osRelease)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in osRelease.Split('\n', StringSplitOptions.TrimEntries))
        {
            var at = line.IndexOf('=');
            if (at > 0)
                values[line[..at]] = line[(at + 1)..].Trim('"', '\'');
        }

        var id = values.GetValueOrDefault("ID", "");
        var like = values.GetValueOrDefault("ID_LIKE", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [id, .. like];
    }
}
