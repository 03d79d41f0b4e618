using JobLineage.Core.Embedded;

namespace JobLineage.Tests.Embedded;

public sealed class ServerUserTests
{
    private const string Nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

    [Fact]
    public void Roots_server_runs_as_postgres_or_else_as_nobody_and_never_as_root()
    {
        const string postgres = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

        Assert.Equal(new UserAccount("postgres", 101, 104), UserAccount.ForServer("root:x:0:0::/root:/bin/sh\n" + Nobody + postgres));
        Assert.Equal("nobody", UserAccount.ForServer(Nobody)?.Name);
        Assert.Null(UserAccount.ForServer("postgres:x:0:0::/:/bin/sh\nnot a line\n"));
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("/a b/$(touch x)", "'/a b/$(touch x)'")]
    [InlineData("it's", @"'it'\''s'")]
    public void A_word_for_the_shell_stays_one_word(string word, string quoted) => Assert.Equal(quoted, ServerUser.Quote(word));

    [Theory]
    [InlineData("/usr/lib/postgresql/15/bin/postgres -D /d/data", "/", true)]
    [InlineData("/usr/lib/postgresql/15/bin/postgres -D /moved/from/here", "/d/data", true)]
    [InlineData("/usr/lib/postgresql/15/bin/postgres -D /other", "/other", false)]
    [InlineData("vim /d/data", "/d/data", false)]
    [InlineData("", "/d/data", false)]
    public void Only_a_server_of_this_very_cluster_is_taken_for_one(string commandLine, string workingDirectory, bool expected) =>
        Assert.Equal(expected, PostmasterFile.Serves(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), workingDirectory, "/d/data"));

    [Fact]
    public void A_setting_of_the_caller_replaces_the_built_in_one()
    {
        var text = ServerSettings.Write(5678, new Dictionary<string, string> { ["fsync"] = "off", ["application_name"] = "it's" });

        Assert.Contains("fsync = 'off'\n", text);
        Assert.DoesNotContain("fsync = 'on'", text);
        Assert.Contains("application_name = 'it''s'\n", text);
        Assert.Contains("listen_addresses = '127.0.0.1'\n", text);
        Assert.EndsWith("port = 5678\n", text);
    }
}
