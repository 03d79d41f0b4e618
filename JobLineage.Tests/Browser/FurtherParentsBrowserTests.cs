using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>A run that pg-boss really wrote, whose dead letters have two parents, and in which reports are made to wait for pages, under a mouse and under keys.</summary>
[Collection(TellingCollection.Name)]
public sealed class FurtherParentsBrowserTests(Chromium chromium)
{
    private const string Root = "e6e36dcb-9e1e-4989-8a9e-4436320b1508";
    private const string Dead = "sync/page/detail/dead";

    [Fact]
    public async Task A_line_of_further_parents_is_dashed_has_its_number_and_tells_what_it_is()
    {
        await using var dashboard = await LiveDashboard.StartAsync(AddAsync, new Dictionary<string, string?> { ["JobLineage:Sources:jobs:Preset"] = "pg_boss" });
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        while (!(await dashboard.Client.GetAsync($"/api/v1/runs/jobs/{Root}")).IsSuccessStatusCode)
            await Task.Delay(50);
        await tab.GoAsync($"/runs/jobs/{Root}");

        var link = tab.Page.Locator($".edge-link[data-to='{Dead}']");
        await Expect(link).ToHaveCountAsync(1);
        Assert.Equal("2px, 5px", await link.Locator(".link-line").EvaluateAsync<string>("line => getComputedStyle(line).strokeDasharray"));
        Assert.Equal("none", await tab.Page.Locator($".edge:not(.edge-link)[data-to='{Dead}'] .edge-line").EvaluateAsync<string>("line => getComputedStyle(line).strokeDasharray"));
        await Expect(tab.Page.Locator(".graph-legend")).ToBeVisibleAsync();

        await Expect(tab.Page.Locator(".edge-link[data-from='sync/page'][data-to='sync/report']")).ToHaveCountAsync(1);

        // With a mouse.
        await link.Locator(".edge-label").HoverAsync();
        await Expect(tab.Page.Locator(".graph-card [role=dialog]")).ToContainTextAsync("have a further parent in page");
        await tab.Page.Mouse.MoveAsync(2, 2);
        await Expect(tab.Page.Locator(".graph-card [role=dialog]")).ToHaveCountAsync(0);

        // With keys: the arrows go along the tree, and the lines come behind its edges.
        await tab.Stage(Dead).FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(tab.Stage("sync/page/detail")).ToBeFocusedAsync();
        await link.FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(tab.Stage("sync/page")).ToBeFocusedAsync();
        await Expect(tab.Page.Locator(".graph-card [role=dialog]")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }

    private static async Task<long> AddAsync(TestDatabase source)
    {
        await RecordedData.ObanEnd.LoadAsync(source);
        var engine = EngineCase.All["pg_boss"]();
        await source.ExecuteAsync(engine.Schema);
        await EngineRows.CopyAsync(source, "pgboss.queue", engine.Beside["queue"]);
        await EngineRows.CopyAsync(source, "pgboss.job", engine.Rows["job"]);
        // The reports of a run wait for all its pages.
        await source.ExecuteAsync(
            """
            insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id)
            select c.name, c.id, p.name, p.id from pgboss.job c join pgboss.job p on p.name = 'page' and p.data->>'parentJobId' = c.data->>'parentJobId'
            where c.name = 'report'
            """);
        return 60;
    }
}
