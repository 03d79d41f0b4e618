using System.Text.Json;
using System.Text.Json.Nodes;
using JobLineage.Core.Export;
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
        Assert.All(["parent", "cycleCut", "missing", "stage", "depth", "errorId"], name => Assert.False(answer.TryGetProperty(name, out _), name));
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
        foreach (var text in new[] { "{\"cut", "", "no", "{\"a\":1} x", "[1,]" })
            Assert.Equal(JsonSerializer.Serialize(text), JsonSerializer.Serialize(RawJson.Of(text), ContractJson.Api));
        Assert.Equal("\"123\"", JsonSerializer.Serialize(RawJson.Of("123", isText: true), ContractJson.File));
        Assert.Equal("123", JsonSerializer.Serialize(RawJson.Of("123"), ContractJson.File));
    }

    [Fact]
    public void Spans_are_seconds_to_the_microsecond()
    {
        var job = JsonSerializer.SerializeToElement(JobAnswer.Of(Job with { ScheduledAt = SomeRuns.Noon.AddTicks(-10) }), ContractJson.File);

        Assert.Equal(("1.234567", "0.000001"), (job.GetProperty("ranSeconds").GetRawText(), job.GetProperty("waitedSeconds").GetRawText()));
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
