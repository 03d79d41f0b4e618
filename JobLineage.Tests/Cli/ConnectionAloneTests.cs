using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Cli;

/// <summary>Verbs of a database that is only named on the command line.</summary>
[Takes(10)]
public sealed class ConnectionAloneTests
{
    [Fact]
    public async Task The_doctor_ends_the_same_way_as_text_and_as_json()
    {
        await using var database = await TestDatabase.CreateAsync();
        var role = $"jl_reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync(EngineCase.Read("engines", "graphile_worker", "schema.sql"));
        await database.ExecuteAsync($"create role {role} login password 'x'");
        try
        {
            var reader = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "x" }.ConnectionString;
            Assert.Equal(ExitCodes.NotFound, (await RunAsync("doctor", "--connection", reader)).Exit);
            Assert.Equal(ExitCodes.NotFound, (await RunAsync("doctor", "--connection", reader, "--json")).Exit);
        }
        finally
        {
            await database.ExecuteAsync($"drop role {role}");
        }
    }

    [Fact]
    public async Task A_schema_without_a_preset_is_not_passed_over_and_a_database_that_is_away_has_a_name()
    {
        var refused = await RunAsync("doctor", "--connection", "postgres://127.0.0.1:1/x", "--schema", "tenant_b");
        Assert.Equal((ExitCodes.Usage, ""), (refused.Exit, refused.Output));

        var away = await RunAsync("doctor", "--connection", "postgres://127.0.0.1:1/x?timeout=2");
        Assert.Equal(ExitCodes.Unreachable, away.Exit);
        Assert.StartsWith("The database of --connection can't be reached", away.Error);
        Assert.DoesNotContain("''", away.Error);
    }

    [Fact]
    public async Task What_install_prints_is_for_the_version_that_is_there_and_without_a_database_it_says_for_which()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(EngineCase.Read("engines", "pgboss12", "schema.sql"));
        Assert.Contains("job_dependency", (await RunAsync("install", "--print", "--preset", "pg_boss", "--connection", database.ConnectionString)).Output);

        await database.ExecuteAsync("drop table pgboss.job_dependency");
        var older = await RunAsync("install", "--print", "--preset", "pg_boss", "--connection", database.ConnectionString);
        Assert.Equal((ExitCodes.Ok, ""), (older.Exit, older.Error));
        Assert.DoesNotContain("job_dependency", older.Output);
        // And it is what is installed.
        await database.ExecuteAsync(older.Output);
        Assert.Contains("✓ trigger: Installed", (await RunAsync("doctor", "--preset", "pg_boss", "--connection", database.ConnectionString)).Output);

        var alone = await RunAsync("install", "--print", "--preset", "pg_boss", "--connection", "postgres://127.0.0.1:1/x?timeout=2");
        Assert.Equal((ExitCodes.Ok, ""), (alone.Exit, alone.Error));
        Assert.StartsWith("-- For the newest version of pg-boss that is known: The database of source 'pg_boss' can't be reached", alone.Output);
        Assert.Contains("job_dependency", alone.Output);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = await CommandLine.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
