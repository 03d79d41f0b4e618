using JobLineage.Bench.Checking;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace JobLineage.Tests.Store;

/// <summary>Filters, orders and pages of the runs list, against a list that is made the plain way.</summary>
public sealed class RunsListTests : IAsyncLifetime
{
    private const int Runs = 300;

    private readonly FakeTimeProvider clock = new(RandomRuns.Noon.AddHours(1));
    private StoreFixture fixture = null!;
    private RunReader reader = null!;
    private RandomRuns runs = null!;

    public async Task InitializeAsync()
    {
        fixture = await StoreFixture.CreateAsync();
        reader = new(fixture.Store, new DiagnosisOptions(), clock);
        runs = await RandomRuns.CreateAsync(fixture, seed: 7, Runs);
    }

    public async Task DisposeAsync() => await fixture.DisposeAsync();

    public static TheoryData<RunSort, bool> Orders()
    {
        var orders = new TheoryData<RunSort, bool>();
        foreach (var sort in Enum.GetValues<RunSort>())
        {
            orders.Add(sort, false);
            orders.Add(sort, true);
        }

        return orders;
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Every_order_with_every_filter_shows_each_run_once_whatever_the_page_size(RunSort sort, bool ascending)
    {
        foreach (var filter in Filters())
        {
            var query = filter with { Sort = sort, Ascending = ascending, PageSize = 7 };
            var expected = runs.Of(query, clock.GetUtcNow().UtcDateTime).ToList();
            Assert.Equal(expected, await AllAsync(query));
            Assert.Equal(expected, await AllAsync(query with { PageSize = 200 }));
            var first = await reader.ListRunsAsync(query, default);
            Assert.Equal(expected.Count, first.Total);
            Assert.False(first.IsAtLeast);
        }
    }

    [Fact]
    public async Task What_goes_on_keeps_its_place_among_durations_while_somebody_reads_on()
    {
        var query = new RunsQuery { Sort = RunSort.Duration, PageSize = 10 };
        var expected = runs.Of(query, clock.GetUtcNow().UtcDateTime).ToList();

        var ids = new List<string>();
        for (RunsPage? page = null; page is null || page.Next is not null;)
        {
            page = await reader.ListRunsAsync(query with { After = page?.Next }, default);
            ids.AddRange(page.Runs.Select(run => run.RootId));
            clock.Advance(TimeSpan.FromMinutes(7));
        }

        Assert.Equal(expected, ids);
    }

    [Fact]
    public async Task A_list_goes_on_behind_a_run_that_has_gone_elsewhere()
    {
        var query = new RunsQuery { PageSize = 20 };
        var expected = runs.Of(query, clock.GetUtcNow().UtcDateTime).ToList();
        var first = await reader.ListRunsAsync(query, default);
        await fixture.SqlAsync("delete from job_lineage.run where root_id = any(@gone)", new { gone = expected.GetRange(15, 5) });
        await fixture.SqlAsync(RunCounting.Sql);

        var second = await reader.ListRunsAsync(query with { After = first.Next }, default);

        Assert.Equal(expected.GetRange(20, 20), second.Runs.Select(run => run.RootId));
        Assert.Equal(Runs - 5, second.Total);
    }

    [Fact]
    public async Task Counts_stay_exact_whatever_adds_renames_or_removes_runs()
    {
        await ExecuteAsync(RunCounts.Remove("delete from job_lineage.run where source_id = $1 and (worker = 3 or id % 3 = 0)"), (short)1);
        await ExecuteAsync(RunCounts.Add("insert into job_lineage.run (id, source_id, root_id, worker, version) values (1, $1, '1', 3, 0), (2, $1, '2', 3, 0), (3, $1, '3', 6, 0)"), (short)1);
        await ExecuteAsync(
            RunCounts.Rename, (short)1, Parameters.Longs([1, 2, 3]), Parameters.Texts(["1", "2a", "3a"]), Parameters.Ints([4, 4, 3]));

        Assert.Equal(["1 1 4", "2 2a 4", "3 3a 3"], await fixture.Database.TextsAsync("select concat_ws(' ', id, root_id, worker) from job_lineage.run where id < 10 order by id"));
        var counted = await fixture.Database.TextsAsync("select source_id || ' ' || worker || ' ' || runs from job_lineage.run_count where runs <> 0 order by 1");
        Assert.Equal(
            await fixture.Database.TextsAsync("select source_id || ' ' || worker || ' ' || count(*) from job_lineage.run group by source_id, worker order by 1"),
            counted);
        Assert.Equal(["1 6"], await fixture.Database.TextsAsync("select source_id || ' ' || worker from job_lineage.run_count where runs = 0"));
        Assert.DoesNotContain((await reader.ListRunsAsync(new(), default)).Pipelines, p => p.Runs == 0);
    }

    private async Task ExecuteAsync(string sql, params SqlValue[] values)
    {
        await using var command = fixture.Store.CreateCommand(sql).With(values);
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task More_runs_than_are_counted_one_by_one_are_said_to_be_at_least_that_many()
    {
        await fixture.SqlAsync(
            """
            insert into job_lineage.run (id, source_id, root_id, worker, version, rows, completed, discarded, started_at, last_activity_at)
            select 100000 + n, 1, (100000 + n)::text, 1, 1, 1, 1, 1, '2026-03-10', '2026-03-10' from generate_series(1, 10050) n
            """);
        await fixture.SqlAsync(RunCounting.Sql);

        var failed = await reader.ListRunsAsync(new() { State = RunState.Failed }, default);
        Assert.Equal((RunsPage.MostCounted, true), (failed.Total, failed.IsAtLeast));
        var all = await reader.ListRunsAsync(new(), default);
        Assert.Equal((Runs + 10_050, false), (all.Total, all.IsAtLeast));
        Assert.Equal(Runs + 10_050, all.Pipelines.Sum(p => p.Runs));
    }

    [Fact]
    public async Task A_run_shows_the_last_runs_of_its_pipeline_and_the_beginning_of_its_arguments()
    {
        var page = await reader.ListRunsAsync(new(), default);

        foreach (var run in page.Runs)
        {
            var mine = runs.Runs.Single(r => $"{r.Id}" == run.RootId);
            Assert.Equal($$"""{"page": {{mine.Id % 10}}, "City": "Kraków"}""", run.RootArgs);
            var past = runs.Runs.Where(r => (r.Source, r.Worker, r.Executing) == (mine.Source, mine.Worker, 0))
                .OrderBy(r => r.Key(RunSort.Activity, default)).ThenBy(r => r.Id).TakeLast(PipelineTrend.MostRuns);
            Assert.Equal(past.Select(r => ($"{r.Id}", r.Discarded)), run.Trend!.Runs.Select(r => (r.RootId, r.Discarded)));
        }

        // One object for all: nobody draws what has not changed.
        Assert.Equal(page.Runs.Select(r => (r.Source, r.Worker)).Distinct().Count(), page.Runs.Select(r => r.Trend).Distinct().Count());
        Assert.True(page.LooksLike(await reader.ListRunsAsync(new(), default)));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(page.LooksLike(await reader.ListRunsAsync(new(), default)));
    }

    private static IEnumerable<RunsQuery> Filters()
    {
        yield return new();
        yield return new() { Source = "research_jobs" };
        yield return new() { Source = "nowhere" };
        yield return new() { Worker = "SyncJob" };
        yield return new() { Worker = "App.100%_Odd\\Job", Source = "oban" };
        yield return new() { Worker = "rebuild_index", State = RunState.Failed };
        yield return new() { Worker = "Job" };
        foreach (var state in Enum.GetValues<RunState>())
            yield return new() { State = state };
        yield return new() { Last = TimeSpan.FromMinutes(75) };
        yield return new() { Last = TimeSpan.FromMinutes(75), State = RunState.Failing, Source = "oban" };
        yield return new() { From = RandomRuns.Noon.AddMinutes(-20), To = RandomRuns.Noon.AddMinutes(-10) };
        yield return new() { To = RandomRuns.Noon.AddMinutes(-20), State = RunState.Finished, Worker = "NightlyReport" };
    }

    private async Task<List<string>> AllAsync(RunsQuery query)
    {
        var ids = new List<string>();
        for (var page = await reader.ListRunsAsync(query, default); ; page = await reader.ListRunsAsync(query with { After = page.Next }, default))
        {
            Assert.InRange(page.Runs.Count, 0, query.PageSize);
            ids.AddRange(page.Runs.Select(run => run.RootId));
            if (page.Next is null)
                return ids;
            Assert.Equal(page.Next, RunsCursor.Parse(page.Next.ToString()));
        }
    }
}
