using System.Text.Json;
using System.Text.Json.Nodes;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Contract;

/// <summary>The shapes that leave the program, and how they are written.</summary>
public sealed class ShapeTests
{
    private static readonly Job Job = new()
    {
        Source = "oban",
        Id = "7",
        ParentId = "1",
        Worker = "App.Page",
        State = JobState.Discarded,
        Args = "{\"page\": 1.0,\n \"name\": \"<ż>\"}",
        Meta = "{\"half\":\"\\ud800\",\n\"a\":1}",
        AttemptedAt = SomeRuns.Noon,
        FinishedAt = SomeRuns.Noon.AddTicks(12_345_670),
        IsCycleCut = true,
    };

    [Fact]
    public void Every_shape_is_in_the_one_context()
    {
        var shapes = typeof(RunAnswer).Assembly.GetExportedTypes()
            .Where(t => t.Namespace == typeof(RunAnswer).Namespace && (t.Name.EndsWith("Answer") || t.Name.EndsWith("Event"))).ToList();

        Assert.True(shapes.Count > 50, $"{shapes.Count} shapes");
        Assert.All(shapes, shape => Assert.True(ContractContext.Default.GetTypeInfo(shape) is not null, $"{shape.Name} is in no shape that ContractContext knows"));
    }

    [Fact]
    public void Times_have_one_form_wherever_they_stand()
    {
        var time = new DateTimeOffset(2026, 3, 14, 14, 0, 0, 500, TimeSpan.FromHours(2));
        var run = SomeRuns.Run() with
        {
            AsOf = time,
            Findings = [new(FindingKind.Stuck, null, "It is.", new Dictionary<string, object?> { ["since"] = time, ["first"] = new Dictionary<string, object?> { ["at"] = time } }, [])],
        };

        foreach (var options in new[] { ContractJson.Api, ContractJson.File })
        {
            var answer = JsonSerializer.SerializeToElement(RunAnswer.Of(run), options);
            var evidence = answer.GetProperty("findings")[0].GetProperty("evidence");
            Assert.All(
                [answer.GetProperty("asOf"), evidence.GetProperty("since"), evidence.GetProperty("first").GetProperty("at")],
                told => Assert.Equal("2026-03-14T12:00:00.5Z", told.GetString()));
        }
    }

    [Fact]
    public void What_is_unknown_is_null_in_an_answer_and_left_out_of_a_file()
    {
        var single = Job with { ParentId = null, IsCycleCut = false, Args = null };
        var answer = JsonSerializer.SerializeToElement(JobAnswer.Of(single), ContractJson.Api);
        var file = JsonSerializer.SerializeToElement(JobAnswer.Of(single), ContractJson.File);

        Assert.Equal((JsonValueKind.Null, JsonValueKind.False, 0), (answer.GetProperty("args").ValueKind, answer.GetProperty("isCut").ValueKind, answer.GetProperty("errors").GetArrayLength()));
        Assert.All(["args", "isCut", "errors", "queue", "parentId", "parent", "isCycleCut", "cycleCut"], name => Assert.False(file.TryGetProperty(name, out _), name));
        Assert.All(["stage", "depth", "errorId", "parentId"], name => Assert.Equal((name, JsonValueKind.Null), (name, answer.GetProperty(name).ValueKind)));
        Assert.All(["parent", "cycleCut", "missing"], name => Assert.False(answer.TryGetProperty(name, out _), name));
        Assert.Equal(JsonValueKind.Null, JsonSerializer.SerializeToElement(FindingAnswer.Of(new(FindingKind.Stuck, null, "It is.", new Dictionary<string, object?>(), [])), ContractJson.Api).GetProperty("alsoStages").ValueKind);
    }

    [Fact]
    public void What_was_not_read_is_not_said_to_be_nothing()
    {
        var failed = Job with { Errors = [new(1, SomeRuns.Noon, "boom")], IsCut = true };
        var seen = new JobChildren(Job, [failed], new Dictionary<string, StateCounts>(), 1, new Dictionary<string, long>()).ToAnswer().Children[0];
        var answer = JsonSerializer.SerializeToElement(seen, ContractJson.Api);
        var file = JsonSerializer.SerializeToElement(seen, ContractJson.File);

        Assert.All(["errors", "isCut", "priority", "args", "meta"], name =>
        {
            Assert.Equal((name, JsonValueKind.Null), (name, answer.GetProperty(name).ValueKind));
            Assert.False(file.TryGetProperty(name, out _), name);
        });
        // Its row was read from the source.
        Assert.Equal(JsonValueKind.False, answer.GetProperty("isGone").ValueKind);
    }

