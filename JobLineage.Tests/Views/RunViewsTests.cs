using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Views;

/// <summary>Errors, stages and time as the views show them.</summary>
public class RunViewsTests
{
    [Fact]
    public async Task Errors_are_counted_by_kind_with_first_last_sample_and_stages()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"),
            new(2, 1, "A", "discarded", Ended: 10) { Error = "boom 1" },
            new(3, 1, "A", "discarded", Ended: 30) { Error = "boom 2" },
            new(4, 1, "B", "retryable", Began: 20) { Error = "boom 3" },
            new(5, 1, "B", "discarded", Ended: 5) { Error = "bang" },
            // It has got over it.
            new(6, 1, "B") { Error = "boom 4" });

        var errors = (await fixture.Views.FindErrorsAsync("oban", "1", default))!;

        Assert.Equal((2, 4), (errors.Total, errors.Jobs));
        var boom = errors.Groups[0];
        Assert.Equal(("boom <n>", 2, 1, "3"), (boom.Text, boom.Final, boom.Other, boom.Sample));
        Assert.Equal((At(10), At(30)), (boom.FirstAt, boom.LastAt));
        Assert.Equal([new("Root/A", 2), new("Root/B", 1)], boom.Stages);
        Assert.Equal([new("Root", 3)], errors.Levels);
    }

    [Fact]
    public async Task Failures_are_grouped_by_the_nearest_ancestor_of_a_stage()
    {
        // Pages spawn pages; 4 is below 3, which is below 2: its failures are those of 4.
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root"), new(2, 1, "Page"), new(3, 2, "Page"), new(4, 3, "Page", "discarded"),
            new(5, 2, "Item", "discarded"), new(6, 4, "Item", "discarded"), new(7, 4, "Item", "discarded"), new(8, 7, "Sub", "discarded"), new(9, 3, "Item"));

        var groups = (await fixture.Views.GroupFailuresAsync("oban", "1", "Root/Page", default))!;
        var byRoot = (await fixture.Views.GroupFailuresAsync("oban", "1", "Root", default))!;

        Assert.Equal([("4", 3), ("2", 1), ("3", 1)], groups.Groups.Select(g => (g.Ancestor.Id, g.Failed)));
        Assert.Equal((3, 5, 5), (groups.Ancestors, groups.Failed, groups.Examined));
        Assert.Equal([("1", 5)], byRoot.Groups.Select(g => (g.Ancestor.Id, g.Failed)));
        Assert.Null(await fixture.Views.GroupFailuresAsync("oban", "1", "Root/None", default));
    }

    [Fact]
    public async Task Only_the_50_ancestors_with_the_most_failures_are_listed_and_all_are_counted()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"),
            .. Enumerable.Range(2, 60).Select(n => new Row(n, 1, "Page")),
            .. Enumerable.Range(2, 60).Select(n => new Row(100 + n, n, "Item", "discarded")),
            new(900, 33, "Item", "discarded"),
        ]);

        var groups = (await fixture.Views.GroupFailuresAsync("oban", "1", "Root/Page", default))!;

        Assert.Equal((50, 60, 61), (groups.Groups.Count, groups.Ancestors, groups.Failed));
        Assert.Equal("33", groups.Groups[0].Ancestor.Id);
    }

    [Fact]
    public async Task A_stage_tells_how_long_its_jobs_wait_and_run_and_from_how_many()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"),
            .. Enumerable.Range(0, 101).Select(n => new Row(10 + n, 1, "A", n % 2 == 0 ? "completed" : "discarded", 0, n, n + 10)),
        ]);

        var seen = (await fixture.Views.FindStageAsync("oban", "1", "Root/A", default))!;

        Assert.Equal((101, 101, true), (seen.Sampled, seen.Finished, seen.IsExact));
        Assert.Equal((TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(95)), (seen.Waiting!.Median, seen.Waiting.P95));
        Assert.Equal(TimeSpan.FromSeconds(10), seen.Running!.P95);
        Assert.Equal(ViewsReader.StageJobs, seen.Jobs.Jobs.Count);
        Assert.All(seen.Jobs.Jobs, job => Assert.Equal(JobState.Discarded, job.State));
        Assert.Equal(101, seen.Jobs.Total);
        Assert.Null(await fixture.Views.FindStageAsync("oban", "1", "Root/B", default));
    }

    [Fact]
    public async Task Of_a_large_stage_the_newest_are_looked_at()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, scheduled_at, attempted_at, completed_at)
            select n, 'App.A', 'completed', 'default', '{}', '{"parent_job_id": 1}', t, t + interval '1 second' * (case when n > @sampled then 2 else 7 end), t + interval '9 seconds'
            from generate_series(3, 2 * @sampled) n, lateral (select timestamp '2026-03-14 12:00' + interval '1 second' * n as t) t
            """, new { sampled = SpanReader.Sampled }, new Row(1, null, "Root"), new Row(2, 1, "A", Ended: 1));

        var seen = (await fixture.Views.FindStageAsync("oban", "1", "Root/A", default))!;

        Assert.Equal((SpanReader.Sampled, 2 * SpanReader.Sampled - 1, false), (seen.Sampled, seen.Finished, seen.IsExact));
        Assert.Equal(TimeSpan.FromSeconds(2), seen.Waiting!.P95);
    }

    [Fact]
    public async Task Finished_jobs_are_counted_by_the_minute_while_some_are_left()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            """
            insert into oban_jobs (id, worker, state, queue, args, meta, scheduled_at, attempted_at, completed_at)
            select n, 'App.A', 'completed', 'default', '{}', '{"parent_job_id": 1}', t, t, t
            from generate_series(3, 122) n, lateral (select timezone('utc', now()) - interval '30 seconds' - interval '1 minute' * (n % 6) as t) t
            """, null, new Row(1, null, "Root"), new Row(2, 1, "A", "available"));

        var seen = (await fixture.Views.FindStageAsync("oban", "1", "Root/A", default))!;

        Assert.Equal(120, seen.PerMinute.Sum());
        Assert.Equal(20, seen.Forecast!.Fast);
        Assert.Equal(1, seen.Forecast.Remaining);
    }

    [Fact]
    public async Task What_sets_failed_jobs_apart_is_read_from_their_arguments()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
        [
            new(1, null, "Root"),
            .. Enumerable.Range(0, 120).Select(n => new Row(10 + n, 1, "A", n < 50 ? "discarded" : "completed")
            {
                Args = $$"""{"id":{{n}},"region":"{{(n is < 47 or > 112 ? "eu" : "us")}}"}""",
            }),
        ]);

        var contrast = (await fixture.Views.FindStageAsync("oban", "1", "Root/A", default))!.Contrast!;

        var only = Assert.Single(contrast.Differences);
        Assert.Equal(("region", "eu", 0.94, 0.1), (only.Key, only.Value, only.FailedShare, Math.Round(only.SucceededShare, 1)));
        Assert.Equal((50, 70), (contrast.Failed, contrast.Succeeded));
    }

    [Fact]
    public async Task The_timeline_has_the_spans_of_stages_the_jobs_in_flight_and_the_way_to_the_last_finish()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root", Due: 0, Began: 10, Ended: 20), new(2, 1, "A", Due: 20, Began: 40, Ended: 60),
            new(3, 1, "A", Due: 20, Began: 30, Ended: 100), new(4, 2, "B", "discarded", Due: 60, Began: 61, Ended: 200), new(5, 3, "B", Due: 90, Began: 95, Ended: 110));

        var line = (await fixture.Views.FindTimelineAsync("oban", "1", default))!;

        Assert.Equal((At(0), At(200)), (line.From, line.To));
        Assert.Equal([("Root", At(0), At(10), At(20)), ("Root/A", At(20), At(30), At(100)), ("Root/A/B", At(60), At(61), At(200))],
            line.Stages.Select(s => (s.Stage, s.InsertedAt, s.StartedAt, s.FinishedAt)));
        Assert.Equal(["1", "2", "4"], line.Path!.Steps.Select(step => step.Id));
        Assert.True(line.Path.IsFinal);
        var flight = line.InFlight!;
        Assert.True(flight.IsWhole);
        // After 50 s 2 and 3 run and nobody waits; after 96 s 3, 4 and 5 do.
        Assert.Equal((2, 0), At(flight, 50));
        Assert.Equal((3, 0), At(flight, 97));
        Assert.Equal((0, 2), At(flight, 25));
    }

    [Fact]
    public async Task What_is_ready_waits_up_to_now()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root", Ended: 20), new(2, 1, "A", "available", Due: 20), new(3, 1, "A", "available", Due: 20), new(4, 1, "A", Due: 20, Ended: 30));

        var flight = (await fixture.Views.FindTimelineAsync("oban", "1", default))!.InFlight!;

        Assert.Equal((2, 0), (flight.Waiting[^1], flight.Running[^1]));
    }

    [Fact]
    public async Task A_job_that_failed_is_not_among_what_failed_below_it()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            new(1, null, "Root", "discarded"), new(2, 1, "A", "discarded"), new(3, 2, "B", "discarded"), new(4, 2, "B", "discarded"), new(5, 1, "A"));

        var root = (await fixture.Views.FindFailedBelowAsync("oban", "1", default))!;
        var page = (await fixture.Views.FindFailedBelowAsync("oban", "2", default))!;

        Assert.Equal([new("Root/A/B", 2), new("Root/A", 1)], root.Stages);
        Assert.Equal([new("Root/A/B", 2)], page.Stages);
    }

    [Fact]
    public async Task A_chain_of_hundreds_is_followed_and_its_middle_left_out()
    {
        await using var fixture = await ViewsFixture.CreateAsync(
            [.. Enumerable.Range(1, 300).Select(n => new Row(n, n == 1 ? null : n - 1, n == 1 ? "Root" : "Page", Due: n, Began: n, Ended: n + 1))]);

        var path = (await fixture.Views.FindTimelineAsync("oban", "1", default))!.Path!;

        Assert.Equal((40, 260), (path.Steps.Count, path.Omitted));
        Assert.Equal(("1", "300"), (path.Steps[0].Id, path.Steps[^1].Id));
    }

    [Fact]
    public async Task When_the_first_job_of_a_stage_began_is_kept_as_rows_change()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new Row(1, null, "Root"), new Row(2, 1, "A", "available"), new Row(3, 1, "A", "executing", Began: 8));
        await fixture.Store.SqlAsync("update oban_jobs set state = 'executing', attempted_at = '2026-03-14 12:00:05' where id = 2");
        await fixture.Feed.TickAsync();

        var line = (await fixture.Views.FindTimelineAsync("oban", "1", default))!;

        Assert.Equal(At(5), line.Stages[1].StartedAt);
    }

    [Fact]
    public async Task Runs_that_share_a_key_have_their_views_without_ancestors()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        await fixture.FilledAsync(Core.Engines.Presets.ResearchJobs("research_jobs"));
        var root = (await fixture.Reader.ListRunsAsync(new() { Source = "research_jobs" }, default)).Runs[0].RootId;
        var views = new ViewsReader(fixture.Store, TimeProvider.System);

        var jobs = await views.ListJobsAsync(ViewsFixture.Query(root) with { Source = "research_jobs" }, default);
        var line = await views.FindTimelineAsync("research_jobs", root, default);

        Assert.Equal(jobs!.Total, jobs.Jobs.Count);
        Assert.NotEmpty(line!.Stages);
        Assert.Empty((await views.FindErrorsAsync("research_jobs", root, default))!.Levels);
        Assert.Null(await views.GroupFailuresAsync("research_jobs", root, line.Stages[0].Stage, default));
    }

    [Fact]
    public async Task More_jobs_than_may_be_asked_for_at_once_are_refused()
    {
        await using var fixture = await ViewsFixture.CreateAsync(new(1, null, "Root"), new(2, 1, "Page"));
        var ids = Enumerable.Range(1, IRunViews.MostIds).Select(id => $"{id}").ToList();

        Assert.Equal(["1", "2"], (await fixture.Views.JobsOfIdsAsync("oban", "1", ids, default)).Select(job => job.Id).Order());
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => fixture.Views.JobsOfIdsAsync("oban", "1", [.. ids, "401"], default));
        Assert.StartsWith("At most 400 jobs may be asked for at once; these are 401.", refused.Message);
    }

    private static DateTimeOffset? At(double seconds) => ViewsFixture.Noon.AddSeconds(seconds);

    private static (int Running, int Waiting) At(InFlight flight, double seconds)
    {
        var step = (int)Math.Round((ViewsFixture.Noon.AddSeconds(seconds) - flight.From).TotalSeconds / (flight.To - flight.From).TotalSeconds * (flight.Running.Count - 1));
        return (flight.Running[step], flight.Waiting[step]);
    }
}
