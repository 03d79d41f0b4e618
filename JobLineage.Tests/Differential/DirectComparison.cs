using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Tests.Differential;

/// <summary>Compares what the direct queries say of a table, in every way in which they find jobs, with an oracle.</summary>
public static class DirectComparison
{
    /// <summary>Jobs that are asked about, in each way.</summary>
    private const int Asked = 5;

    public static async Task EqualAsync(RandomTable table, NpgsqlDataSource source, Random random)
    {
        var oracle = table.Now();
        var runs = oracle.Runs().Values.ToList();
        var alone = oracle.Alone();
        foreach (var way in table.Ways)
        {
            await using (var prepare = source.CreateCommand(way.Length == 0 ? "select" : way))
                await prepare.ExecuteNonQueryAsync();
            var queries = new LineageQueries(table.Probed, source);
            for (var i = 0; i < Asked && runs.Count > 0; i++)
            {
                var run = runs[random.Next(runs.Count)];
                // Roots (which may be missing) more often than others: they are the odd ones.
                await RunAsync(queries, oracle, run, random.Next(4) == 0 ? run.RootId : run.Jobs[random.Next(run.Jobs.Count)]);
            }

            if (oracle.CutIds.Count > 0)
            {
                var cut = oracle.CutIds.ElementAt(random.Next(oracle.CutIds.Count));
                if (!oracle.IsAlone(cut))
                    await RunAsync(queries, oracle, runs.Single(r => r.RootId == cut), cut);
            }

            if (alone.Count > 0)
                await AloneAsync(queries, alone[random.Next(alone.Count)]);
            await NobodyAsync(queries, table.Probed.IdKind);
        }
    }

    public static (string, string?, string, string, int, StateCounts, long, long, long) Facts(Stage s) =>
        (s.Path, s.ParentPath, s.Worker, s.Name, s.Depth, s.Counts, s.CycleCuts, s.Childless, s.Vanished);

    private static async Task RunAsync(LineageQueries queries, ILineageOracle oracle, OracleRun run, string id)
    {
        var stats = (await queries.GetPipelineStatsAsync(id))!.Run;
        Assert.Equal(run.RootId, stats.RootId);
        Assert.Equal(run.Stages, stats.Stages.Select(s => new OracleStage(s.Path, s.Worker, s.Depth, s.Counts)));
        Assert.Equal(
            run.Edges.OrderBy(e => e.Key).Select(e => (e.Key.From, e.Key.To, e.Value)),
            stats.Edges.OrderBy(e => (e.From, e.To)).Select(e => (e.From, e.To, e.Jobs)));
        Assert.Equal(run.Stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts), stats.Counts);

        var tree = (await queries.GetJobTreeAsync(id))!;
        Assert.Equal(run.Jobs.Count, tree.TotalNodes);
        Assert.Equal(run.Jobs.Order(StringComparer.Ordinal), tree.Nodes.Select(n => n.Job.Id).Order(StringComparer.Ordinal));
        Assert.Equal(stats.Stages.Select(Facts), tree.Run.Stages.Select(Facts));
        foreach (var node in tree.Nodes.Take(20))
            Assert.Equal(oracle.Ancestors(node.Job.Id).LastOrDefault(), node.ParentId);

        var ancestors = oracle.Ancestors(id);
        Assert.Equal(ancestors, (await queries.GetAncestorsAsync(id))!.Ancestors.Select(j => j.Id));
        Assert.Equal(ancestors.Count + 1, tree.Nodes.Single(n => n.Job.Id == id).Depth);
        var expected = oracle.Children(id).Order(StringComparer.Ordinal).ToList();
        var children = (await queries.GetChildrenAsync(id))!;
        Assert.Equal(expected, children.Jobs.Select(j => j.Id).Order(StringComparer.Ordinal));
        Assert.Equal(expected.Count, children.Total);
        Assert.Equal(expected.Count, children.Workers.Values.Sum(c => c.Total));
        Assert.Equal(oracle.CutIds.Contains(id), (await queries.GetAncestorsAsync(id))!.Job.IsCycleCut);

        var here = (await queries.GetJobTreeAsync(id, fromHere: true))!;
        Assert.Equal(id, here.Root.Job.Id);
        Assert.Equal(expected, here.ChildrenOf(id).Select(n => n.Job.Id).Order(StringComparer.Ordinal));
    }

    private static async Task AloneAsync(LineageQueries queries, OracleJob job)
    {
        var run = (await queries.GetPipelineStatsAsync(job.Id))!.Run;
        Assert.Equal((job.Id, job.Worker, default(StateCounts).Add(job.State)), (run.RootId, run.Worker, run.Counts));
        Assert.Empty((await queries.GetChildrenAsync(job.Id))!.Jobs);
        Assert.Empty((await queries.GetAncestorsAsync(job.Id))!.Ancestors);
    }

    private static async Task NobodyAsync(LineageQueries queries, JobIdKind kind)
    {
        var nobody = kind switch { JobIdKind.BigInt => "987654321", JobIdKind.Uuid => "00000000-0000-0000-0000-00000000000a", _ => "nobody" };
        Assert.Null(await queries.GetPipelineStatsAsync(nobody));
        Assert.Null(await queries.GetChildrenAsync(nobody));
        Assert.Null(await queries.GetAncestorsAsync(nobody));
    }
}
