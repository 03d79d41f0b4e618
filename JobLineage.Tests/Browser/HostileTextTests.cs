using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What jobs carry is shown as text: it runs, formats and addresses nothing.</summary>
[Collection(HappeningCollection.Name)]
public sealed class HostileTextTests(Chromium chromium)
{
    private const string Script = "<script>alert(1)</script><img src=x onerror=alert(2)><a href=\"javascript:alert(3)\">x</a><h1 id=injected>big</h1>";
    private const string Breaks = "first\r\nX-Injected: a=b\r\n\r\n\u202Egnp.exe\u202C \u0007 {{constructor}} ${7*7} @(1+1)";

    [Fact]
    public async Task Hostile_arguments_errors_and_names_are_shown_as_text()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, PlantAsync);
        await using var tab = await chromium.OpenAsync(dashboard.Address);

        foreach (var path in new[] { "/jobs/oban/9001", "/jobs/oban/9002", "/runs/oban/9001", "/runs/oban/9001?tab=tree&job=9002", "/runs/oban/9001?tab=jobs", "/runs/oban/9001?tab=errors", "/runs/oban/9001?tab=timeline&stage=Root", "/" })
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.Locator("[data-page]")).ToBeVisibleAsync();
            await Expect(tab.Page.Locator("#injected, img, [onerror], a[href^='javascript:'], main script")).ToHaveCountAsync(0);
            Assert.True(await tab.OverflowAsync() <= 0, $"{path} is {await tab.OverflowAsync()} px too wide");
        }

        await tab.GoAsync("/jobs/oban/9002");
        await Expect(tab.Page.Locator("main")).ToContainTextAsync("<script>alert(1)</script>");
        await Expect(tab.Page.Locator("main")).ToContainTextAsync("<img src=x onerror=alert(2)>");
        await Expect(tab.Page.Locator("main")).ToContainTextAsync("X-Injected: a=b");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_stage_of_a_hostile_name_can_be_chosen_and_linked_to()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, PlantAsync);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/runs/oban/9001?tab=tree");

        await tab.Page.Locator("[data-stage] a").Last.ClickAsync();

        await Expect(tab.Page.Locator("[data-panel=stage]")).ToContainTextAsync("<h1 id=injected>");
        await using var other = await chromium.OpenAsync(dashboard.Address);
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.Locator("[data-panel=stage]")).ToContainTextAsync("<h1 id=injected>");
        Assert.Empty(tab.Complaints);
        Assert.Empty(other.Complaints);
    }

    /// <summary>A job that completed, and one below it that failed for good, both with whatever a page might fall for.</summary>
    internal static Task PlantAsync(TestDatabase source) => source.ExecuteAsync(
        """
        insert into oban_jobs (id, state, queue, worker, args, errors, attempt, meta, discarded_at) values
            (9001, 'completed', @script, 'Evil.Root', jsonb_build_object(@script, @breaks), '{}', 1, '{}', null),
            (9002, 'discarded', 'q', 'Evil.' || @script, jsonb_build_object('text', @script, 'breaks', @breaks, 'long', repeat('x', 6000)),
                array[
                    jsonb_build_object('attempt', 1, 'at', '2026-01-01T00:00:00Z', 'error', @breaks),
                    jsonb_build_object('attempt', 2, 'at', '2026-01-01T00:00:01Z', 'error', @script || repeat('y', 3000) || E'\n' || @script)],
                2, jsonb_build_object('parent_job_id', 9001, 'note', @script), now() at time zone 'utc')
        """, new { script = Script, breaks = Breaks });
}
