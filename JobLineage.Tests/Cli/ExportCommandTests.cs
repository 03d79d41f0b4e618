using System.Text.Json;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Export;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Cli;

/// <summary><c>export</c> from the command line to the file.</summary>
public sealed class ExportCommandTests
{
    [Fact]
    public async Task Json_fits_the_schema_and_has_every_job_with_its_arguments_and_errors()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);

        var ran = await RunAsync(fixture, "60");

        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        var json = JsonDocument.Parse(ran.Output).RootElement;
        Assert.Empty(RunExportTests.Schema().Check(json));
        var truth = RecordedData.ObanEnd.ReadTruth();
        Assert.Equal(truth.Stages.ToDictionary(s => s.Path, s => s.Total), json.GetProperty("jobs").EnumerateArray().GroupBy(j => j.GetProperty("stage").GetString()!).ToDictionary(g => g.Key, g => g.Count()));
        Assert.Equal(752, json.GetProperty("jobCount").GetInt32());
        Assert.All(json.GetProperty("jobs").EnumerateArray(), job => Assert.Equal(JsonValueKind.Object, job.GetProperty("args").ValueKind));
        Assert.All(json.GetProperty("jobs").EnumerateArray().Where(j => j.GetProperty("state").GetString() == "discarded"), job => Assert.NotEqual(0, job.GetProperty("errors").GetArrayLength()));
        Assert.Contains("stuck", json.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Csv_of_a_stage_and_a_state_is_a_file_that_is_whole()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        using var folder = new TempFolder();
        var file = folder.Below("failed.csv");

        var ran = await RunAsync(fixture, "60", "--format", "csv", "--output", file, "--stage", "SyncJob/MoviePageJob/ShowtimeProcessJob", "--state", "discarded");

        Assert.Equal((0, "", $"294 of 752 jobs are in {file}.\n"), (ran.ExitCode, ran.Output, ran.Error));
        var rows = CsvText.Named(await File.ReadAllTextAsync(file));
        Assert.Equal(294, rows.Count);
        Assert.All(rows, row => Assert.Equal("discarded", row["state"]));
        Assert.Equal(["failed.csv"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_unless_it_is_to_be_replaced_and_nothing_half_is_left()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        using var folder = new TempFolder();
        var file = folder.Below("run.json");
        await File.WriteAllTextAsync(file, "mine");

        var kept = await RunAsync(fixture, "1", "--output", file);
        Assert.Equal((2, $"--output '{file}' is there already: --force puts the new file in its place.\n"), (kept.ExitCode, kept.Error));
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
        Assert.Equal(1, (await RunAsync(fixture, "99", "--output", file, "--force")).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
        Assert.Equal(1, (await RunAsync(fixture, "1", "--output", file, "--force", "--stage", "Nope")).ExitCode);

        Assert.Equal(0, (await RunAsync(fixture, "1", "--output", file, "--force")).ExitCode);
        Assert.Equal(1, JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("jobCount").GetInt32());
        Assert.Equal(["run.json"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Equal(2, (await RunAsync(fixture, "1", "--output", folder.Below("no/such/folder/x"))).ExitCode);
        Assert.Equal(2, (await RunAsync(fixture, "1", "--output", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task Text_and_mermaid_go_to_the_output()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"));

        var text = await RunAsync(fixture, "2", "--format", "text", "--output", "-");
        Assert.Contains("Sync (1)  completed 1\n└─ Page (1)  available 1", text.Output);
        Assert.EndsWith("\n2 of 2 jobs are listed.\n", text.Output);
        var chart = await RunAsync(fixture, "1", "--format", "Mermaid");
        Assert.StartsWith("flowchart LR\n  s0[\"Sync<br/>completed 1\"]\n", chart.Output);
    }

    [Fact]
    public async Task A_filter_finds_what_the_page_finds()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        async Task<List<string>> Ids(params string[] arguments)
        {
            var ran = await RunAsync(fixture, ["60", "--format", "csv", .. arguments]);
            Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
            return [.. CsvText.Named(ran.Output).Select(row => row["id"])];
        }

        var failed = await Ids("--filter", "state:discarded worker:ShowtimeProcessJob");
        Assert.Equal(294, failed.Count);
        Assert.Equal(failed, await Ids("--filter", "worker:ShowtimeProcessJob older:1m", "--state", "discarded"));
        Assert.Empty(await Ids("--filter", "newer:1s"));
        Assert.Equal(failed[..2], await Ids("--filter", $"id:{failed[0]},{failed[1]} below:60"));
        Assert.Empty(await Ids("--filter", $"id:{failed[0]} below:{failed[0]}"));
        Assert.Empty(await Ids("--filter", "error:\"no such words\""));
        var row = CsvText.Named((await RunAsync(fixture, "60", "--format", "csv", "--filter", $"id:{failed[0]}")).Output).Single();
        Assert.Contains(failed[0], await Ids("--filter", $"error:{JsonSerializer.Serialize(row["last_error"].Split(' ')[0])} state:discarded"));
        var argument = JsonDocument.Parse(row["args"]).RootElement.EnumerateObject().First(p => p.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String);
        Assert.Contains(failed[0], await Ids("--filter", $"args.{argument.Name}:{JsonSerializer.Serialize(argument.Value.ToString())} state:discarded"));
        var json = await RunAsync(fixture, "60", "--filter", "state:discarded eu");
        Assert.Equal("state:discarded eu", JsonDocument.Parse(json.Output).RootElement.GetProperty("selection").GetProperty("filter").GetString());
    }

    [Theory]
    [InlineData("sate:discarded", "--filter: 'sate:' is no word of a filter; did you mean state:?")]
    [InlineData("error:#17", "--filter: error:#17 is a number of the dashboard's store")]
    [InlineData("state:completed", "--filter: 'state:' is said twice", "--state", "discarded")]
    [InlineData("eu", "--filter chooses jobs, and --format mermaid draws stages.", "--format", "mermaid")]
    public async Task A_filter_that_cannot_be_used_is_said_before_anything_is_read(string filter, string said, params string[] arguments)
    {
        var error = new StringWriter();

        Assert.Equal(2, await CommandLine.RunAsync(["export", "1", "--filter", filter, .. arguments], new StringWriter(), error));
        Assert.Contains(said, error.ToString());
    }

    [Theory]
    [InlineData("--format", "xml")]
    [InlineData("--state", "broken")]
    [InlineData("--format", "mermaid", "--state", "completed")]
    [InlineData("--bom")]
    [InlineData("--json")]
    public async Task What_cannot_be_asked_for_is_said_before_anything_is_read(params string[] arguments)
    {
        var error = new StringWriter();

        Assert.Equal(2, await CommandLine.RunAsync(["export", "1", .. arguments], new StringWriter(), error));
        Assert.NotEmpty(error.ToString());
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(LineageFixture fixture, params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var root = new System.CommandLine.RootCommand();
        root.Options.Add(new System.CommandLine.Option<bool>("--verbose") { Recursive = true });
        foreach (var verb in LineageCommands.Create(new() { Configuration = () => new ConfigurationBuilder().Build() }))
            root.Subcommands.Add(verb);
        var parse = root.Parse(["export", .. arguments, "--preset", "oban", "--connection", fixture.Database.ConnectionString]);
        Assert.Empty(parse.Errors);
        var exit = await parse.InvokeAsync(new() { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }
}
