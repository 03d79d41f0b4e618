using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What comes and goes above does not move what somebody points at.</summary>
[Collection(HappeningCollection.Name)]
public sealed class SteadyPageTests(Chromium chromium)
{
    private const string Row = "tr[data-stage='BakeJob/LoafJob']";

    [Theory]
    [InlineData("/runs/oban/800001?tab=tree", Row)]
    [InlineData("/runs/oban/800001", ".node[data-stage='BakeJob/LoafJob'] rect")]
    [InlineData("/runs/oban/800001?tab=errors", "a[data-key=e]")]
    public async Task A_finding_that_comes_or_goes_moves_nothing_under_the_pointer(string path, string target)
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, AddAsync);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(path);
        await Expect(tab.Page.Locator("[data-finding]")).ToHaveCountAsync(0);
        await PointAtAsync(tab, target);

        await dashboard.Source.ExecuteAsync("update oban_jobs set state = 'discarded', completed_at = null, discarded_at = timezone('UTC', now()) where id = 800003");
        await Expect(tab.Page.Locator("[data-finding=failing]")).ToBeAttachedAsync();
        await HasNotMovedAsync(tab);

        // Nobody points, and then somebody does who came later.
        await tab.Page.Mouse.MoveAsync(640, 10);
        await tab.Page.EvaluateAsync("() => scrollTo(0, 0)");
        await PointAtAsync(tab, target);
        await dashboard.Source.ExecuteAsync("update oban_jobs set state = 'completed', discarded_at = null, completed_at = timezone('UTC', now()) where id = 800003");
        await Expect(tab.Page.Locator("[data-finding]")).ToHaveCountAsync(0);
        await HasNotMovedAsync(tab);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData("/", "tr[data-run='60']", true)]
    [InlineData("/runs/oban/60?tab=tree", "tr[data-stage='SyncJob/MoviePageJob']", true)]
    [InlineData("/runs/oban/60?tab=jobs", "tr[data-job]", false)]
    public async Task A_banner_that_comes_or_goes_moves_nothing_under_the_pointer(string path, string target, bool isSource)
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(path);
        await PointAtAsync(tab, target);
        var database = isSource ? dashboard.Source : dashboard.Store;

        await LiveDashboard.CloseAsync(database);
        await Expect(tab.Page.Locator(".banner").First).ToBeVisibleAsync();
        await HasNotMovedAsync(tab);

        await LiveDashboard.ReopenAsync(database);
        await Expect(tab.Page.Locator(".banner")).ToHaveCountAsync(0);
        await HasNotMovedAsync(tab);

        // The room that this took is given back once nobody points.
        await tab.Page.Mouse.MoveAsync(640, 10);
        await Expect(tab.Page.Locator("#main")).ToHaveJSPropertyAsync("style.marginTop", "");
        Assert.Equal("", await tab.Page.EvaluateAsync<string>("() => document.documentElement.style.minHeight + document.body.style.overflowAnchor"));
    }

    [Fact]
    public async Task The_wheel_goes_as_far_as_it_is_turned_in_a_list_that_grows_under_it()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/runs/oban/60?tab=jobs&sort=oldest");
        await PointAtAsync(tab, "tr[data-job]");

        for (var turn = 1; turn <= 8; turn++)
        {
            var from = await tab.Page.EvaluateAsync<double>("() => scrollY");
            await tab.Page.Mouse.WheelAsync(0, 500);
            await tab.Page.WaitForTimeoutAsync(300);
            Assert.InRange(await tab.Page.EvaluateAsync<double>("() => scrollY") - from, 0, 700);
        }

        Assert.True(await tab.Page.EvaluateAsync<double>("() => scrollY") > 2_000);
    }

    // A run of its own with nothing wrong in it.
    private static Task AddAsync(TestDatabase source) => source.ExecuteAsync(
        """
        insert into oban_jobs (id, worker, state, attempt, max_attempts, meta, completed_at)
        select 800001 + i, case when i = 0 then 'App.BakeJob' else 'App.LoafJob' end, 'completed', 1, 1,
            case when i = 0 then '{}'::jsonb else '{"parent_job_id": 800001}' end, timezone('UTC', now())
        from generate_series(0, 4) i
        """);

    // Every frame is looked at: what jumps and comes back has moved.
    private static async Task PointAtAsync(Tab tab, string target)
    {
        var locator = tab.Page.Locator(target).First;
        await locator.ScrollIntoViewIfNeededAsync();
        var box = (await locator.BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + 20, box.Y + box.Height / 2);
        await locator.EvaluateAsync(
            """
            element => {
              const top = () => Math.round(element.getBoundingClientRect().top);
              const first = top();
              const turn = window.turn = (window.turn ?? 0) + 1;
              window.moved = 0;
              const look = () => {
                if (turn !== window.turn) return;
                if (element.isConnected) window.moved = Math.max(window.moved, Math.abs(top() - first));
                else window.moved = -1;
                requestAnimationFrame(look);
              };
              look();
            }
            """);
    }

    // Heights have parts of pixels, and pages are scrolled by whole ones.
    private static async Task HasNotMovedAsync(Tab tab)
    {
        await tab.Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        Assert.InRange(await tab.Page.EvaluateAsync<int>("() => window.moved"), 0, 1);
    }
}
