using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Tests.Differential;

/// <summary>Compares all that the store says of a source with an oracle.</summary>
public static class StoreComparison
{
    public static async Task EqualAsync(ILineageOracle oracle, NpgsqlDataSource store, Random random)
    {
        var reader = new RunReader(store, new DiagnosisOptions(), TimeProvider.System);
        var expected = oracle.Runs();
        var page = await reader.ListRunsAsync(new() { PageSize = 100_000 }, default);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), page.Runs.Select(r => r.RootId).Order(StringComparer.Ordinal));
        Assert.Equal(
            oracle.Singles().OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value)),
            page.Singles.OrderBy(s => s.Worker, StringComparer.Ordinal).Select(s => (s.Worker, s.Counts)));
        foreach (var run in expected.Values)
        {
            var any = run.Jobs[random.Next(run.Jobs.Count)];
            var actual = await reader.FindRunAsync("forest", any, default);
            Assert.NotNull(actual);
            Assert.Equal(run.RootId, actual.RootId);
            Assert.Equal(run.Stages, actual.Stages.Select(s => new OracleStage(s.Path, s.Worker, s.Depth, s.Counts)));
            Assert.Equal(
                run.Edges.OrderBy(e => e.Key).Select(e => (e.Key.From, e.Key.To, e.Value)),
                actual.Edges.OrderBy(e => (e.From, e.To)).Select(e => (e.From, e.To, e.Jobs)));
            var summary = page.Runs.Single(r => r.RootId == run.RootId);
            Assert.Equal(run.Stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts), summary.Counts);
            Assert.Equal(run.Stages.Count, summary.Stages);
            var job = await reader.FindJobAsync("forest", any, default);
            // Of a long way up the first and the nearest are listed.
            var up = oracle.Ancestors(any);
            var omitted = Math.Max(0, up.Count - JobView.FirstAncestors - JobView.NearAncestors);
            Assert.Equal(omitted, job!.AncestorsOmitted);
            Assert.Equal(omitted == 0 ? up : [.. up.Take(JobView.FirstAncestors), .. up.TakeLast(JobView.NearAncestors)], job.Ancestors.Select(a => a.Id));
            Assert.Equal(run.RootId, job.RootId);
            var children = oracle.Children(any).Where(oracle.IsCounted).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(children.Count, job.Children.Sum(c => c.Counts.Total));
            Assert.Superset(job.Children.SelectMany(c => c.Sample).Select(c => c.Id).ToHashSet(), children.ToHashSet());
            Assert.Equal(oracle.CutIds.Contains(any), job.Job.IsCycleCut);
        }
    }
}
