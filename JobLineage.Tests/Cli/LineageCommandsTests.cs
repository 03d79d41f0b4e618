using System.CommandLine;
using System.Text.Json;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace JobLineage.Tests.Cli;

/// <summary>The query verbs from the command line to what is printed.</summary>
public sealed class LineageCommandsTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x";

    [Fact]
    public async Task Stats_prints_the_JSON_that_scripts_rely_on()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var ran = await RunAsync(["stats", "60", "--preset", "oban", "--connection", fixture.Database.ConnectionString, "--json"]);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        var json = JsonDocument.Parse(ran.Output).RootElement;
        Assert.Equal(["source", "root", "stages"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["path", "worker", "depth", "total", "counts"], json.GetProperty("stages")[0].EnumerateObject().Select(p => p.Name));
        var truth = RecordedData.ObanEnd.ReadTruth();
        Assert.Equal(truth.Root, json.GetProperty("root").GetString());
        var stages = json.GetProperty("stages").EnumerateArray().ToList();
        Assert.Equal(truth.Stages.Select(s => (s.Path, s.Worker, s.Depth, s.Total)), stages.Select(s => (
            s.GetProperty("path").GetString()!, s.GetProperty("worker").GetString()!, s.GetProperty("depth").GetInt32(), s.GetProperty("total").GetInt32())));
        Assert.Equal(
            truth.Stages.Select(s => string.Join(' ', s.Counts.OrderBy(c => c.Key).Select(c => $"{c.Key}={c.Value}"))),
            stages.Select(s => string.Join(' ', s.GetProperty("counts").EnumerateObject().OrderBy(c => c.Name).Select(c => $"{c.Name}={c.Value}"))));
    }

    [Fact]
    public async Task A_tree_shows_what_is_stuck_and_what_failed()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var ran = await RunAsync(["tree", "60"], Source("oban", fixture));
        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        Assert.StartsWith("SyncJob (1)  completed 1\n├─ MoviePageJob", ran.Output.Replace("└─ Movie", "├─ Movie"));
        Assert.Contains("MovieDetailJob (92)  available 61 ⚠ stuck · completed 29 · discarded 2 ✗ failing\n", ran.Output);
        Assert.Contains("GeocodeJob (19)  available 19 ⚠ stuck\n", ran.Output);
        Assert.Contains("294 of 498 ShowtimeProcessJobs failed (59 %).", ran.Output);
    }

    [Fact]
    public async Task Workers_that_differ_are_called_differently_and_nothing_hidden_reaches_a_terminal()
    {
        await using var fixture = await LineageFixture.ObanAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "One.Import", "completed"), (3, "2", "Two.Import", "completed"), (4, "1", "send@1.2.3", "completed"),
            (5, "1", "App.Evil\u202egnp\u200b\u001b[2J", "completed"));
        foreach (var verb in (string[][])[["tree", "1"], ["tree", "1", "--jobs"], ["stats", "1"], ["children", "1"], ["export", "1", "--format", "text"], ["export", "1", "--format", "mermaid"]])
        {
            var ran = await RunAsync(verb, Source("oban", fixture));
            Assert.Contains("send", ran.Output);
            Assert.True(verb[0] == "children" || ran.Output.Contains("Two.Import"), ran.Output);
            Assert.Contains(verb[0] == "children" ? "2  Import" : "One.Import", ran.Output);
            Assert.DoesNotContain(ran.Output, c => c != '\n' && !char.IsSurrogate(c) && Core.Model.VisibleText.IsHidden(new System.Text.Rune(c)));
        }

        var json = await RunAsync(["stats", "1", "--json"], Source("oban", fixture));
        Assert.DoesNotContain(json.Output, c => c != '\n' && !char.IsSurrogate(c) && Core.Model.VisibleText.IsHidden(new System.Text.Rune(c)));
        Assert.Contains("App.Evil\u202egnp\u200b\u001b[2J", JsonDocument.Parse(json.Output).RootElement.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("worker").GetString()));
        var error = (await RunAsync(["stats", "1", "--source", "no\u202e\u001b[2J"], Source("oban", fixture))).Error;
        Assert.DoesNotContain(error, c => c != '\n' && Core.Model.VisibleText.IsHidden(new System.Text.Rune(c)));
    }

    [Fact]
    public async Task A_tree_lists_jobs_from_a_job_on_and_says_what_it_leaves_out()
    {
        await using var fixture = await LineageFixture.ObanAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "2", "App.Detail", "available"), (4, "2", "App.Detail", "completed"), (5, "1", "App.Page", "executing"));
        var whole = await RunAsync(["tree", "3", "--jobs", "--limit", "4"], Source("oban", fixture));
        Assert.Equal(["1  Sync  completed", "├─ 2  Page  completed", "│  └─ 3  Detail  available", "└─ 5  Page  executing", "(1 of 5 jobs are not listed)"],
            whole.Output.TrimEnd('\n').Split('\n').Select(l => l.Split("  attempt")[0]));
        var below = await RunAsync(["tree", "2", "--jobs", "--from-here", "--ascii"], Source("oban", fixture));
        Assert.Equal(["2  Page  completed", "|- 3  Detail  available", "`- 4  Detail  completed"],
            below.Output.TrimEnd('\n').Split('\n').Select(l => l.Split("  attempt")[0]));
        var json = JsonDocument.Parse((await RunAsync(["tree", "2", "--json"], Source("oban", fixture))).Output).RootElement;
        Assert.Equal(["1", "2", "5", "3", "4"], json.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Children_and_ancestors_are_lists()
    {
        await using var fixture = await LineageFixture.ObanAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "2", "App.Detail", "available"));
        Assert.StartsWith("2  Page  completed", (await RunAsync(["children", "1"], Source("oban", fixture))).Output);
        var leaf = await RunAsync(["children", "3"], Source("oban", fixture));
        Assert.Equal((0, "", "Job 3 has no children.\n"), (leaf.ExitCode, leaf.Output, leaf.Error));
        var root = await RunAsync(["ancestors", "1"], Source("oban", fixture));
        Assert.Equal((0, "", "Job 1 is a root: there is nothing above it.\n"), (root.ExitCode, root.Output, root.Error));
        var way = JsonDocument.Parse((await RunAsync(["ancestors", "3", "--json"], Source("oban", fixture))).Output).RootElement;
        Assert.Equal(["1", "2"], way.GetProperty("ancestors").EnumerateArray().Select(j => j.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Any_prefix_and_any_preset_is_read_without_configuration()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanMid, "tenant-2");
        await RecordedData.ResearchMid.LoadAsync(fixture.Database);
        var connection = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString);
        var url = $"postgresql://{connection.Username}:{connection.Password}@{connection.Host}:{connection.Port}/{connection.Database}";
        if (!connection.Host!.StartsWith('/'))
        {
            var oban = await RunAsync(["stats", "60", "--preset", "oban", "--connection", url, "--schema", "tenant-2"]);
            Assert.Equal((0, ""), (oban.ExitCode, oban.Error));
            Assert.Contains("SyncJob/MoviePageJob/ShowtimeProcessJob", oban.Output);
        }

        var chain = await RunAsync(["tree", "37", "--preset", "research_jobs", "--connection", connection.ConnectionString]);
        Assert.StartsWith("albums (1)  completed 1\n└─ songs (1)  discarded 1 ✗ failing\n", chain.Output);
    }

    [Fact]
    public async Task What_a_connection_leaves_out_comes_from_the_environment()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        var there = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString);
        var environment = new Dictionary<string, string?> { ["PGHOST"] = there.Host, ["PGPORT"] = there.Port.ToString(), ["PGDATABASE"] = there.Database };
        var connection = new NpgsqlConnectionStringBuilder { Username = there.Username, Password = there.Password };
        var ran = await RunAsync(["stats", "1", "--preset", "oban", "--connection", connection.ConnectionString], environment: environment);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        Assert.Equal("Sync  1  completed 1\n", ran.Output);
    }

    [Fact]
    public async Task Rows_in_an_unknown_state_are_passed_over_and_named()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(
            """
            create table tasks (id int primary key, parent int, kind text, status text);
            insert into tasks values (1, null, 'A', 'completed'), (2, 1, 'B', 'paused'), (3, 1, 'B', 'paused'), (4, 1, 'B', 'available');
            """);
        var settings = Source("tasks", fixture, ("Table", "tasks"), ("State", "status"), ("Worker", "kind"), ("ParentId", "parent"));
        settings.Remove("JobLineage:Sources:tasks:Preset");
        var ran = await RunAsync(["stats", "1", "--json"], settings);
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("\"path\":\"A/B\",\"worker\":\"B\",\"depth\":2,\"total\":1,", ran.Output);
        Assert.Equal("2 rows of source 'tasks' were passed over: tasks state 'paused' is not a state this version knows; map it with JobLineage:Sources:tasks:States:paused.\n", ran.Error);
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_exit_code_1_and_a_word_that_is_no_id_is_2()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        foreach (var verb in (string[])["stats", "tree", "children", "ancestors"])
        {
            var missing = await RunAsync([verb, "99"], Source("oban", fixture));
            Assert.Equal((1, "", "There is no job 99 in source 'oban', and no job names it as its parent.\n"), (missing.ExitCode, missing.Output, missing.Error));
            var wrong = await RunAsync([verb, "abc"], Source("oban", fixture));
            Assert.Equal((2, "", "'abc' is not an id of source 'oban', whose ids are whole numbers.\n"), (wrong.ExitCode, wrong.Output, wrong.Error));
        }
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_exit_code_3_and_one_sentence()
    {
        var ran = await RunAsync(["stats", "1", "--preset", "oban", "--connection", Nowhere]);
        Assert.Equal((3, ""), (ran.ExitCode, ran.Output));
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("The database of source 'oban' can't be reached: ", ran.Error);
    }

    [Theory]
    [InlineData("stats 1", "No source is configured: set JobLineage:Sources:<name>, or give --preset and --connection.")]
    [InlineData("stats 1 --connection Host=x", "--connection needs --preset (oban, research_jobs, pg_boss, hangfire, procrastinate, que, dbos, graphile_worker, river, good_job, solid_queue), which says how the table is read.")]
    [InlineData("stats 1 --preset oben --connection Host=x", "--preset 'oben' is not a preset; did you mean oban?")]
    [InlineData("stats 1 --preset oban", "--connection is missing: give the database, such as postgres://host/database, or set PGHOST and PGDATABASE.")]
    [InlineData("stats 1 --preset oban --source a --connection Host=x", "--source and --preset exclude each other: a source of the configuration has its preset.")]
    public async Task What_the_command_line_lacks_is_said_in_one_sentence(string line, string sentence)
    {
        var ran = await RunAsync(line.Split(' '));
        Assert.Equal((2, "", sentence + "\n"), (ran.ExitCode, ran.Output, ran.Error));
    }

    [Fact]
    public async Task Configured_sources_are_chosen_by_name()
    {
        var settings = new Dictionary<string, string?>
        {
            ["JobLineage:Sources:a:Preset"] = "oban",
            ["JobLineage:Sources:a:ConnectionString"] = Nowhere,
            ["JobLineage:Sources:b:Preset"] = "oban",
            ["JobLineage:Sources:b:ConnectionString"] = Nowhere,
        };
        Assert.Equal("More than one source is configured (a, b): choose one with --source.\n", (await RunAsync(["stats", "1"], settings)).Error);
        Assert.Equal("--source 'c' is not configured; there are a, b.\n", (await RunAsync(["stats", "1", "--source", "c"], settings)).Error);
        Assert.StartsWith("The database of source 'b' can't be reached", (await RunAsync(["stats", "1", "--source", "B"], settings)).Error);
        settings["JobLineage:Sources:b:Tabel"] = "x";
        Assert.Equal((2, "JobLineage:Sources:b:Tabel is not a known key; did you mean Table?\n"), Short(await RunAsync(["stats", "1", "--source", "a"], settings)));
    }

    [Theory]
    [InlineData("install")]
    [InlineData("uninstall")]
    public async Task A_configured_source_without_a_database_is_enough_to_print_its_sql_and_not_to_run_it(string verb)
    {
        var settings = new Dictionary<string, string?> { ["JobLineage:Sources:a:Preset"] = "oban", ["JobLineage:Sources:a:Schema"] = "elsewhere" };

        var printed = await RunAsync([verb, "--print"], settings);
        Assert.Equal((0, ""), Short(printed));
        Assert.Contains("elsewhere", printed.Output);

        var ran = await RunAsync([verb], settings);
        Assert.Equal((2, ""), (ran.ExitCode, ran.Output));
        Assert.Contains("JobLineage:Sources:a:ConnectionString", ran.Error);
    }

    [Fact]
    public async Task An_error_of_a_row_is_a_sentence_that_names_it()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        var settings = Source("oban", fixture, ("Worker", "(1 / (id - id))::text"));
        var ran = await RunAsync(["stats", "1"], settings);
        Assert.Equal(1, ran.ExitCode);
        Assert.StartsWith("Worker of row 1 can't be read: division by zero (22012)", ran.Error);
        Assert.DoesNotContain("   at ", ran.Error);
    }

    [Fact]
    public async Task A_statement_that_fails_is_one_sentence_and_its_stack_trace_is_for_those_who_ask()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        // The fault is no row's: rows are not searched for it.
        await fixture.Database.ExecuteAsync(
            """
            create function worker_of(id bigint) returns text language plpgsql as $$
            begin
                raise exception 'postgres://ada:hunter2hunter2@db/jobs refuses' using errcode = 'invalid_authorization_specification';
            end $$
            """);
        var settings = Source("oban", fixture, ("Worker", "worker_of(id)"));

        var ran = await RunAsync(["stats", "1"], settings);
        var verbose = await RunAsync(["stats", "1", "--verbose"], settings);

        Assert.Equal((2, ""), (ran.ExitCode, ran.Output));
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("The database of source 'oban' refuses the user (", ran.Error);
        Assert.DoesNotContain("hunter2", ran.Error);
        Assert.Equal((2, ""), (verbose.ExitCode, verbose.Output));
        Assert.StartsWith(ran.Error, verbose.Error);
        Assert.Contains("PostgresException", verbose.Error);
        Assert.Contains("   at ", verbose.Error);
        Assert.DoesNotContain("hunter2", verbose.Error);
    }

    private static (int, string) Short((int ExitCode, string Output, string Error) ran) => (ran.ExitCode, ran.Error);

    [Theory]
    [InlineData("JobLineage:Digest:Crom", "hourly", "JobLineage:Digest:Crom is not a known key; did you mean Cron?")]
    [InlineData("JobLineage:Stuck:After", "soon", "JobLineage:Stuck:After is 'soon', which is not a duration; write it as 00:05:00.")]
    [InlineData("JobLineage:History:KeepRuns", "", "JobLineage:History:KeepRuns ")]
    [InlineData("JobLineage:Redact:0", "", "JobLineage:Redact:0 is empty; give a word that makes a key secret, such as password.")]
    [InlineData("JobLineage:Digest:Cron", "hourly", null)]
    [InlineData("ConnectionStrings:Store", "postgres://:bad:port", null)]
    public async Task A_verb_about_a_source_checks_all_keys_and_the_values_that_it_reads(string key, string value, string? sentence)
    {
        var settings = new Dictionary<string, string?> { ["JobLineage:Sources:oban:Preset"] = "oban", ["JobLineage:Sources:oban:ConnectionString"] = Nowhere, [key] = value };

        var ran = await RunAsync(["tree", "1"], settings);

        Assert.Equal(sentence is null ? ExitCodes.Unreachable : ExitCodes.Usage, ran.ExitCode);
        Assert.StartsWith(sentence ?? "The database of source 'oban' can't be reached", ran.Error);
        // With a preset of the command line nothing of it is read.
        Assert.Equal(ExitCodes.Unreachable, (await RunAsync(["tree", "1", "--preset", "oban", "--connection", Nowhere], settings)).ExitCode);
    }

    private static Dictionary<string, string?> Source(string name, LineageFixture fixture, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => $"JobLineage:Sources:{name}:{s.Key}", s => (string?)s.Value);
        all[$"JobLineage:Sources:{name}:Preset"] = "oban";
        all[$"JobLineage:Sources:{name}:ConnectionString"] = fixture.Database.ConnectionString;
        return all;
    }

    internal static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[] args, Dictionary<string, string?>? settings = null, Dictionary<string, string?>? environment = null)
    {
        var root = new RootCommand();
        root.Options.Add(new Option<bool>("--verbose") { Recursive = true });
        var setup = new QuerySetup
        {
            Configuration = () => new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build(),
            Environment = name => environment?.GetValueOrDefault(name),
        };
        foreach (var verb in LineageCommands.Create(setup))
            root.Subcommands.Add(verb);
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var parse = root.Parse(args);
        Assert.Empty(parse.Errors);
        var exitCode = await parse.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}
