using JobLineage.Core.Lineage.Inference;
using Xunit.Abstractions;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>Inference on random runs beside each other, of which the truth is known.</summary>
public sealed class SimulatedInferenceTests(ITestOutputHelper output)
{
    private const int Trials = 6;

    // The least that each must reach: below what was measured, so that a better model does not fail and a worse one does.
    [Theory]
    [InlineData("keyed", 0.0, 1, 0.98, 0.8)]
    [InlineData("keyed", 0.1, 3, 0.98, 0.8)]
    [InlineData("keyed", 0.3, 5, 0.96, 0.7)]
    [InlineData("handed", 0.1, 3, 0.97, 0.8)]
    [InlineData("handed", 0.3, 5, 0.95, 0.7)]
    [InlineData("silent", 0.1, 3, 0.6, 0.1)]
    public void What_is_sure_is_right(string kind, double failing, int roots, double precision, double sure)
    {
        var pipeline = kind switch { "keyed" => SimulatedRuns.Keyed, "handed" => SimulatedRuns.Handed, _ => SimulatedRuns.Silent };
        var score = new InferenceScore();
        for (var seed = 0; seed < Trials; seed++)
            SimulatedRuns.Score(score, SimulatedRuns.Random(new(seed), pipeline, failing, roots));

        output.WriteLine($"{kind}, {failing:P0} failing, {roots} at a time\n{score}");
        Assert.True(score.SurePrecision >= 0.99, $"{score}\n{string.Join('\n', score.Wrong.Where(w => w.StartsWith("Sure", StringComparison.Ordinal)))}");
        Assert.True(score.LinkPrecision >= precision && score.LinkRecall >= precision, score.ToString());
        Assert.True(score.Sure >= score.Links * (sure - 0.05), score.ToString());
        Assert.True(score.PrecisionOf(Certainty.Likely) >= 0.6, score.ToString());
    }

    [Fact]
    public void A_clock_of_whole_seconds_makes_nothing_sure_and_little_wrong()
    {
        var score = new InferenceScore();
        for (var seed = 0; seed < Trials; seed++)
            SimulatedRuns.Score(score, SimulatedRuns.Random(new(seed), SimulatedRuns.Keyed, 0.1, 3, TimeSpan.FromSeconds(1)));
        output.WriteLine(score.ToString());
        Assert.Equal(0, score.Sure);
        Assert.True(score.LinkPrecision >= 0.9 && score.MemberRecall >= 0.9, score.ToString());
    }

    [Fact]
    public void The_same_rows_give_the_same_answer_in_any_order()
    {
        var jobs = SimulatedRuns.Random(new(7), SimulatedRuns.Keyed);
        var root = jobs.First(j => j.Worker == SimulatedRuns.Keyed).Id;
        var input = SimulatedQueue.Input(jobs, root);
        var shuffled = input.Rows.ToArray();
        new Random(1).Shuffle(shuffled);
        Assert.Equal(Links(new LineageInference(input)), Links(new LineageInference(input with { Rows = shuffled })));

        static IEnumerable<(string, string?, double)> Links(LineageInference inference) =>
            inference.Infer()!.Jobs.Select(j => (j.Job.Id, j.ParentId, j.Confidence)).OrderBy(l => l.Id);
    }
}
