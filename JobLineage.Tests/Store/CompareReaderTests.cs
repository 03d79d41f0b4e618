using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;
using JobLineage.Tests.Views;

namespace JobLineage.Tests.Store;

/// <summary>Pairs of runs, read from a store.</summary>
public sealed class CompareReaderTests
{
    [Fact]
    public async Task The_recorded_run_at_two_moments_differs_by_what_was_counted_independently()
    {
        var (before, after) = (await RecordedAsync(RecordedData.ObanMid), await RecordedAsync(RecordedData.ObanEnd));

        var runs = RunComparer.Compare(before, after);

        var (mid, end) = (Totals(RecordedData.ObanMid), Totals(RecordedData.ObanEnd));
        Assert.Equal(mid.Keys.Union(end.Keys).Order(StringComparer.Ordinal), runs.Stages.Select(s => s.Path).Order(StringComparer.Ordinal));
        Assert.All(runs.Stages, s => Assert.Equal(end.GetValueOrDefault(s.Path) - mid.GetValueOrDefault(s.Path), s.Jobs));
        Assert.Contains(runs.Stages, s => s.Jobs > 0);
        // The errors are those of the jobs, told apart by the store's own counters.
        var groups = runs.Errors.Where(e => e.After is not null).ToList();
        Assert.NotEmpty(groups);
        Assert.Equal(after.Errors.Sum(e => e.Jobs), groups.Sum(e => e.After!.Jobs));
        Assert.Contains(runs.Errors, e => e.Kind is ChangeKind.Added or ChangeKind.More);
        Assert.Contains(runs.Highlights, h => h.IsBad);
        Assert.Empty(runs.Args);
        Assert.All(runs.Stages.Where(s => s.Path.EndsWith("MoviePageJob", StringComparison.Ordinal)), s => Assert.NotNull(s.After!.Spans?.Running));
    }

    [Fact]
    public async Task Times_of_a_stage_are_the_middle_and_95_of_100_of_its_finished_jobs()
    {
        await using var fixture = await ViewsFixture.CreateAsync([
            new(1, null, "Root"), .. Enumerable.Range(1, 100).Select(n => new Row(1 + n, 1, "Leaf", Due: 0, Began: 10, Ended: 10 + n)),
            new(200, 1, "Leaf", "executing", Began: 1)]);

        var side = await Reader(fixture.Store).FindSideAsync("oban", "50", default);

        var spans = side!.Spans["Root/Leaf"];
        Assert.Equal((100, 10, 50.5), (spans.Sampled, spans.Waiting!.Median.TotalSeconds, spans.Running!.Median.TotalSeconds));
        Assert.Equal(95.05, spans.Running.P95.TotalSeconds, 6);
    }

    [Fact]
    public async Task The_last_good_run_is_the_one_before_in_which_nothing_failed()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            // Good, good, one failed, another failed, another pipeline, still going on, the one that asks, a later one.
            [.. Run(100, 0), .. Run(200, 100, "cancelled"), .. Run(300, 200, "discarded"), .. Run(400, 300, "discarded"), .. Run(500, 400, root: "Other"),
                .. Run(600, 500, "executing"), .. Run(700, 600, "discarded"), .. Run(800, 700)]);
        var reader = Reader(fixture.Store);

        Assert.Equal("200", await reader.FindLastGoodAsync("oban", "701", default));
        Assert.Equal("700", (await fixture.Store.RunAsync("701")).RootId);
        Assert.Equal("200", await reader.FindLastGoodAsync("oban", "300", default));
        Assert.Equal("100", await reader.FindLastGoodAsync("oban", "200", default));
        Assert.Null(await reader.FindLastGoodAsync("oban", "100", default));
        Assert.Equal("200", await reader.FindLastGoodAsync("oban", "600", default));
        Assert.Equal("700", (await reader.CompareAsync("oban", "200", "701", default))!.After.RootId);

        static Row[] Run(long id, double at, string state = "completed", string root = "Root") =>
            [new(id, null, root, Due: at, Began: at + 1, Ended: at + 2), new(id + 1, id, "Leaf", state, at + 2, at + 3, at + 4)];
    }

    [Fact]
    public async Task A_single_is_compared_as_a_run_of_one_and_what_is_unknown_is_null()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new Row(1, null, "Mail", "discarded") { Error = "boom" }, new Row(2, null, "Mail"), new Row(3, null, "Root"), new Row(4, 3, "Leaf"));
        var reader = Reader(fixture.Store);

        var runs = await reader.CompareAsync("oban", "2", "1", default);

        Assert.Equal("Mail Same 0", string.Join(", ", runs!.Stages.Select(s => $"{s.Path} {s.Kind} {s.Jobs}")));
        Assert.Equal((ChangeKind.Added, "Mail", 1), (runs.Errors.Single().Kind, runs.Errors.Single().Stage, runs.Errors.Single().After!.Jobs));
        Assert.Equal(["Root Added", "Root/Leaf Added", "Mail Removed"], (await reader.CompareAsync("oban", "1", "3", default))!.Stages.Select(s => $"{s.Path} {s.Kind}"));
        Assert.Null(await reader.CompareAsync("oban", "1", "99", default));
        Assert.Null(await reader.CompareAsync("nobody", "1", "2", default));
        Assert.Null(await reader.FindLastGoodAsync("oban", "1", default));
        Assert.Equal(("1", "2"), await reader.FindPairAsync("oban", [("99", "1"), ("1", "2"), ("2", "1")], default));
        Assert.Null(await reader.FindPairAsync("oban", [("99", "1")], default));
    }

    private static CompareReader Reader(StoreFixture fixture) => new(fixture.Store, fixture.Reader);

    private static async Task<RunSide> RecordedAsync(RecordedData data)
    {
        await using var fixture = await StoreFixture.CreateAsync(data);
        await fixture.FilledAsync();
        return (await Reader(fixture).FindSideAsync("oban", "60", default))!;
    }

    private static Dictionary<string, long> Totals(RecordedData data) => data.ReadTruth().Stages.ToDictionary(s => s.Path, s => (long)s.Total);
}
