using Dapper;
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
            Assert.Equal(oracle.Ancestors(any), job!.Ancestors.Select(a => a.Id));
            Assert.Equal(run.RootId, job.RootId);
            var children = oracle.Children(any).Where(oracle.IsCounted).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(children.Count, job.Children.Sum(c => c.Counts.Total));
            Assert.Superset(job.Children.SelectMany(c => c.Sample).Select(c => c.Id).ToHashSet(), children.ToHashSet());
            Assert.Equal(oracle.CutIds.Contains(any), job.Job.IsCycleCut);
        }

        await NothingIsLeftOverAsync(store);
    }

    /// <summary>Counters that are kept by differences must be what counting anew gives.</summary>
    private static async Task NothingIsLeftOverAsync(NpgsqlDataSource store)
    {
        await using var connection = await store.OpenConnectionAsync();
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from (
                select s.id from job_lineage.stage s
                left join job_lineage.job j on j.stage_id = s.id
                group by s.id
                having s.rows <> count(j.id) or s.rows = 0
                    or s.vanished <> count(j.id) filter (where j.flags & 4 <> 0)
                    or s.cycle_cuts <> count(j.id) filter (where j.flags & 8 <> 0)
                    or s.parents <> count(j.id) filter (where j.state = 5 and j.children > 0 and j.flags & 5 = 0)
                union all
                select e.from_stage from job_lineage.stage_edge e
                where e.jobs <= 0 or not exists (select from job_lineage.stage s where s.id = e.from_stage)
                union all
                select r.id from job_lineage.run r
                where r.rows <> (select count(*) from job_lineage.job j where j.run_id = r.id)
                union all
                select s.id from job_lineage.stage s where not exists (select from job_lineage.run r where r.id = s.run_id)
                union all
                select s.id from job_lineage.stage s
                left join lateral (
                    select count(t.ran), coalesce(sum(t.ran), 0), coalesce(sum(t.waited) filter (where t.ran is not null), 0),
                        coalesce(sum(t.expected) filter (where t.state = 5), 0), coalesce(sum(t.gap) filter (where t.state = 5), 0),
                        count(*) filter (where t.state = 5 and t.gap > 0), coalesce(sum(t.gap) filter (where t.state in (6, 7)), 0)
                    from (
                        select j.state, j.expected, greatest(j.expected - j.children, 0) as gap,
                            case when j.state = 5 then floor(greatest(extract(epoch from j.finished_at - j.attempted_at), 0) * 1000) end as ran,
                            floor(greatest(extract(epoch from j.attempted_at - j.scheduled_at), 0) * 1000) as waited
                        from job_lineage.job j where j.stage_id = s.id and j.flags & 5 = 0) t)
                    t (ran, ran_ms, waited_ms, expected, short_children, short_parents, lost) on true
                where (s.ran, s.ran_ms, s.waited_ms, s.expected, s.short_children, s.short_parents, s.lost_children)
                    is distinct from (t.ran, t.ran_ms, t.waited_ms, t.expected, t.short_children, t.short_parents, t.lost)
                union all
                select q.queue from job_lineage.queue q
                full join (
                    select j.source_id, j.queue, count(*) filter (where j.state = 0) as available, count(*) filter (where j.state = 3) as executing,
                        max(j.attempted_at) as attempted, max(j.finished_at) filter (where j.state in (5, 6)) as finished
                    from job_lineage.job j where j.flags & 5 = 0 group by 1, 2) t on t.source_id = q.source_id and t.queue = q.queue
                where (coalesce(q.available, 0), coalesce(q.executing, 0)) is distinct from (coalesce(t.available, 0), coalesce(t.executing, 0))
                    or t.attempted > q.last_attempted_at or t.attempted is not null and q.last_attempted_at is null
                    or t.finished > q.last_finished_at or t.finished is not null and q.last_finished_at is null
                union all
                select 0 from job_lineage.job j
                left join job_lineage.node n on n.source_id = j.source_id and n.name = j.attempted_by
                where j.attempted_by is not null and j.flags & 1 = 0 and (n.name is null or n.last_seen_at < j.attempted_at)
                union all
                select 0 from job_lineage.job p
                where p.children <> (select count(*) from job_lineage.job c
                    where c.source_id = p.source_id and c.parent_id = p.id and c.flags & 8 = 0)
            ) wrong
            """));
    }
}
