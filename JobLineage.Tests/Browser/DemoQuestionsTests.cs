using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>The five questions, read off the pages of the demo's runs. What is true is asked of the queue itself, by what is in the arguments.</summary>
[Collection(TellingCollection.Name)]
public sealed class DemoQuestionsTests(Chromium chromium, DemoDashboard demo) : IClassFixture<DemoDashboard>
{
    private const string Page = "SyncJob/MoviePageJob";

    [Fact]
    public async Task Did_the_root_spawn_every_child_it_should_have()
    {
        await using var tab = await OpenAsync();

        var missing = await tab.FindingAsync("missing", "MoviePageJobs were never created");

        Assert.StartsWith("25 MoviePageJobs were never created. SyncJob announced 108; 83 were created.", await missing.ReasonAsync());
        Assert.Equal([$"{demo.Root}"], await missing.JobsAsync());
        Assert.Contains("83 jobs from 1 job", await tab.EdgeAsync("SyncJob", Page));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Which_completed_parents_have_no_children()
    {
        var alone = await demo.Dashboard.Source.TextsAsync(
            """
            select p.id::text from oban_jobs p
            where p.worker like '%.MoviePageJob' and p.state = 'completed' and p.args->>'sync' = @Sync
              and not exists (select from oban_jobs c where c.meta->>'parent_job_id' = p.id::text)
            """, new { demo.Sync });
        var completed = await CountAsync("worker like '%.MoviePageJob' and state = 'completed'");
        Assert.NotEmpty(alone);
        await using var tab = await OpenAsync();

        var childless = await tab.FindingAsync("childless", "MoviePageJob");

        Assert.StartsWith($"{alone.Count} of {completed} MoviePageJobs completed without creating any jobs. {completed - alone.Count} created some.", await childless.ReasonAsync());
        Assert.All(await childless.JobsAsync(), job => Assert.Contains(job, alone));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Do_these_waiting_jobs_belong_to_the_same_run()
    {
        await using var tab = await OpenAsync();
        var jobs = new List<string>();
        foreach (var stage in new[] { "MovieDetailJob", "GeocodeJob" })
            jobs.AddRange((await (await tab.FindingAsync("stuck", $"{stage}s are waiting")).JobsAsync()).TakeLast(2));

        foreach (var job in jobs)
            await tab.BelongsToAsync(job, $"{demo.Root}");

        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Why_are_these_jobs_never_executing()
    {
        var details = await CountAsync("worker like '%.MovieDetailJob' and state = 'available'");
        await using var tab = await OpenAsync();

        var paused = await tab.FindingAsync("stuck", $"{details} MovieDetailJobs are waiting, none is running.");
        Assert.StartsWith("scraper_detail stopped ", await paused.ReasonAsync());
        Assert.EndsWith("The queue is paused, or its last worker is gone. → Resume it, or start a node.", await paused.ReasonAsync());
        Assert.Contains($"queue scraper_detail {details} ready, 0 executing", await paused.FactsAsync());

        var never = await tab.FindingAsync("stuck", "google_lookup has never started a job");
        Assert.Contains("GeocodeJobs are waiting, none is running. No worker seems to serve it.", await never.ReasonAsync());
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Which_jobs_failed_with_which_error_and_under_which_ancestor()
    {
        var pages = await CountAsync("worker like '%.MoviePageJob' and state = 'discarded'");
        await using var tab = await OpenAsync();

        var failing = await tab.FindingAsync("failing", "1,111 of 1,500 ShowtimeProcessJobs failed");
        Assert.Contains("All with the same error: {:error, :movie_not_ready}.", await failing.ReasonAsync());
        Assert.Contains(await failing.FactsAsync(), fact => fact.StartsWith("1,111 × ", StringComparison.Ordinal) && fact.EndsWith("failed with {:error, :movie_not_ready}", StringComparison.Ordinal));
        Assert.NotNull(await tab.FindingAsync("failing", $"{pages} of 83 MoviePageJobs failed"));

        await tab.Page.Keyboard.PressAsync("e");
        await Expect(tab.Page.Locator("[data-error]").First.Locator(".c-final")).ToHaveTextAsync("1,111");
        var worst = tab.Page.Locator("[data-ancestor]").First;
        var page = await worst.GetAttributeAsync("data-ancestor");
        var below = await demo.Dashboard.Source.ScalarAsync<long>(
            """
            with recursive below as (
                select id, state from oban_jobs where meta->>'parent_job_id' = @page
                union all select c.id, c.state from below b join oban_jobs c on c.meta->>'parent_job_id' = b.id::text)
            select count(*) from below where state = 'discarded'
            """, new { page });
        await Expect(worst.Locator(".c-failed")).ToHaveTextAsync($"{below}");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task What_a_chain_of_the_other_queue_lacks_and_which_job_it_is_because_of()
    {
        await using var tab = await chromium.OpenAsync(demo.Dashboard.Address);
        await tab.GoAsync("/?source=research_jobs&state=failed");
        await tab.Page.Locator("tr a[data-row]").First.ClickAsync();

        var failing = await tab.FindingAsync("failing", "failed.");

        var job = (await failing.JobsAsync())[0];
        Assert.EndsWith($"→ Open job {job}, the first that failed.", await failing.ReasonAsync());
        Assert.Equal("dead", await demo.Dashboard.Source.ScalarAsync<string>("select status from research_jobs where id = @job::bigint", new { job }));
        Assert.Empty(tab.Complaints);
    }

    private Task<long> CountAsync(string condition) => demo.Dashboard.Source.ScalarAsync<long>(
        $"select count(*) from oban_jobs where args->>'sync' = @Sync and id > @Root and {condition}", new { demo.Root, demo.Sync });

    private async Task<Tab> OpenAsync()
    {
        var tab = await chromium.OpenAsync(demo.Dashboard.Address);
        await tab.GoAsync($"/runs/oban/{demo.Root}");
        return tab;
    }
}
