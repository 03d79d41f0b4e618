using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class EdgeReaderTests
{
    private const string Page = "SyncJob/PageJob";

    [Fact]
    public async Task The_fan_out_is_counted_over_completed_parents_and_those_without_a_child_are_named()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync(
            (1, null, "App.SyncJob", "completed"),
            (10, "1", "App.PageJob", "completed"), (11, "1", "App.PageJob", "completed"), (12, "1", "App.PageJob", "completed"),
            (13, "1", "App.PageJob", "completed"), (14, "1", "App.PageJob", "executing"), (15, "1", "App.PageJob", "discarded"),
            (20, "10", "App.DetailJob", "completed"), (21, "10", "App.DetailJob", "available"), (22, "10", "App.DetailJob", "discarded"),
            (23, "11", "App.DetailJob", "completed"), (24, "14", "App.DetailJob", "completed"),
            (30, "12", "App.ShowJob", "completed"), (31, "10", "App.ShowJob", "completed"));
        await store.FilledAsync();

        var facts = await FindAsync(store, Page, Page + "/DetailJob");

        Assert.Equal((5, 6, 4, 4), (facts.Jobs, facts.Parents, facts.Completed, facts.Examined));
        Assert.Equal(new FanOut(0, 0, 3, 3, null), facts.Children);
        Assert.Equal((2, 1), (facts.WithoutChild, facts.Childless));
        Assert.Equal(["12", "13"], facts.Sample);
        Assert.True(facts.IsWhole);
    }

    [Fact]
    public async Task Where_all_children_are_in_one_stage_the_parents_own_counters_tell()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync([
            (1, null, "App.SyncJob", "completed"),
            .. Enumerable.Range(10, 25).Select(id => ((long)id, (string?)"1", "App.PageJob", "completed"))]);
        await store.FilledAsync();

        var facts = await FindAsync(store, "SyncJob", Page);

        Assert.Equal(new FanOut(25, 25, 25, 25, null), facts.Children);
        Assert.Equal(0, facts.WithoutChild);
    }

    [Fact]
    public async Task Of_too_many_parents_the_newest_are_examined_and_it_is_said()
    {
        await using var store = await StoreFixture.ObanAsync();
        // Each of the newer half has a child in each of two stages, of the older half nobody has one in the second.
        await store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, meta, scheduled_at)
            select 1, 'App.SyncJob', 'completed'::oban_job_state, '{}'::jsonb, timestamp '2026-01-01' union all
            select 100000 + i, 'App.PageJob', 'completed', '{"parent_job_id": 1}', timestamp '2026-01-01' + i * interval '1 second' from generate_series(1, 30000) i union all
            select 200000 + i, 'App.DetailJob', 'completed', jsonb_build_object('parent_job_id', 100000 + i), timestamp '2026-02-01' from generate_series(1, 30000) i union all
            select 300000 + i, 'App.ShowJob', 'completed', jsonb_build_object('parent_job_id', 100000 + i), timestamp '2026-02-01' from generate_series(15001, 30000) i
            """);
        await store.FilledAsync();

        var facts = await FindAsync(store, Page, Page + "/ShowJob");

        Assert.Equal((30_000, EdgeReader.MostParents), (facts.Completed, facts.Examined));
        Assert.False(facts.IsWhole);
        Assert.Equal(5_000, facts.WithoutChild);
        Assert.Equal(0, facts.Childless);
        Assert.Equal(20, facts.Sample.Count);
        Assert.Equal("110001", facts.Sample[0]);
    }

    [Fact]
    public async Task Of_one_parents_children_no_more_are_counted_than_the_limit()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, meta)
            select 1, 'App.SyncJob', 'completed'::oban_job_state, '{}'::jsonb union all
            select 2, 'App.OtherJob', 'completed', '{"parent_job_id": 1}' union all
            select 100 + i, 'App.PageJob', 'completed', '{"parent_job_id": 1}' from generate_series(1, 10100) i
            """);
        await store.FilledAsync();

        var facts = await FindAsync(store, "SyncJob", Page);

        Assert.Equal(new FanOut(EdgeReader.MostOfOne, EdgeReader.MostOfOne, EdgeReader.MostOfOne, EdgeReader.MostOfOne, EdgeReader.MostOfOne), facts.Children);
        Assert.Equal(10_100, facts.Jobs);
    }

    [Fact]
    public async Task A_stage_of_which_nothing_has_completed_has_no_fan_out_yet()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync((1, null, "App.SyncJob", "executing"), (10, "1", "App.PageJob", "available"));
        await store.FilledAsync();

        var facts = await FindAsync(store, "SyncJob", Page);

        Assert.Null(facts.Children);
        Assert.Equal((1, 0), (facts.Jobs, facts.Completed));
    }

    [Fact]
    public async Task A_worker_that_recurs_is_counted_over_its_own_loop()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync(
            (1, null, "App.SyncJob", "completed"), (10, "1", "App.PageJob", "completed"), (11, "10", "App.PageJob", "completed"), (12, "11", "App.PageJob", "completed"));
        await store.FilledAsync();

        var facts = await FindAsync(store, Page, Page);

        Assert.Equal(new FanOut(0, 1, 1, 1, null), facts.Children);
        Assert.Equal(["12"], facts.Sample);
    }

    [Fact]
    public async Task Steps_that_share_a_key_have_no_parents_to_count()
    {
        await using var store = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        await store.FilledAsync(Presets.ResearchJobs("research"));
        var root = await store.Database.ScalarAsync<string>("select root_id from job_lineage.run where run_key is not null limit 1");
        var run = await store.RunAsync(root!, "research");
        var edge = run.Edges[0];

        var facts = await new ViewsReader(store.Store, TimeProvider.System).FindEdgeAsync("research", run.RootId, edge.From, edge.To, default);

        Assert.True(facts!.IsByKey);
        Assert.Equal(edge.Jobs, facts.Jobs);
        Assert.Null(facts.Children);
    }

    [Theory]
    [InlineData("oban", "99", "SyncJob", Page)]
    [InlineData("elsewhere", "1", "SyncJob", Page)]
    [InlineData("oban", "1", "SyncJob", "SyncJob/'; drop table job_lineage.job --")]
    public async Task What_is_not_there_is_null(string source, string root, string from, string to)
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.ObanJobsAsync((1, null, "App.SyncJob", "completed"), (10, "1", "App.PageJob", "completed"));
        await store.FilledAsync();

        Assert.Null(await new ViewsReader(store.Store, TimeProvider.System).FindEdgeAsync(source, root, from, to, default));
    }

    private static async Task<EdgeFacts> FindAsync(StoreFixture store, string from, string to)
    {
        var facts = await new ViewsReader(store.Store, TimeProvider.System).FindEdgeAsync("oban", "1", from, to, default);
        Assert.NotNull(facts);
        return facts;
    }
}
