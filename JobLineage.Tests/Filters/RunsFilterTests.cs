using JobLineage.Core.Diagnosis;
using JobLineage.Core.Engines;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using JobLineage.Tests.Views;

namespace JobLineage.Tests.Filters;

/// <summary>Runs are found by what one of their jobs is: the same job that the run's own list finds.</summary>
public sealed class RunsFilterTests
{
    [Fact]
    public async Task A_run_is_found_by_a_job_of_it_whatever_is_asked_of_jobs()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            // The arguments of one are so long that they lie beside it.
            new Row(1, null, "Root"), new Row(2, 1, "A") { Args = $$"""{"v":{"n":13},"t":"it's 100%","long":"{{new string('x', 300)}}"}""" }, new Row(3, 1, "B", "discarded") { Error = "movie_not_ready: page 17", Queue = "q" },
            new Row(10, null, "Root"), new Row(11, 10, "A", "available") { Args = """{"v":{"n":14},"x":13}""", Queue = "q" }, new Row(12, 11, "C") { Args = """{"n":"13"}""" },
            new Row(20, null, "Other", "completed", 100, 101, 102) { Args = """{"n":13}""" }, new Row(21, 20, "B", "retryable", 100, 101) { Error = "timed out" },
            // A single is in no run.
            new Row(30, null, "A") { Args = """{"v":{"n":13}}""" });

        foreach (var (typed, runs) in new[]
        {
            ("args.v.n:13", "1"), ("args.v.n:14", "10"), ("args.n:13", "10 20"), ("args.x:14", ""), ("args.t:\"it's 100%\"", "1"), ("args.n:13 state:completed", "10 20"), ("args.n:13 worker:C", "10"),
            ("error:movie_not_ready", "1"), ("error:\"page 99\"", "1"), ("error:OUT", "20"), ("error:out state:discarded", ""), ("error:movie worker:B queue:q", "1"), ("error:zzz", ""),
            ("state:discarded", "1"), ("state:discarded,retryable", "1 20"), ("state:available", "10"), ("state:cancelled", ""), ("worker:A", "1 10"), ("worker:A state:available", "10"), ("worker:Nobody", ""),
            ("queue:q", "1 10"), ("queue:q worker:A", "10"), ("queue:none", ""), ("stage:Root/A", "1 10"), ("stage:Root/A/C", "10"), ("stage:Root/C", ""), ("stage:Other/B state:retryable", "20"),
            ("id:12,99,30", "10"), ("id:2,21", "1 20"), ("id:2 worker:B", ""), ("below:10", "10"), ("below:11", "10"), ("below:12", ""), ("below:11 args.n:13", "10"), ("below:11 worker:A", ""), ("below:30", ""),
            ("id:2,12 below:11", "10"), ("older:1m", "1 10 20"), ("newer:1m", ""), ("queue:q older:1m state:discarded", "1"),
            // Texts are of the run, as they are without a filter.
            ("root", "1 10"), ("root state:discarded", "1"), ("state:retryable timed", "20"), ("state:retryable root", ""), ("\"root\" \"a\"", "1 10"), ("\"root\" \"movie\"", "1"), ("12 worker:C", "10"), ("12 worker:B", ""),
        })
            Assert.Equal((typed, runs), (typed, string.Join(' ', await FindAsync(fixture.Store.Reader, Read(typed)))));
    }

    [Fact]
    public Task Runs_that_are_held_together_by_links() => ComparedAsync(RecordedData.ObanEnd, Presets.Oban("oban"), "60", 11, 120);

    [Fact]
    public Task Runs_that_share_a_key() => ComparedAsync(RecordedData.ResearchMid, Presets.ResearchJobs("research_jobs"), "31", 12, 120);

    [Fact]
    public async Task From_is_as_the_parameter_and_bounds_what_is_looked_into()
    {
        var hours = (DateTime.UnixEpoch + (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch) - ViewsFixture.Noon).TotalSeconds - 3_600;
        await using var fixture = await ViewsFixture.CreateAsync(
            new Row(1, null, "Root"), new Row(2, 1, "A") { Args = """{"n":13}""" },
            new Row(10, null, "Root", "completed", hours, hours, hours), new Row(11, 10, "A", "completed", hours, hours, hours) { Args = """{"n":13}""" });

        Assert.Equal("1 10", string.Join(' ', await FindAsync(fixture.Store.Reader, Read("args.n:13"))));
        foreach (var (query, runs, examined) in new[]
        {
            (new RunsQuery { Filter = Read("args.n:13 from:2h") }, "10", 1L), (new() { Filter = Read("args.n:13 from:30m") }, "", 0), (new() { Filter = Read("args.n:13 from:9w"), Last = TimeSpan.FromHours(2) }, "10", 1),
            (new() { Filter = Read("args.n:13"), Last = TimeSpan.FromHours(2) }, "10", 1),
        })
        {
            var page = await fixture.Store.Reader.ListRunsAsync(query, default);
            Assert.Equal((runs, examined, runs.Length == 0 ? 0 : 1), (string.Join(' ', page.Runs.Select(run => run.RootId)), page.Examined, page.Total));
        }

        // Alone it only says how far back.
        var alone = await fixture.Store.Reader.ListRunsAsync(new() { Filter = Read("from:2h") }, default);
        Assert.Equal(("10", null), (Assert.Single(alone.Runs).RootId, alone.Examined));
    }

    [Fact]
    public async Task Runs_that_are_found_are_paged_and_the_state_of_runs_goes_together_with_that_of_jobs()
    {
        await using var fixture = await ViewsFixture.CreateAsync([.. Enumerable.Range(1, 40).SelectMany(n => new Row[]
        {
            new(n * 10, null, "Root", "completed", n, n, n), new((n * 10) + 1, n * 10, "A", n % 4 == 0 ? "discarded" : "completed", n, n, n) { Args = $$"""{"n":{{n % 3}},"m":"{{n % 2}}"}""" },
        })]);
        var query = new RunsQuery { Filter = Read("args.n:0 worker:A"), PageSize = 4 };

        var ids = new List<string>();
        for (var page = await fixture.Store.Reader.ListRunsAsync(query, default); ; page = await fixture.Store.Reader.ListRunsAsync(query with { After = page.Next }, default))
        {
            Assert.False(page.Stopped);
            ids.AddRange(page.Runs.Select(run => run.RootId));
            if (page.Next is null)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 13).Select(n => $"{n * 30}").Reverse(), ids);
        Assert.Equal(["120", "240", "360"], await FindAsync(fixture.Store.Reader, query.Filter, RunState.Failed));
        Assert.Equal(["120", "240", "360"], await FindAsync(fixture.Store.Reader, Read("args.n:0 state:discarded"), RunState.Failed));
        Assert.Empty(await FindAsync(fixture.Store.Reader, Read("args.n:0 state:discarded"), RunState.Finished));
    }

    [Fact]
    public async Task Arguments_that_many_jobs_nearly_have_are_found_behind_all_of_them()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"), .. Enumerable.Range(2, 120).Select(n => new Row(n, 1, "A", "completed", n) { Args = """{"other":13}""" }), new(500, 1, "A", "completed", 900) { Args = """{"n":13}""" },
        ]);

        Assert.Equal(["1"], await FindAsync(fixture.Store.Reader, Read("args.n:13")));
        Assert.Empty(await FindAsync(fixture.Store.Reader, Read("args.m:13")));
    }

    [Fact]
    public async Task Where_the_time_is_up_the_page_says_so_and_the_next_goes_on_and_no_run_is_passed_over_for_others()
    {
        await using var fixture = await ViewsFixture.CreateAsync([.. Enumerable.Range(1, 3).SelectMany(n => new Row[]
        {
            new(n * 10, null, "Root", "completed", n, n, n), new((n * 10) + 1, n * 10, "A", "completed", n, n, n) { Args = """{"n":13}""" },
        })]);
        var query = new RunsQuery { Filter = Read("args.n:13") };
        await SlowAsync(fixture, InHaste);

        // The three together are not looked at in time, and the first of them alone is.
        var first = await Hasty(fixture, alone: TimeSpan.FromSeconds(30)).ListRunsAsync(query, default);
        Assert.Equal((true, true, 0L, 1L, null), (first.IsTimeUp, first.Stopped, first.PassedOver, first.Examined, first.Total));
        Assert.Equal("30", Assert.Single(first.Runs).RootId);
        // Nor is the second here, though there is nothing else that it could be for.
        var second = await Hasty(fixture, alone: TimeSpan.FromMilliseconds(200)).ListRunsAsync(query with { After = first.Next }, default);
        Assert.Equal((true, true, 1L, 1L, null), (second.IsTimeUp, second.Stopped, second.PassedOver, second.Examined, second.Total));
        Assert.Empty(second.Runs);
        var third = await fixture.Store.Reader.ListRunsAsync(query with { After = second.Next }, default);
        Assert.Equal("10", Assert.Single(third.Runs).RootId);
        Assert.Equal((false, false, 0L, null), (third.IsTimeUp, third.Stopped, third.PassedOver, third.Next));
    }

    [Fact]
    public async Task How_many_match_is_not_said_where_a_run_was_passed_over()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Root"), new Row(2, 1, "A") { Args = """{"n":13}""" });
        await SlowAsync(fixture, InHaste);

        var page = await Hasty(fixture, alone: TimeSpan.FromMilliseconds(200)).ListRunsAsync(new() { Filter = Read("args.n:13") }, default);

        Assert.Equal((0, 1L, null, false, null), (page.Runs.Count, page.PassedOver, page.Total, page.Stopped, page.Next));
    }

    [Fact]
    public async Task What_stages_count_is_known_though_no_job_can_be_looked_at()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Root"), new Row(2, 1, "A", "discarded"), new Row(10, null, "Root"), new Row(11, 10, "A"));
        await SlowAsync(fixture, InHaste);

        var page = await Hasty(fixture, alone: TimeSpan.FromMilliseconds(200)).ListRunsAsync(new() { Filter = Read("worker:A state:discarded") }, default);

        Assert.Equal("1", Assert.Single(page.Runs).RootId);
        Assert.Equal((false, 0L, 1L), (page.IsTimeUp, page.PassedOver, page.Total));
    }

    [Fact]
    public async Task The_time_runs_from_when_jobs_are_looked_at_and_not_while_names_are_looked_up()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Root"), new Row(2, 1, "A"));
        var clock = new TestClock();
        var limit = new TimeLimit(clock, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        await using var connection = await fixture.Store.Store.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        clock.Advance(TimeSpan.FromHours(1));
        var search = await RunSearch.ReadAsync(connection, Read("root worker:A args.n:13"), clock.GetUtcNow(), limit, default);
        Assert.Equal(TimeSpan.FromSeconds(5), limit.Left);

        clock.Advance(TimeSpan.FromSeconds(2));
        await search.LookAsync([], default);
        Assert.Equal(TimeSpan.FromSeconds(3), limit.Left);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.Zero, limit.Left);
    }

    [Fact]
    public async Task A_run_with_more_jobs_below_one_than_are_followed_is_passed_over_where_none_of_these_is_found()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            $$"""
            insert into oban_jobs (id, worker, state, queue, args, meta, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at)
            select n, case when n > {{9_999 + IRunViews.MostDescendants}} then 'App.Deep' else 'App.A' end, 'completed', 'default', '{}',
                jsonb_build_object('parent_job_id', case when n > {{9_999 + IRunViews.MostDescendants}} then 10000 else 2 end), 1, 3, '2026-03-14 12:00', '2026-03-14 12:00', '2026-03-14 12:00', '2026-03-14 12:00'
            from generate_series(10000, {{10_000 + IRunViews.MostDescendants}}) n
            """, null, new Row(1, null, "Root"), new Row(2, 1, "Page"), new Row(3, null, "Other"), new Row(4, 3, "A"));

        var page = await fixture.Store.Reader.ListRunsAsync(new() { Filter = Read("below:2 worker:Deep") }, default);
        Assert.Equal((0, 1L, null, false, null), (page.Runs.Count, page.PassedOver, page.Total, page.Stopped, page.Next));
        // Of these all is known.
        foreach (var (typed, runs) in new[] { ("below:2 worker:A", "1"), ("below:1 worker:Deep", "1"), ("below:10000 worker:Deep", "1"), ("below:2 worker:Nobody", ""), ("below:3 worker:A", "3") })
            Assert.Equal((typed, runs), (typed, string.Join(' ', await FindAsync(fixture.Store.Reader, Read(typed)))));
    }

    [Fact]
    public async Task Jobs_below_one_are_followed_within_the_time()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Root"), new Row(2, 1, "Page"), new Row(3, 2, "A"));
        // Nobody gets at it, and nothing else is below the other.
        await SlowAsync(fixture, "j.id = '3'");

        var page = await Hasty(fixture, alone: TimeSpan.FromMilliseconds(200)).ListRunsAsync(new() { Filter = Read("below:2 worker:A") }, default);

        Assert.Equal((0, 1L, null), (page.Runs.Count, page.PassedOver, page.Total));
    }

    /// <summary>Holds of every job for statements that have less than a second.</summary>
    private const string InHaste = "current_setting('statement_timeout')::interval between '1 ms' and '1 s'";

    /// <summary>Whoever looks at a job of which this holds waits for a minute.</summary>
    private static Task SlowAsync(ViewsFixture fixture, string condition) => fixture.Store.SqlAsync(
        $"""
        alter table job_lineage.job rename to job_itself;
        create view job_lineage.job as select j.* from job_lineage.job_itself j where case when {condition} then pg_sleep(60) is not null else true end
        """);

    private static RunReader Hasty(ViewsFixture fixture, TimeSpan alone) =>
        new(fixture.Store.Store, new DiagnosisOptions(), TimeProvider.System) { SearchLimit = TimeSpan.FromMilliseconds(200), AloneLimit = alone };

    /// <summary>Each run is found when its own list finds a job.</summary>
    private static async Task ComparedAsync(RecordedData data, SourceMapping mapping, string root, int seed, int filters)
    {
        await using var store = await StoreFixture.CreateAsync(data);
        await store.FilledAsync(mapping);
        var roots = (await store.Reader.ListRunsAsync(new() { PageSize = 200 }, default)).Runs.Select(run => run.RootId).ToList();
        Assert.True(roots.Count > 1, $"{roots.Count} runs");
        var jobs = new List<(Job Job, string Stage)>();
        foreach (var run in roots.Take(6).Append(root).Distinct())
        {
            await using var export = await new ExportReader(store.Store, store.Reader, TimeProvider.System).OpenAsync(new() { Source = mapping.Name, RootId = run }, default);
            await foreach (var job in export!.Jobs)
                jobs.Add((job.Job, job.Stage));
        }

        var random = new RandomFilters(new(seed));
        var args = jobs.SelectMany(job => Arguments(job.Job)).ToList();
        var views = new ViewsReader(store.Store, TimeProvider.System);
        var (some, none) = (0, 0);
        for (var i = 0; i < filters; i++)
        {
            var filter = random.Of(jobs, args, []).OfJobs;
            if (filter.IsAll)
                continue;
            var expected = new List<string>();
            foreach (var run in roots)
            {
                if (await views.ListJobsAsync(new() { Source = mapping.Name, RootId = run, Filter = filter, Size = 1 }, default) is { Jobs.Count: > 0 })
                    expected.Add(run);
            }

            Assert.Equal((filter.ToString(), string.Join(' ', expected.Order())), (filter.ToString(), string.Join(' ', (await FindAsync(store.Reader, filter)).Order())));
            _ = expected.Count > 0 ? some++ : none++;
        }

        Assert.True(some > 20 && none > 5, $"{some} of {filters} filters found a run, {none} none");
    }

    private static IEnumerable<JobArgument> Arguments(Job job)
    {
        using var json = System.Text.Json.JsonDocument.Parse(job.Args ?? "{}");
        return json.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object
            ? [.. json.RootElement.EnumerateObject().Where(p => p.Name.Length > 0).Select(p => new JobArgument([p.Name], p.Value.ToString()))]
            : [];
    }

    private static async Task<List<string>> FindAsync(RunReader reader, JobFilter filter, RunState? state = null)
    {
        var page = await reader.ListRunsAsync(new() { Filter = filter, State = state, PageSize = 200 }, default);
        Assert.Equal((filter.ToString(), null, 0L), (filter.ToString(), page.Next, page.PassedOver));
        Assert.Equal(page.Runs.Count, page.Total);
        return [.. page.Runs.Select(run => run.RootId).OrderBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal)];
    }

    private static JobFilter Read(string typed)
    {
        var reading = JobFilter.ParseOverRuns(typed, isBounded: true);
        Assert.True(reading.Problem is null, $"{typed}: {reading.Problem}");
        return reading.Filter;
    }
}
