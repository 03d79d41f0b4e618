using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Cli;

/// <summary>What <c>install --print</c> says before its SQL: for which database it is, and whether <c>install</c> would run it.</summary>
[Takes(10)]
public sealed class PrintedInstallTests
{
    private const string Refused = "source 'tasks' is followed by polling, since it is a view, which changes with its tables: a trigger would see a part of what changes.";

    [Fact]
    public async Task A_database_that_the_environment_gives_is_asked()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        var there = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var environment = new Dictionary<string, string?> { ["PGHOST"] = there.Host, ["PGPORT"] = $"{there.Port}", ["PGDATABASE"] = there.Database };
        // What tells the rest of the connection apart is the user's own: who may not come in is told so, and not that nothing was given.
        foreach (var verb in (string[])["install", "uninstall"])
        {
            var (exit, output, error) = await LineageCommandsTests.RunAsync([verb, "--print", "--preset", "oban"], environment: environment);
            Assert.Equal((0, ""), (exit, error));
            Assert.DoesNotContain("is missing", output);
        }

        var away = await LineageCommandsTests.RunAsync(["install", "--print", "--preset", "oban"], environment: new() { ["PGHOST"] = "127.0.0.1", ["PGPORT"] = "1" });
        Assert.StartsWith("-- For the newest version of Oban that is known: The database of source 'oban' can't be reached", away.Output);
        var none = await LineageCommandsTests.RunAsync(["install", "--print", "--preset", "oban"]);
        Assert.StartsWith(
            "-- For the newest version of Oban that is known: --connection is missing: give the database, such as postgres://host/database, or set PGHOST and PGDATABASE. Where the database has",
            none.Output);
        // One that is given and can't be read is no missing one.
        Assert.Equal(2, (await LineageCommandsTests.RunAsync(["install", "--print", "--preset", "oban", "--connection", "postgres://h:port/x"])).ExitCode);
    }

    [Fact]
    public async Task What_install_refuses_is_said_first_and_uninstall_is_not_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create table base (id bigint primary key, status text, kind text); create view tasks as select * from base");
        var settings = ByHand(database.ConnectionString);
        var refused = await LineageCommandsTests.RunAsync(["install"], settings);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"S{Refused[1..]} Nothing was installed.", refused.Error);

        var printed = await LineageCommandsTests.RunAsync(["install", "--print"], settings);
        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
        Assert.Equal($"-- install refuses this: {Refused}", printed.Output.Split('\n')[0]);
        Assert.Contains("create trigger", printed.Output, StringComparison.OrdinalIgnoreCase);

        var undo = await LineageCommandsTests.RunAsync(["uninstall", "--print"], settings);
        Assert.Equal((0, ""), (undo.ExitCode, undo.Error));
        Assert.DoesNotContain("refuses", undo.Output);
    }

    [Fact]
    public async Task A_table_that_is_followed_has_no_remark_and_one_that_was_not_seen_says_so()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create table tasks (id bigint primary key, status text, kind text)");
        Assert.DoesNotContain("-- ", (await LineageCommandsTests.RunAsync(["install", "--print"], ByHand(database.ConnectionString))).Output.Split('\n')[0]);

        var away = ByHand("Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x");
        Assert.StartsWith("-- Whether install refuses this is not known: The database of source 'tasks' can't be reached", (await LineageCommandsTests.RunAsync(["install", "--print"], away)).Output);
        Assert.DoesNotContain("not known", (await LineageCommandsTests.RunAsync(["uninstall", "--print"], away)).Output);
        Assert.DoesNotContain("not known", (await LineageCommandsTests.RunAsync(["install", "--print"], ByHand(null))).Output);
    }

    private static Dictionary<string, string?> ByHand(string? connection) => new()
    {
        ["JobLineage:Sources:tasks:Table"] = "tasks",
        ["JobLineage:Sources:tasks:State"] = "status",
        ["JobLineage:Sources:tasks:States:done"] = "completed",
        ["JobLineage:Sources:tasks:Worker"] = "kind",
        ["JobLineage:Sources:tasks:ConnectionString"] = connection,
    };
}
