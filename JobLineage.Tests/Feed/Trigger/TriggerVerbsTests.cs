using System.Text.Json;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Dashboard.Cli;
using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

public sealed class TriggerVerbsTests
{
    [Fact]
    public async Task What_install_prints_is_what_it_runs_and_needs_no_database()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        var (code, sql, error) = await RunAsync("install", "--preset", "oban", "--print");
        Assert.Equal((ExitCodes.Ok, ""), (code, error));

        await fixture.ExecuteAsync(sql);
        Assert.Equal(TriggerPresence.Ready, (await fixture.Installer.InspectAsync(default)).Presence);

        var (_, undo, _) = await RunAsync("uninstall", "--preset", "oban", "--print");
        foreach (var part in undo.Split("-- Not in a transaction."))
            await fixture.ExecuteAsync(part);
        Assert.Equal(TriggerPresence.None, (await fixture.Installer.InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task Install_doctor_and_uninstall_tell_what_they_did()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        string[] source = ["--preset", "oban", "--connection", fixture.Database.ConnectionString];

        var (before, advice, _) = await RunAsync(["doctor", .. source]);
        Assert.Equal(ExitCodes.Ok, before);
        Assert.Contains("! trigger: Source 'oban' has no trigger: run `joblineage install --source oban`.", advice);
        Assert.Contains("! index: Children are found by the GIN index", advice);

        var (installed, said, _) = await RunAsync(["install", "--index", .. source]);
        Assert.Equal(ExitCodes.Ok, installed);
        Assert.StartsWith("Installed on public.oban_jobs", said);

        var (after, good, _) = await RunAsync(["doctor", .. source]);
        Assert.Equal(ExitCodes.Ok, after);
        Assert.All(good.TrimEnd().Split('\n'), line => Assert.StartsWith("✓ ", line));
        Assert.Contains("✓ Oban: Oban's schema version is 14.", good);

        Assert.Equal(ExitCodes.Ok, (await RunAsync(["uninstall", .. source])).Code);
        Assert.Equal(TriggerPresence.None, (await fixture.Installer.InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task A_trigger_that_is_not_whole_is_a_problem_and_exit_code_1()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.ExecuteAsync("drop trigger job_lineage_update on oban_jobs");

        var (code, output, _) = await RunAsync("doctor", "--json", "--preset", "oban", "--connection", fixture.Database.ConnectionString);

        Assert.Equal(ExitCodes.NotFound, code);
        using var json = JsonDocument.Parse(output);
        var check = json.RootElement.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("check").GetString() == "trigger");
        Assert.Equal("problem", check.GetProperty("level").GetString());
        Assert.Contains("is not whole", check.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Doctor_tells_what_slumbers_in_the_log()
    {
        await using var fixture = await TriggerFixture.CreateAsync();
        await fixture.InsertAsync(12);
        await fixture.ExecuteAsync("update job_lineage.feed set consumed_at = now() - interval '3 hours'");
        var said = await DoctorAsync(fixture);
        Assert.Contains("! log: Nobody has read the log for 3 h", said);
        Assert.Contains(" (12 changes wait)", said);

        await fixture.ExecuteAsync($"select setval('{fixture.Sql.Names.Gate}', {TriggerNames.Asleep})");
        Assert.Contains("! log: The trigger has stopped logging", await DoctorAsync(fixture));
    }

    [Fact]
    public async Task Doctor_knows_limits_of_the_user_and_older_versions_of_oban()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        await fixture.ExecuteAsync("""
            comment on table oban_jobs is '11';
            alter table oban_jobs alter state drop default, alter state type text;
            """);
        await fixture.ExecuteAsync("drop index if exists oban_jobs_meta_index");
        var output = await DoctorAsync(fixture, new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = "-c statement_timeout=1s -c idle_session_timeout=5s" }.ConnectionString);
        Assert.Contains("✓ Oban: Oban's schema version is 11.", output);
        Assert.Contains("! time limit: statement_timeout of this user is 1000 ms", output);
        Assert.Contains("! time limit: idle_session_timeout of this user is 5000 ms", output);
        Assert.Contains("! index: No index serves the search for children", output);
        Assert.DoesNotContain("pooler", output);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_a_problem_of_doctor_and_a_usage_error_of_install()
    {
        await using var fixture = await TriggerFixture.CreateAsync(install: false);
        string[] source = ["--preset", "research_jobs", "--connection", fixture.Database.ConnectionString];

        var (code, output, _) = await RunAsync(["doctor", .. source]);
        Assert.Equal(ExitCodes.NotFound, code);
        Assert.StartsWith("✗ table: Source 'research_jobs': schema 'public' has no table 'research_jobs'", output);

        var (refused, _, error) = await RunAsync(["install", .. source]);
        Assert.Equal(ExitCodes.Usage, refused);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_exit_code_3()
    {
        foreach (var verb in (string[])["install", "uninstall", "doctor"])
        {
            var (code, _, error) = await RunAsync(verb, "--preset", "oban", "--connection", "Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x");
            Assert.Equal(ExitCodes.Unreachable, code);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    private static async Task<string> DoctorAsync(TriggerFixture fixture, string? connection = null) =>
        (await RunAsync("doctor", "--preset", "oban", "--connection", connection ?? fixture.Database.ConnectionString)).Output;

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
