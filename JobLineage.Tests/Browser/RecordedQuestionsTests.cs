using JobLineage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>
/// The five questions, read off the page of a run that the real Oban wrote: its pages were cut short, its detail queue was
/// paused, its geocoding queue never had a worker. What is true was counted apart from this repository.
/// </summary>
[Collection(LookingCollection.Name)]
public sealed class RecordedQuestionsTests(Chromium chromium, SharedDashboard shared)
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Showtime = Page + "/ShowtimeProcessJob";

    private static readonly RecordedTruth Truth = RecordedData.ObanEnd.ReadTruth();

    [Fact]
    public async Task Did_the_root_spawn_every_child_it_should_have()
    {
        await using var tab = await OpenAsync();

        var missing = await tab.FindingAsync("missing", "MoviePageJobs were never created");

        Assert.Equal("19 MoviePageJobs were never created. SyncJob announced 108; 89 were created. → Open job 60: it may have stopped half-way.", await missing.ReasonAsync());
        Assert.Equal(["60"], await missing.JobsAsync());
        Assert.Contains("89 jobs from 1 job", await tab.EdgeAsync("SyncJob", Page));
        await missing.Locator(":scope > .foot .links a[data-stay]").ClickAsync();
        await Expect(tab.Page.Locator("[data-panel=stage] .about", new() { HasText = "89 were created" })).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Which_completed_parents_have_no_children()
    {
        await using (var tab = await OpenAsync())
        {
            // All that completed have some, though not all in one stage.
            await Expect(tab.Page.Locator("[data-finding=childless]")).ToHaveCountAsync(0);
            Assert.Contains("Each of 76 completed parents has at least one.", await tab.EdgeAsync(Page, Showtime));
        }

        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, source => source.ExecuteAsync(
            """
            update oban_jobs set meta = meta - 'parent_job_id' where meta->>'parent_job_id' in (
                select id::text from oban_jobs where worker like '%MoviePageJob' and state = 'completed' and meta->>'parent_job_id' = '60' order by id limit 2)
            """));
        var bereft = await dashboard.Source.TextsAsync(
            "select id::text from oban_jobs where worker like '%MoviePageJob' and state = 'completed' and meta->>'parent_job_id' = '60' order by id limit 2");
        await using var other = await chromium.OpenAsync(dashboard.Address);
        await other.GoAsync("/runs/oban/60");

        var childless = await other.FindingAsync("childless", "MoviePageJob");

        Assert.Equal("2 of 76 MoviePageJobs completed without creating any jobs. 74 created some. → Open one of them: it ended well and did nothing.", await childless.ReasonAsync());
        Assert.Equal([$"jobs, a sample {string.Join(' ', bereft)}"], await childless.FactsAsync());
        Assert.Empty(other.Complaints);
    }

    [Fact]
    public async Task Do_these_waiting_jobs_belong_to_the_same_run()
    {
        await using var tab = await OpenAsync();
        var jobs = new List<string>();
        foreach (var stage in new[] { "MovieDetailJob", "GeocodeJob" })
            jobs.AddRange((await (await tab.FindingAsync("stuck", $"{stage}s are waiting")).JobsAsync()).TakeLast(2));
        Assert.Equal(4, jobs.Distinct().Count());

        foreach (var job in jobs)
            await tab.BelongsToAsync(job, "60");

        // How many wait in the queue, and how many of them are of this run: one geocoding job is of none.
        await tab.GoAsync("/runs/oban/60");
        Assert.Contains("queue google_lookup 20 ready, 0 executing", await (await tab.FindingAsync("stuck", "19 GeocodeJob")).FactsAsync());
        await tab.GoAsync("/runs/oban/60?tab=jobs&state=available&queue=google_lookup");
        await Expect(tab.Page.Locator(".found")).ToHaveTextAsync("19 jobs match.");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Why_are_these_jobs_never_executing()
    {
        await using var tab = await OpenAsync();
        await Expect(tab.Page.Locator(".run-head .chip")).ToContainTextAsync("stuck");

        var paused = await tab.FindingAsync("stuck", "61 MovieDetailJobs are waiting, none is running.");
        Assert.StartsWith("scraper_detail stopped ", await paused.ReasonAsync());
        Assert.EndsWith("The queue is paused, or its last worker is gone. → Resume it, or start a node.", await paused.ReasonAsync());
        Assert.Contains("queue scraper_detail 61 ready, 0 executing", await paused.FactsAsync());
        Assert.Contains("threshold 5 min", await paused.FactsAsync());

        var never = await tab.FindingAsync("stuck", "google_lookup has never started a job");
        Assert.Contains("19 GeocodeJobs are waiting, none is running. No worker seems to serve it.", await never.ReasonAsync());
        Assert.Contains("last start there never seen", await never.FactsAsync());

        var orphan = await tab.FindingAsync("stuck", "left behind by node");
        Assert.Contains("MoviePageJob", await orphan.ReasonAsync());
        Assert.Contains(await orphan.FactsAsync(), fact => fact.StartsWith("node eventasaurus@worker-1", StringComparison.Ordinal));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Which_jobs_failed_with_which_error_and_under_which_ancestor()
    {
        await using var tab = await OpenAsync();
        foreach (var stage in Truth.Stages.Where(stage => stage.Counts.ContainsKey("discarded")))
        {
            var (failed, name) = (stage.Counts["discarded"], stage.Path.Split('/')[^1]);
            var finding = await tab.FindingAsync("failing", $"{failed} of {stage.Total} {name}s failed");
            Assert.Contains(await finding.FactsAsync(), fact => fact.StartsWith("first", StringComparison.Ordinal));
        }

        var showtimes = await tab.FindingAsync("failing", "294 of 498 ShowtimeProcessJob");
        Assert.Contains(":movie_not_ready", await showtimes.ReasonAsync());
        var enrichment = await tab.FindingAsync("failing", "EnrichmentJobs failed");
        Assert.Contains("Above them, 8 of 89 MoviePageJobs had already failed", await enrichment.ReasonAsync());
        Assert.Contains(await enrichment.FactsAsync(), fact => fact.StartsWith("failed above MoviePageJob", StringComparison.Ordinal));

        await tab.Page.Keyboard.PressAsync("e");
        var error = tab.Page.Locator("[data-error]").First;
        await Expect(error).ToContainTextAsync(":movie_not_ready");
        var told = await shared.Dashboard.Source.ScalarAsync<long>("select count(*) from oban_jobs where worker like '%ShowtimeProcessJob' and state = 'discarded' and errors[array_upper(errors, 1)]->>'error' like '%movie_not_ready%'");
        await Expect(error.Locator(".c-final")).ToHaveTextAsync($"{told}");
        var below = Truth.Stages.Where(stage => stage.Depth > 2).Sum(stage => stage.Counts.GetValueOrDefault("discarded"));
        await Expect(tab.Page.Locator("[data-view=ancestors] > p")).ToContainTextAsync($"{below} final failures lie below ");
        await Expect(tab.Page.Locator("[data-view=ancestors] > p")).ToContainTextAsync(" jobs of MoviePageJob");
        Assert.Empty(tab.Complaints);
    }

    private async Task<Tab> OpenAsync()
    {
        var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync("/runs/oban/60");
        return tab;
    }
}
