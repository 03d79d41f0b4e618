using System.Text.Json;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Cli;

/// <summary><c>infer</c> from the command line to what is printed.</summary>
public sealed class InferCommandTests
{
    [Fact]
    public async Task Without_a_key_the_best_is_used_and_the_others_are_told()
    {
        await using var fixture = await ForgetfulAsync();
        var ran = await RunAsync(fixture, "infer", "60");
        Assert.Equal(0, ran.ExitCode);
        Assert.StartsWith("Keys that fit:\n  --by sync  0.", ran.Error);
        Assert.Contains("--by source_id", ran.Error);
        Assert.StartsWith("Inferred from arguments and times, not recorded: by sync = kk-2026-11-22-1-434, the best-fitting key.\n", ran.Output);
        Assert.Contains("\nSyncJob (1)  completed 1\n├─ MoviePageJob (89)", ran.Output.Replace("└─ Movie", "├─ Movie"));
        Assert.Contains("[inferred: sure 1.00; ", ran.Output);
        Assert.Contains("\nwhy\n", ran.Output);
        Assert.Contains("\nunsure (", ran.Output);
        // Every stage but the root's is marked.
        Assert.All(ran.Output.Split('\n').Where(l => l.Contains("─ ")), l => Assert.Contains("[inferred: ", l));
    }

    [Fact]
    public async Task Json_and_jobs_are_marked_too()
    {
        await using var fixture = await ForgetfulAsync();
        var ran = await RunAsync(fixture, "infer", "60", "--by", "source_id", "--window", "1h", "--json", "--jobs");
        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        var json = JsonDocument.Parse(ran.Output).RootElement;
        Assert.Equal(("source_id", "13", true), (json.GetProperty("by").GetString(), json.GetProperty("value").GetString(), json.GetProperty("inferred").GetBoolean()));
        Assert.All(json.GetProperty("jobs").EnumerateArray().Skip(1), j => Assert.True(j.GetProperty("inferred").GetBoolean()));
        var jobs = await RunAsync(fixture, "infer", "60", "--by", "sync", "--jobs", "--ascii");
        Assert.All(jobs.Output.Split('\n').Where(l => l.Contains("- ") && l.Contains("  attempt")), l => Assert.Contains("[inferred: ", l));
    }

    [Fact]
    public async Task Sql_is_printed_and_not_run()
    {
        await using var fixture = await ForgetfulAsync();
        var ran = await RunAsync(fixture, "infer", "60", "--sql");
        Assert.Equal((0, ""), (ran.ExitCode, ran.Error));
        Assert.Contains("begin;\n", ran.Output);
        Assert.Contains("""and job."meta"->>'parent_job_id' is null;""", ran.Output);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from oban_jobs where meta ? 'parent_job_id'"));
    }

    [Theory]
    [InlineData("infer 60 --by nothing", 2, "keys that fit: sync, source_id")]
    [InlineData("infer 999999", 1, "There is no job 999999")]
    [InlineData("infer abc", 2, "is not an id")]
    public async Task What_cannot_be_answered_is_a_sentence(string line, int exitCode, string sentence)
    {
        await using var fixture = await ForgetfulAsync();
        var ran = await RunAsync(fixture, line.Split(' '));
        Assert.Equal((exitCode, ""), (ran.ExitCode, ran.Output));
        Assert.Contains(sentence, ran.Error);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("2h", 7200)]
    [InlineData("7d", 604800)]
    [InlineData("8d", null)]
    [InlineData("0h", null)]
    [InlineData("2", null)]
    [InlineData("h", null)]
    [InlineData("-1h", null)]
    [InlineData("2147483647d", null)]
    public void A_window_is_a_number_and_a_unit(string text, int? seconds)
    {
        Assert.Equal(seconds, (int?)WindowText.Parse(text)?.TotalSeconds);
        if (WindowText.Parse(text) is { } window)
            Assert.Equal(window, WindowText.Parse(WindowText.Of(window)));
    }

    private static async Task<LineageFixture> ForgetfulAsync()
    {
        var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.Database.ExecuteAsync("update oban_jobs set meta = meta - 'parent_job_id'");
        return fixture;
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(LineageFixture fixture, params string[] args) =>
        LineageCommandsTests.RunAsync([.. args, "--preset", "oban", "--connection", fixture.Database.ConnectionString]);
}