    [Fact]
    public void Nothing_is_known_of_a_job_that_was_never_seen_and_no_state_of_one_that_cannot_be_read()
    {
        var missing = JsonSerializer.SerializeToElement(JobAnswer.Of(new Job { Source = "oban", Id = "7", IsMissing = true }), ContractJson.Api);
        var blind = JsonSerializer.SerializeToElement(JobAnswer.Of(Job with { IsMissing = true, IsBlind = true, Priority = 3 }), ContractJson.Api);

        Assert.All(["state", "attempt", "maxAttempts"], name => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (missing.GetProperty(name).ValueKind, blind.GetProperty(name).ValueKind)));
        Assert.All(["worker", "priority", "errors", "isCut"], name => Assert.Equal((name, JsonValueKind.Null), (name, missing.GetProperty(name).ValueKind)));
        Assert.Equal((false, true, true), (missing.GetProperty("isBlind").GetBoolean(), blind.GetProperty("isBlind").GetBoolean(), blind.GetProperty("isMissing").GetBoolean()));
        Assert.Equal(("App.Page", 3), (blind.GetProperty("worker").GetString(), blind.GetProperty("priority").GetInt32()));
        Assert.Equal(["id", "isMissing", "missing", "nativeId"], Names(JsonSerializer.SerializeToNode(JobAnswer.Of(new Job { Source = "oban", Id = "7", IsMissing = true }), ContractJson.File)!).Order(StringComparer.Ordinal));
        // A queue may call its workers nothing; that is known.
        Assert.Equal("", JsonSerializer.SerializeToElement(JobAnswer.Of(Job with { Worker = "" }), ContractJson.File).GetProperty("worker").GetString());
    }

    [Fact]
    public void An_older_name_says_the_same_for_one_release()
    {
        foreach (var options in new[] { ContractJson.Api, ContractJson.File })
        {
            Same(JobAnswer.Of(Job), ("parentId", "parent"), ("isCycleCut", "cycleCut"));
            Same(JobAnswer.Of(Job with { IsMissing = true }), ("isMissing", "missing"));
            Same(new SpanAnswer(1, 2, 3), ("p50Seconds", "median"), ("p95Seconds", "p95"));
            Same(new ToldFailureAnswer(1, "oban", "7", "1", "App.Sync", null, "App.Page", 1, 3, 17, "boom", SomeRuns.Noon, false), ("root", "rootId"), ("errorId", "fingerprint"));

            void Same<T>(T shape, params (string Name, string Older)[] names)
            {
                var json = JsonSerializer.SerializeToElement(shape, options);
                Assert.All(names, n => Assert.Equal(json.GetProperty(n.Name).GetRawText(), json.GetProperty(n.Older).GetRawText()));
            }
        }
    }

    [Fact]
    public void Json_of_a_queue_is_what_it_is_in_a_file_and_one_escaped_line_in_an_answer()
    {
        var answer = JsonSerializer.Serialize(JobAnswer.Of(Job), ContractJson.Api);
        var file = JsonSerializer.Serialize(JobAnswer.Of(Job), ContractJson.File);

        Assert.Contains($"\"args\":{Job.Args},\"meta\":{Job.Meta}", file);
        Assert.Contains("""{"page":1.0,"name":"\u003C\u017C\u003E"}""", answer);
        // A line is a message in a stream of events, whatever a queue stores.
        Assert.DoesNotContain(answer, c => c is '\n' or '\r' or '<');
        Assert.Contains("""{"half":"\ud800", "a":1}""", answer);
        // Whole pairs are text, however they are written, and so is a backslash before what only looks like one.
        Assert.Equal("""["\uD83E\uDD16","\uD83E\uDD16","\\ud800"]""", JsonSerializer.Serialize(RawJson.Of("[\"\\ud83e\\uDD16\",\n\"\ud83e\udd16\", \"\\\\ud800\"]"), ContractJson.Api));
        foreach (var text in new[] { "{\"cut", "", "no", "{\"a\":1} x", "[1,]", "[\"\\ud800\",]" })
            Assert.Equal(JsonSerializer.Serialize(text), JsonSerializer.Serialize(RawJson.Of(text), ContractJson.Api));
        Assert.Equal("\"123\"", JsonSerializer.Serialize(RawJson.Of("123", isText: true), ContractJson.File));
        Assert.Equal("123", JsonSerializer.Serialize(RawJson.Of("123"), ContractJson.File));
    }

    [Fact]
    public void Spans_are_seconds_to_the_microsecond()
    {
        var job = JsonSerializer.SerializeToElement(JobAnswer.Of(Job with { ScheduledAt = SomeRuns.Noon.AddTicks(-10) }), ContractJson.File);

        Assert.Equal(("1.234567", "0.000001"), (job.GetProperty("ranSeconds").GetRawText(), job.GetProperty("waitedSeconds").GetRawText()));
        var third = TimeSpan.FromTicks(3_333_333);
        foreach (var options in new[] { ContractJson.Api, ContractJson.File })
        {
            var span = JsonSerializer.SerializeToElement(SpanAnswer.Of(new(third, 5 * third, 3)), options);
            Assert.Equal(["0.333333", "1.666666", "0.333333", "1.666666"], new[] { "p50Seconds", "p95Seconds", "median", "p95" }.Select(name => span.GetProperty(name).GetRawText()));
            var point = JsonSerializer.SerializeToElement(PipelinePointAnswer.Of(new(2, 1, third, TimeSpan.FromSeconds(50))), options);
            Assert.Equal(("0.333333", "50"), (point.GetProperty("meanRunSeconds").GetRawText(), point.GetProperty("meanWaitSeconds").GetRawText()));
        }
    }

    [Fact]
    public async Task A_job_is_one_shape_in_the_api_in_a_file_and_in_a_terminal()
    {
        var answer = Names(JsonSerializer.SerializeToNode(JobAnswer.Of(Job, "S", 3), ContractJson.Api)!);
        await using var export = SomeExports.Export(new Core.Runs.ExportedJob(Job, "S", 3));
        using var output = new MemoryStream();
        await ExportFormat.Json.WriteAsync(export, output);
        var exported = JsonNode.Parse(output.ToArray())!["jobs"]![0]!;

        Assert.Subset(answer, Names(exported));
        Assert.All(exported.AsObject(), member => Assert.True(member.Value is not null, member.Key));
    }

    private static HashSet<string> Names(JsonNode node) => [.. node.AsObject().Select(m => m.Key)];
}
