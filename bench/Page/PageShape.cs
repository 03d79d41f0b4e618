using System.Globalization;

namespace JobLineage.Bench.Page;

/// <summary>Jobs of one stage: those with the ids from <paramref name="First"/> on.</summary>
/// <param name="Worker">Their worker.</param>
/// <param name="First">The first id.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Above">The first id of the parents' stage; 0 for the root.</param>
/// <param name="AboveCount">How many parents there are: job k is the child of the parent k modulo this.</param>
/// <param name="IsChain">Each is the child of the one before, of the same worker: a recurrence, however deep, is one stage.</param>
internal sealed record PageStage(string Worker, long First, long Count, long Above, long AboveCount, bool IsChain);

/// <summary>A run that a page is opened for.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Stages">Its stages, the root's first.</param>
internal sealed record PageShape(string Name, IReadOnlyList<PageStage> Stages)
{
    /// <summary>1,000 jobs in four stages: what most runs are like.</summary>
    public static readonly PageShape Small = Of("1,000 jobs, 4 stages", 1, 4, 1_000, largest: 700, chain: 0);

    /// <summary>1,000 jobs in as many stages as the large run has: what is left between the two is the number of jobs alone.</summary>
    public static readonly PageShape Wide = Of("1,000 jobs, 200 stages", 10_001, 200, 1_000, largest: 300, chain: 300);

    /// <summary>1,000,000 jobs in 200 stages, 500,000 of them in one, and a chain of 300 jobs below each other.</summary>
    public static readonly PageShape Large = Of("1,000,000 jobs, 200 stages", 100_001, 200, 1_000_000, largest: 500_000, chain: 300);

    public static readonly IReadOnlyList<PageShape> All = [Small, Wide, Large];

    /// <summary>The id of the root.</summary>
    public long Root => Stages[0].First;

    /// <summary>All jobs.</summary>
    public long Jobs => Stages.Sum(stage => stage.Count);

    // The stages hang below each other in threes; the second is the largest, the last one the chain.
    private static PageShape Of(string name, long root, int stages, long jobs, long largest, int chain)
    {
        var list = new List<PageStage> { new("Bench.Jobs.SyncJob", root, 1, 0, 1, false) };
        var plain = stages - 2 - (chain > 0 ? 1 : 0);
        var left = jobs - 1 - largest - chain;
        for (var i = 1; i <= plain + 1; i++)
        {
            var before = list[^1];
            var above = list[(i - 1) / 3];
            var count = i == 1 ? largest : left / plain + (i - 2 < left % plain ? 1 : 0);
            list.Add(new(
                string.Create(CultureInfo.InvariantCulture, $"Bench.Jobs.Stage{i:000}Job"),
                before.First + before.Count, count, above.First, above.Count, false));
        }

        if (chain > 0)
            list.Add(new("Bench.Jobs.PaginateJob", list[^1].First + list[^1].Count, chain, root, 1, true));
        return new(name, list);
    }
}
