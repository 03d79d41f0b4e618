using JobLineage.Core.Diagnosis;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class ExaminedRunsTests
{
    private readonly ExaminedRuns examined = new();
    private readonly List<long[]> reads = [];

    [Fact]
    public async Task A_run_is_read_once_for_each_of_its_versions()
    {
        Assert.Equal([1, 2], (await OfAsync((1, 10), (2, 10))).Keys.Order());
        Assert.Equal([1, 2, 3], (await OfAsync((1, 10), (2, 11), (3, 10))).Keys.Order());
        Assert.Equal([10L, 11L, 10L], (await OfAsync((1, 10), (2, 11), (3, 10))).OrderBy(r => r.Key).Select(r => r.Value.Run.Version));
        Assert.Equal([[1, 2], [2, 3]], reads);
    }

    [Fact]
    public async Task What_is_kept_has_a_limit_and_nothing_is_lost_by_it()
    {
        var all = Enumerable.Range(1, 30_000).Select(id => ((long)id, 10L)).ToArray();
        for (var round = 0; round < 2; round++)
            Assert.Equal(all.Length, (await OfAsync(all)).Count);
        Assert.Equal(2, reads.Count);
        Assert.InRange(reads[1].Length, 1, all.Length - 1);
    }

    [Fact]
    public async Task A_run_that_changes_all_the_time_pushes_no_other_out()
    {
        await OfAsync((2, 10));
        for (var version = 0; version < 30_000; version++)
            await OfAsync((1, version));
        reads.Clear();
        await OfAsync((2, 10));
        Assert.Empty(reads);
    }

    private Task<Dictionary<long, AssembledRun>> OfAsync(params (long Id, long Version)[] runs) => examined.OfAsync(runs, ids =>
    {
        reads.Add(ids);
        var versions = runs.ToDictionary(r => r.Id, r => r.Version);
        return Task.FromResult(ids.ToDictionary(id => id, id => new AssembledRun(SomeRuns.Run() with { Version = versions[id] }, RunFacts.None, 1, 1)));
    });
}
