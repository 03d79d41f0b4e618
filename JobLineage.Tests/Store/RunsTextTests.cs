using JobLineage.Bench.Checking;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Store;

/// <summary>Runs are found by what somebody remembers of them.</summary>
public sealed class RunsTextTests : IAsyncLifetime
{
    private StoreFixture fixture = null!;

    public async Task InitializeAsync()
    {
        fixture = await StoreFixture.CreateAsync();
        await RandomRuns.CreateAsync(fixture, seed: 3, 120);
        await fixture.SqlAsync(
            """
            -- In run 1007: a page job below the root, and what it failed with.
            insert into job_lineage.label (text) values ('App.Deep.PageJob');
            insert into job_lineage.fingerprint (version, text) values (1, '** (Req.TransportError) connection refused by <n>'), (1, 'timed out');
            insert into job_lineage.stage (source_id, id, run_id, worker, depth, rows, discarded)
            select r.source_id, 5000, r.id, l.id, 2, 1, 1 from job_lineage.run r, job_lineage.label l where r.id = 1007 and l.text = 'App.Deep.PageJob';
            insert into job_lineage.error_group (source_id, stage_id, fingerprint, final) select source_id, id, 1, 1 from job_lineage.stage where id = 5000;
            insert into job_lineage.job (source_id, id, run_id, stage_id, worker, queue, state, attempt, max_attempts, priority, hash)
            select s.source_id, 'job/77', 1007, 5000, s.worker, 6, 6, 1, 1, 0, 1 from job_lineage.stage s where s.id = 5000;
            update job_lineage.run set run_key = 'chain 5' where id = 1009;
            update job_lineage.job set args = '{"note": "it''s; drop table job_lineage.run; -- %_\\ <b>"}' where id = '1011';
            """);
    }

    public async Task DisposeAsync() => await fixture.DisposeAsync();

    [Theory]
    [InlineData("1007", "1007")]
    [InlineData("job/77", "1007")]
    [InlineData("chain 5", "1009")]
    [InlineData("deep.pagejob", "1007")]
    [InlineData("Connection Refused", "1007")]
    [InlineData("refused by 10.1.2.3", "1007")]
    [InlineData("refused by 17", "1007")]
    [InlineData("timed out", "")]
    [InlineData("drop table job_lineage.run; --", "1011")]
    [InlineData("it's", "1011")]
    [InlineData("%_\\", "1011")]
    [InlineData("<b>", "1011")]
    [InlineData("nothing of the kind", "")]
    public async Task A_text_finds_the_runs_that_have_it(string text, string expected)
    {
        var page = await fixture.Reader.ListRunsAsync(new() { Text = text }, default);

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), page.Runs.Select(run => run.RootId));
        Assert.Equal(page.Runs.Count, page.Total);
        Assert.Equal(120, page.Examined);
        Assert.False(page.Stopped);
    }

    [Fact]
    public async Task A_text_that_many_runs_hold_is_paged_and_what_it_names_comes_first_and_once()
    {
        // 1003 is an id, and "page": 3 is in the arguments of every tenth.
        await fixture.SqlAsync("update job_lineage.job set args = '{\"page\": 1003}' where id::bigint % 10 = 3 and id <> 'job/77'");
        var query = new RunsQuery { Text = "1003", PageSize = 3 };

        var ids = new List<string>();
        var page = await fixture.Reader.ListRunsAsync(query, default);
        while (true)
        {
            ids.AddRange(page.Runs.Select(run => run.RootId));
            if (page.Next is null)
                break;
            page = await fixture.Reader.ListRunsAsync(query with { After = page.Next }, default);
        }

        Assert.Equal("1003", ids[0]);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{1003 + (10 * i)}"), ids.Order());
        Assert.Equal(ids, await OneByOneAsync(query));
    }

    [Fact]
    public async Task Only_so_many_runs_are_looked_at_for_a_page_and_the_next_goes_on_looking()
    {
        await fixture.SqlAsync(
            """
            insert into job_lineage.run (id, source_id, root_id, worker, version, rows, completed, started_at, last_activity_at)
            select 100000 + n, 1, (100000 + n)::text, 1, 1, 1, 1, '2026-03-20', '2026-03-20' from generate_series(1, 10000) n
            """);
        await fixture.SqlAsync(RunCounting.Sql);

        var first = await fixture.Reader.ListRunsAsync(new() { Text = "job/77x", Source = "oban" }, default);
        Assert.Empty(first.Runs);
        Assert.Equal((true, 10_000L, null), (first.Stopped, first.Examined, first.Total));

        // What is named is known at once; the rest behind the ten thousand.
        Assert.Equal("1007", Assert.Single((await fixture.Reader.ListRunsAsync(new() { Text = "job/77" }, default)).Runs).RootId);
        var stopped = await fixture.Reader.ListRunsAsync(new() { Text = "deep.pagejob" }, default);
        Assert.Empty(stopped.Runs);
        var next = await fixture.Reader.ListRunsAsync(new() { Text = "deep.pagejob", After = stopped.Next }, default);
        Assert.Equal("1007", Assert.Single(next.Runs).RootId);
        Assert.False(next.Stopped);
    }

    [Fact]
    public async Task A_text_goes_together_with_the_other_filters()
    {
        var run = (await fixture.Reader.ListRunsAsync(new() { Text = "1007" }, default)).Runs.Single();

        foreach (var state in Enum.GetValues<RunState>())
        {
            var page = await fixture.Reader.ListRunsAsync(new() { Text = "deep.PageJob", State = state }, default);
            Assert.Equal(run.State == state ? 1 : 0, page.Runs.Count);
            Assert.Equal(run.State == state ? 1 : 0, (await fixture.Reader.ListRunsAsync(new() { Text = "1007", State = state }, default)).Runs.Count);
        }

        Assert.Empty((await fixture.Reader.ListRunsAsync(new() { Text = "1007", Source = run.Source == "oban" ? "research_jobs" : "oban" }, default)).Runs);
    }

    private async Task<List<string>> OneByOneAsync(RunsQuery query)
    {
        var ids = new List<string>();
        for (var page = await fixture.Reader.ListRunsAsync(query with { PageSize = 1 }, default); ;
            page = await fixture.Reader.ListRunsAsync(query with { PageSize = 1, After = page.Next }, default))
        {
            ids.AddRange(page.Runs.Select(run => run.RootId));
            if (page.Next is null)
                return ids;
        }
    }
}
