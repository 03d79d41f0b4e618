using System.Text.Json;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Cli;

/// <summary>The jobs that a filter finds, in the tree of their run.</summary>
public sealed class TreeFilterTests
{
    [Fact]
    public async Task Jobs_that_match_stand_below_those_that_lead_to_them_and_these_in_brackets()
    {
        await using var fixture = await RunAsync();

        Assert.Equal(
            """
            [1  Sync  completed]
            ├─ [2  Page  completed]
            │  └─ 3  Detail  discarded
            └─ 6  Page  discarded
            2 of 6 jobs match state:discarded; those in brackets lead there.
            """, await TextAsync(fixture, "4", "--filter", "state:discarded"));
        // Who leads there and matches is in no brackets.
        Assert.Equal(
            """
            1  Sync  completed
            `- 2  Page  completed
               `- 4  Detail  completed
            3 of 6 jobs match state:completed.
            """, await TextAsync(fixture, "4", "--ascii", "--filter", "state:completed"));
        Assert.Equal(
            """
            [2  Page  completed]
            └─ 3  Detail  discarded
            1 of 3 jobs matches state:discarded; those in brackets lead there.
            """, await TextAsync(fixture, "2", "--from-here", "--filter", "state:discarded"));
        Assert.Equal("0 of 6 jobs match state:cancelled.", await TextAsync(fixture, "1", "--filter", "state:cancelled"));
        Assert.Equal(
            """
            [1  Sync  completed]
            └─ 6  Page  discarded
            (1 of 2 matching jobs are not listed)
            2 of 6 jobs match state:discarded; those in brackets lead there.
            """, await TextAsync(fixture, "1", "--limit", "1", "--filter", "state:discarded"));
        Assert.Equal("0 of 6 jobs match \"\ufffd[2J\".", (await TextAsync(fixture, "1", "--filter", "\"\u001b[2J x\"")).Replace(" x", ""));
    }

    [Fact]
    public async Task As_JSON_they_are_marked_that_only_lead_there()
    {
        await using var fixture = await RunAsync();

        var json = await JsonAsync(fixture, "4", "--filter", "state:discarded");
        Assert.Equal((6, 2, "state:discarded", false), (json.GetProperty("total").GetInt32(), json.GetProperty("matching").GetInt32(), json.GetProperty("filter").GetString(), json.GetProperty("truncated").GetBoolean()));
        Assert.Equal(
            [("1", true), ("2", true), ("6", false), ("3", false)],
            json.GetProperty("jobs").EnumerateArray().Select(job => (job.GetProperty("id").GetString(), job.TryGetProperty("isOnTheWay", out var way) && way.GetBoolean())));
        // What is counted is the run's, as without a filter.
        Assert.Equal(6, json.GetProperty("stages").EnumerateArray().Sum(stage => stage.GetProperty("total").GetInt32()));

        var whole = await JsonAsync(fixture, "4");
        Assert.False(whole.TryGetProperty("matching", out _) || whole.TryGetProperty("filter", out _));
        Assert.DoesNotContain(whole.GetProperty("jobs").EnumerateArray(), job => job.TryGetProperty("isOnTheWay", out _));

        var ran = await LineageCommandsTests.RunAsync([.. Arguments(fixture, "4", "--json", "--limit", "1", "--filter", "state:discarded")]);
        Assert.True(JsonDocument.Parse(ran.Output).RootElement.GetProperty("truncated").GetBoolean());
        Assert.Contains("1 of 2 matching jobs are listed; --limit lists more.", ran.Error);
    }

    [Fact]
    public async Task They_are_the_jobs_that_an_export_has()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var found = 0;
        foreach (var filter in new[] { "state:discarded worker:ShowtimeProcessJob", "state:discarded error:movie", "args.source_id:1", "eu state:completed", "below:61 older:1m", "stage:SyncJob", "id:60" })
        {
            var exported = (await LineageCommandsTests.RunAsync(["export", "60", "--preset", "oban", "--connection", fixture.Database.ConnectionString, "--filter", filter])).Output;
            var ids = JsonDocument.Parse(exported).RootElement.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()!).Order().ToList();
            var jobs = (await JsonAsync(fixture, "60", "--limit", "100000", "--filter", filter)).GetProperty("jobs").EnumerateArray().ToList();

            Assert.Equal((filter, string.Join(' ', ids)), (filter, string.Join(' ', jobs.Where(job => !job.TryGetProperty("isOnTheWay", out _)).Select(job => job.GetProperty("id").GetString()!).Order())));
            // Each but the root stands below one that is there, and each that only leads there leads to something.
            var there = jobs.Select(job => job.GetProperty("id").GetString()).ToHashSet();
            var above = jobs.Select(job => job.TryGetProperty("parentId", out var parent) ? parent.GetString() : null).ToList();
            Assert.All(above.Where(parent => parent is not null), parent => Assert.Contains(parent, there));
            Assert.All(jobs.Where(job => job.TryGetProperty("isOnTheWay", out _)), job => Assert.Contains(job.GetProperty("id").GetString(), above));
            found += ids.Count;
        }

        Assert.True(found > 300, $"{found}");
    }

    [Theory]
    [InlineData("sate:discarded", "--filter: 'sate:' is no word of a filter; did you mean state:?")]
    [InlineData("error:#17", "--filter: error:#17 is a number of the dashboard's store")]
    public async Task A_filter_that_cannot_be_used_is_said_before_anything_is_read(string filter, string said)
    {
        var error = new StringWriter();

        Assert.Equal(ExitCodes.Usage, await CommandLine.RunAsync(["tree", "1", "--filter", filter], new StringWriter(), error));
        Assert.Contains(said, error.ToString());
    }

    [Fact]
    public async Task A_stage_that_the_run_has_not_is_said()
    {
        await using var fixture = await RunAsync();

        var ran = await LineageCommandsTests.RunAsync([.. Arguments(fixture, "1", "--filter", "stage:Sync/None")]);

        Assert.Equal((ExitCodes.NotFound, ""), (ran.ExitCode, ran.Output));
        Assert.Contains("The run of job 1 has no stage 'Sync/None'; `joblineage stats` lists them.", ran.Error);
    }

    private static Task<LineageFixture> RunAsync() => LineageFixture.ObanAsync(
        (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "completed"), (3, "2", "App.Detail", "discarded"), (4, "2", "App.Detail", "completed"),
        (5, "1", "App.Page", "executing"), (6, "1", "App.Page", "discarded"));

    private static IEnumerable<string> Arguments(LineageFixture fixture, params string[] arguments) =>
        ["tree", .. arguments, "--preset", "oban", "--connection", fixture.Database.ConnectionString];

    /// <summary>What is printed, without attempts and times.</summary>
    private static async Task<string> TextAsync(LineageFixture fixture, params string[] arguments)
    {
        var ran = await LineageCommandsTests.RunAsync([.. Arguments(fixture, arguments)]);
        Assert.Equal((ExitCodes.Ok, ""), (ran.ExitCode, ran.Error));
        return string.Join('\n', ran.Output.TrimEnd('\n').Split('\n').Select(line => line.Split("  attempt") is [var job, _] ? job + (line.EndsWith(']') ? "]" : "") : line));
    }

    private static async Task<JsonElement> JsonAsync(LineageFixture fixture, params string[] arguments)
    {
        var ran = await LineageCommandsTests.RunAsync([.. Arguments(fixture, [.. arguments, "--json"])]);
        Assert.Equal((ExitCodes.Ok, ""), (ran.ExitCode, ran.Error));
        return JsonDocument.Parse(ran.Output).RootElement;
    }
}
