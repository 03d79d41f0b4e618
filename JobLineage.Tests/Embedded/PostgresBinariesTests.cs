using JobLineage.Core.Embedded;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Embedded;

public sealed class PostgresBinariesTests
{
    [Fact]
    public void Path_comes_before_the_usual_folders_and_the_newest_version_comes_first()
    {
        var files = FakeFiles.WithServers("/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin", "/usr/pgsql-16/bin", "/opt/own");

        Assert.Equal(
            ["/opt/own", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9.6/bin", "/usr/pgsql-16/bin"],
            PostgresBinaries.Candidates(files, "/usr/bin:/opt/own:"));
    }

    [Theory]
    [InlineData("/usr/lib/postgresql/15/bin")]
    [InlineData("/usr/pgsql-16/bin")]
    [InlineData("/usr/libexec/postgresql17")]
    [InlineData("/usr/local/pgsql/bin")]
    [InlineData("/opt/homebrew/opt/postgresql@17/bin")]
    [InlineData("/usr/local/opt/postgresql/bin")]
    [InlineData("/Applications/Postgres.app/Contents/Versions/17/bin")]
    public void Each_platforms_own_folder_is_found(string folder) =>
        Assert.Equal([folder], PostgresBinaries.Candidates(FakeFiles.WithServers(folder), null));

    [Fact]
    public void A_folder_with_clients_only_is_no_server() =>
        Assert.Empty(PostgresBinaries.Candidates(new FakeFiles("/usr/bin/psql", "/usr/bin/pg_ctl", "/usr/bin/initdb"), "/usr/bin"));

    [Fact]
    public void A_chosen_folder_is_the_only_one_looked_at()
    {
        var files = FakeFiles.WithServers("/usr/lib/postgresql/15/bin", "/opt/own");

        Assert.Equal(["/opt/own"], PostgresBinaries.Candidates(files, "/usr/bin", "/opt/own"));
        Assert.Empty(PostgresBinaries.Candidates(files, "/usr/bin", "/opt/other"));
    }

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15)]
    [InlineData("postgres (PostgreSQL) 18beta1", 18)]
    [InlineData("sh: not found", null)]
    public void The_major_version_is_read_from_what_the_server_prints(string printed, int? version) =>
        Assert.Equal(version, PostgresBinaries.MajorVersion(printed));

    [Theory]
    [InlineData("ID=debian", "sudo apt-get install -y postgresql")]
    [InlineData("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"", "sudo apt-get install -y postgresql")]
    [InlineData("ID=fedora", "sudo dnf install -y postgresql-server")]
    [InlineData("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "sudo dnf install -y postgresql-server")]
    [InlineData("ID=alpine", "sudo apk add postgresql")]
    [InlineData("ID=plan9", null)]
    [InlineData("", null)]
    public void The_install_command_is_that_of_the_system(string osRelease, string? command)
    {
        Assert.Equal(command, InstallAdvice.Command(isMacOS: false, osRelease, isRoot: false));
        Assert.Equal(command?.Replace("sudo ", ""), InstallAdvice.Command(isMacOS: false, osRelease, isRoot: true));
    }

    [Fact]
    public void Missing_binaries_are_one_sentence_with_the_next_step()
    {
        Assert.Equal(
            "No PostgreSQL server was found: install one with `sudo apt-get install -y postgresql`, or set ConnectionStrings:Store to a database that runs elsewhere.",
            InstallAdvice.Sentence(isMacOS: false, "ID=ubuntu\nID_LIKE=debian\n", isRoot: false));
        Assert.Contains("`brew install postgresql@17`", InstallAdvice.Sentence(isMacOS: true, "", isRoot: false));
        Assert.Contains("install your system's PostgreSQL server package", InstallAdvice.Sentence(isMacOS: false, "", isRoot: true));
    }
}
