using System.Text.Json;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>Situations made to mislead.</summary>
public sealed class InferenceTrapTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_two_roots_at_once_with_the_same_value_neither_is_surely_the_parent()
    {
        var rows = new List<(LineageRow, string?)> { Row(1, "App.Sync", 0, 0.1, 10, new { source_id = 7 }), Row(2, "App.Sync", 0.001, 0.1, 10, new { source_id = 7 }) };
        for (var n = 0; n < 20; n++)
            rows.Add(Row(10 + n, "App.Page", 1 + n * 0.4, 12, 13, new { source_id = 7, page = $"page-{n}" }));
        var run = Infer(rows, "1");
        Assert.Equal(21, run.Jobs.Count);
        Assert.All(run.Jobs.Skip(1), j => Assert.Equal(Certainty.Unsure, j.Certainty));
        Assert.All(run.Jobs.Skip(1), j => Assert.Contains(j.Rivals, r => r.Id == "2"));
        Assert.Contains(run.Jobs[1].Evidence, e => e.Contains("may also be a child of 2"));
        Assert.Contains(run.Notes, n => n.Contains("1 other job of the same worker"));
    }

    [Fact]
    public void Of_two_roots_at_once_the_value_tells_whose_child_is_whose()
    {
        var rows = new List<(LineageRow, string?)> { Row(1, "App.Sync", 0, 0.1, 10, new { source_id = 7 }), Row(2, "App.Sync", 0.001, 0.1, 10, new { source_id = 8 }) };
        for (var n = 0; n < 20; n++)
            rows.Add(Row(10 + n, "App.Page", 1 + n * 0.4, 12, 13, new { source_id = n % 2 == 0 ? 7 : 8 }));
        var run = Infer(rows, "1");
        Assert.Equal("source_id", run.Key);
        Assert.True(run.Keys[0].Separates);
        Assert.Equal(10, run.Jobs.Count(j => j.ParentId == "1"));
        Assert.Equal(11, run.Jobs.Count);
    }

    [Fact]
    public void A_child_inserted_long_after_its_parent_is_found_by_its_value_and_is_not_sure()
    {
        var rows = new List<(LineageRow, string?)> { Row(1, "App.Sync", 0, 0.1, 2, new { sync = "abc-1" }) };
        for (var n = 0; n < 8; n++)
            rows.Add(Row(10 + n, "App.Page", 0.5 + n * 0.1, 3, 4, new { sync = "abc-1" }));
        rows.Add(Row(40, "App.Page", 1800, 1801, 1802, new { sync = "abc-1" }));
        var late = Infer(rows, "1").Jobs.Single(j => j.Job.Id == "40");
        Assert.NotEqual(Certainty.Sure, late.Certainty);
        Assert.True(late.Confidence <= 0.6);
    }

    [Fact]
    public void Children_of_an_earlier_attempt_are_told_apart_by_what_they_carry()
    {
        var rows = new List<(LineageRow, string?)> { Row(1, "App.Sync", 0, 0.1, 5, new { sync = "abc-1" }) };
        for (var n = 0; n < 40; n++)
            rows.Add(Row(10 + n, "App.Page", 0.5 + n * 0.01, n == 0 ? 60 : 2 + n * 0.5, n == 0 ? 61 : 3 + n * 0.5, new { sync = "abc-1", slug = $"film-{n}" }, attempt: n == 0 ? 2 : 1));
        for (var n = 0; n < 40; n++)
            rows.Add(Row(60 + n, "App.Detail", n == 0 ? 2.2 : 2.3 + n * 0.5, 70, 71, new { slug = $"film-{n}" }));
        var run = Infer(rows, "1");
        Assert.All(run.Jobs.Where(j => j.Depth == 3), j => Assert.Equal(int.Parse(j.Job.Id) - 50, int.Parse(j.ParentId!)));
        Assert.Contains(run.Jobs.Single(j => j.Job.Id == "60").Evidence, e => e.Contains("before the last attempt of 10, which has had 2"));
    }

    [Fact]
    public void The_next_root_with_the_same_value_ends_the_window()
    {
        var rows = new List<(LineageRow, string?)>
        {
            Row(1, "App.Sync", 0, 0.1, 5, new { source_id = 7 }), Row(2, "App.Page", 1, 6, 7, new { source_id = 7 }),
            Row(3, "App.Sync", 900, 900.1, 905, new { source_id = 8 }), Row(4, "App.Page", 901, 906, 907, new { source_id = 8 }),
            Row(5, "App.Sync", 1800, 1800.1, 1805, new { source_id = 7 }), Row(6, "App.Page", 1801, 1806, 1807, new { source_id = 7 }),
        };
        var run = Infer(rows, "1", "source_id");
        Assert.Equal(["1", "2"], run.Jobs.Select(j => j.Job.Id));
        Assert.Equal(("5", 3), (run.Window.NextRoot, run.Window.Examined));
    }

    [Fact]
    public void Without_times_nothing_is_sure()
    {
        var jobs = SimulatedRuns.Random(new(3), SimulatedRuns.Keyed, roots: 1);
        var root = jobs.First(j => j.Worker == SimulatedRuns.Keyed);
        foreach (var change in (Func<LineageRow, LineageRow>[])[
            r => r with { InsertedAt = null, ScheduledAt = null, AttemptedAt = null, FinishedAt = null },
            r => r with { AttemptedAt = null, FinishedAt = null },
            r => r with { InsertedAt = r.Id == root.Id ? null : r.InsertedAt }])
        {
            var run = new LineageInference(SimulatedQueue.Input(jobs, root.Id, change)).Infer()!;
            var score = new InferenceScore();
            score.Add(run, SimulatedRuns.Truth(jobs, root));
            Assert.True(score.MemberRecall > 0.9, score.ToString());
            Assert.Equal(0, score.WrongAndSure);
        }

        var blind = new LineageInference(SimulatedQueue.Input(jobs, root.Id, r => r with { InsertedAt = null, AttemptedAt = null, FinishedAt = null })).Infer()!;
        Assert.DoesNotContain(blind.Jobs.Skip(1), j => j.Certainty == Certainty.Sure);
        Assert.Contains(blind.Notes, n => n.Contains("does not say when"));
    }

    [Fact]
    public void A_job_that_never_ran_has_no_children()
    {
        var rows = new List<(LineageRow, string?)>
        {
            (new() { Id = "1", Worker = "App.Sync", StateWord = "available", InsertedAt = Noon }, """{"source_id":7}"""),
            Row(2, "App.Mail", 5, 6, 7, new { to = "a" }),
        };
        var run = Infer(rows, "1");
        Assert.Single(run.Jobs);
        Assert.Contains(run.Notes, n => n.Contains("has not run"));
    }

    [Fact]
    public void A_recorded_child_of_another_run_is_left_alone()
    {
        var rows = new List<(LineageRow, string?)>
        {
            Row(1, "App.Sync", 0, 0.1, 5, new { source_id = 7 }), Row(2, "App.Page", 1, 6, 7, new { source_id = 7 }, parent: "999"),
            Row(3, "App.Page", 1, 6, 7, new { source_id = 7 }, parent: "1"), Row(4, "App.Page", 1.2, 6, 7, new { source_id = 7 }),
        };
        var run = Infer(rows, "1");
        Assert.Equal(["1", "3", "4"], run.Jobs.Select(j => j.Job.Id));
        Assert.Equal((true, 1.0), (run.Jobs[1].IsRecorded, run.Jobs[1].Confidence));
        Assert.False(run.Jobs[2].IsRecorded);
    }

    [Theory]
    [InlineData("""{"a.b":"value-1"}""", "\"a.b\"", "a.b")]
    [InlineData("""{"we\"ird":"value-1"}""", "\"we\\\"ird\"", "we\"ird")]
    [InlineData("""{"$1":"value-1"}""", "\"$1\"", "$1")]
    [InlineData("""{"klucz ż 🎬":"value-1"}""", null, "klucz ż 🎬")]
    [InlineData("""{"'; drop table oban_jobs; --":"value-1"}""", "\"'; drop table oban_jobs; --\"", "'; drop table oban_jobs; --")]
    [InlineData("""{"up\n":{"in":"value-1"}}""", null, null)]
    public void Any_key_can_be_named_as_it_is_suggested_and_as_it_stands(string args, string? name, string? plain)
    {
        var value = Assert.Single(ArgsValues.Of(args));
        if (name is not null)
            Assert.Equal(name, value.Path);
        Assert.Equal(value.Path, ArgsPath.Text(ArgsPath.Parse(value.Path)!));
        var rows = new List<(LineageRow, string?)> { Row(1, "App.Sync", 0, 0.1, 5, null, json: args) };
        for (var n = 2; n < 6; n++)
            rows.Add(Row(n, "App.Page", n * 0.5, 6, 7, null, json: args));
        Assert.Equal(value.Path, Infer(rows, "1").Key);
        foreach (var by in new[] { value.Path, plain }.OfType<string>())
        {
            var run = Infer(rows, "1", by);
            Assert.Equal(("value-1", 5), (run.KeyValue, run.Jobs.Count));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("a.b.c.d")]
    public void What_is_no_path_is_none(string text) => Assert.Null(ArgsPath.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("[1,2]")]
    [InlineData("\"text\"")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\\ud800\":1}")]
    [InlineData("{\"a\":true,\"b\":null,\"c\":\"\",\"token\":\"[redacted]\"}")]
    public void Arguments_that_say_nothing_are_read_without_harm(string args) => Assert.Empty(ArgsValues.Of(args));

    private static InferredRun Infer(List<(LineageRow, string?)> rows, string root, string? key = null) => new LineageInference(new()
    {
        Source = new(Presets.Oban("trap"), JobIdKind.BigInt, "bigint", null, true),
        RootId = root,
        Rows = rows,
        Key = key,
        Window = TimeSpan.FromHours(2),
        AsOf = Noon.AddHours(3),
    }).Infer()!;

    private static (LineageRow, string?) Row(
        int id, string worker, double inserted, double began, double ended, object? args, int attempt = 1, string? parent = null, string? json = null) => (new()
        {
            Id = $"{id}",
            Parent = parent,
            Worker = worker,
            StateWord = "completed",
            InsertedAt = Noon.AddSeconds(inserted).AddTicks(id * 10),
            AttemptedAt = Noon.AddSeconds(began),
            FinishedAt = Noon.AddSeconds(ended),
            Attempt = attempt,
            MaxAttempts = 20,
        }, json ?? JsonSerializer.Serialize(args));
}
