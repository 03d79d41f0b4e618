using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Xunit.Abstractions;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>Inference on what a real queue wrote, with its parent ids taken away.</summary>
public sealed class RecordedInferenceTests(ITestOutputHelper output)
{
    private const string Forget = "update oban_jobs set meta = meta - 'parent_job_id'";

    [Theory]
    [InlineData("mid", null, 0.985)]
    [InlineData("mid", "source_id", 0.985)]
    [InlineData("end", null, 0.985)]
    [InlineData("end", "source_id", 0.985)]
    public async Task A_recorded_run_is_found_again_and_what_is_sure_is_right(string moment, string? by, double least)
    {
        await using var fixture = await LineageFixture.CreateAsync(moment == "mid" ? RecordedData.ObanMid : RecordedData.ObanEnd);
        var truth = await TruthAsync(fixture, "60");
        await fixture.Database.ExecuteAsync(Forget);

        var run = (await InferenceFixture.OfAsync(fixture)).InferAsync("60", by);
        var score = new InferenceScore();
        score.Add((await run)!, truth);

        output.WriteLine($"{moment} by {(await run)!.Key}\n{score}\n{string.Join('\n', score.Wrong)}");
        Assert.True(score.LinkPrecision >= least && score.LinkRecall >= least, score.ToString());
        Assert.True(score.MemberPrecision >= 0.995 && score.MemberRecall >= 0.995, score.ToString());
        Assert.True(score.Sure >= truth.Count * 0.75, score.ToString());
        Assert.Equal(0, score.WrongAndSure);
    }

    [Fact]
    public async Task Where_parents_were_pruned_what_is_wrong_is_not_sure()
    {
        await using var whole = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var truth = await TruthAsync(whole, "60");
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanPruned);
        var left = (await fixture.Database.ScalarAsync<string[]>("select array_agg(id::text) from oban_jobs"))!.ToHashSet();
        foreach (var gone in truth.Keys.Where(id => !left.Contains(id)).ToList())
            truth.Remove(gone);
        await fixture.Database.ExecuteAsync(Forget);

        var run = (await (await InferenceFixture.OfAsync(fixture)).InferAsync("60"))!;
        var score = new InferenceScore();
        score.Add(run, truth);

        output.WriteLine(score.ToString());
        Assert.Equal(0, score.WrongAndSure);
        Assert.True(score.MemberPrecision >= 0.99, score.ToString());
        // The parents of these are gone: nobody can name them, and nobody does for sure.
        var orphans = run.Jobs.Where(j => truth.TryGetValue(j.Job.Id, out var parent) && !left.Contains(parent)).ToList();
        Assert.NotEmpty(orphans);
        Assert.DoesNotContain(orphans, j => j.Certainty == Certainty.Sure);
    }

    [Fact]
    public async Task Links_that_are_recorded_are_kept_and_count_for_the_others()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var truth = await TruthAsync(fixture, "60");
        // What was inserted before tracking began.
        await fixture.Database.ExecuteAsync(Forget + " where id < 400");
        var run = (await (await InferenceFixture.OfAsync(fixture)).InferAsync("60"))!;
        var score = new InferenceScore();
        score.Add(run, truth);

        output.WriteLine(score.ToString());
        Assert.Equal(0, score.WrongAndSure);
        Assert.True(score.LinkPrecision >= 0.985, score.ToString());
        var recorded = run.Jobs.Where(j => j.IsRecorded).ToList();
        Assert.True(recorded.Count > 200, $"{recorded.Count}");
        Assert.All(recorded, j => Assert.Equal((truth[j.Job.Id], 1.0), (j.ParentId!, j.Confidence)));
        Assert.Contains(run.Jobs.SelectMany(j => j.Evidence), e => e.Contains("MoviePageJob spawns ShowtimeProcessJob in"));
    }

    [Fact]
    public async Task The_stages_are_those_of_the_recorded_run()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.Database.ExecuteAsync(Forget);
        var run = (await (await InferenceFixture.OfAsync(fixture)).InferAsync("60"))!;
        var expected = RecordedData.ObanEnd.ReadTruth().Stages.ToDictionary(s => s.Path, s => s.Total);
        Assert.Subset(run.Run.Stages.Select(s => s.Path).ToHashSet(), expected.Keys.ToHashSet());
        Assert.Equal(expected, run.Run.Stages.Where(s => expected.ContainsKey(s.Path)).ToDictionary(s => s.Path, s => (int)s.Total));
        // A job of another pipeline that nothing sets apart is shown, as unsure.
        Assert.All(run.Stages.Where(s => !expected.ContainsKey(s.Path)), s => Assert.Equal(0, s.Sure + s.Likely));
        Assert.Equal(["sync", "source_id"], run.Keys.Select(k => k.Key));
    }

    /// <summary>The descendants of a job by the parents that the rows name.</summary>
    private static async Task<Dictionary<string, string>> TruthAsync(LineageFixture fixture, string root)
    {
        var tree = (await (await fixture.QueriesAsync()).GetJobTreeAsync(root, fromHere: true))!;
        return tree.Nodes.Where(n => n.ParentId is not null).ToDictionary(n => n.Job.Id, n => n.ParentId!);
    }
}

/// <summary>Inference over a table of a test.</summary>
internal static class InferenceFixture
{
    public static async Task<InferenceQueries> OfAsync(LineageFixture fixture, SourceMapping? mapping = null) =>
        new((await fixture.QueriesAsync(mapping)).Source, fixture.Connections, new Redaction());
}
