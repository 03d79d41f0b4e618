using System.Net;
using Dapper;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>The page of a pipeline whose worker has a hostile name, and a run of it that was dropped.</summary>
[Collection(HappeningCollection.Name)]
public sealed class PipelineBrowserTests(Chromium chromium)
{
    private const string Worker = "App.Crawl/Ünï <b>code</b>?#%2F.SyncJob";

    [Fact]
    public async Task From_a_run_to_its_pipeline_to_a_dropped_run_and_a_new_run_appears()
    {
        await using var dashboard = await LiveDashboard.StartAsync(FillAsync, new Dictionary<string, string?>());
        await DropOldAsync(dashboard);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/runs/oban/60000");

        await tab.Page.Locator("[data-page=run] h1 a").ClickAsync();
        await Expect(tab.Page.Locator("[data-page=pipeline] h1")).ToHaveTextAsync("SyncJob");
        await Expect(tab.Page.Locator("tr[data-run]")).ToHaveCountAsync(50);
        Assert.True(await tab.OverflowAsync() <= 0);

        await tab.Page.GetByText("Next 50").ClickAsync();
        await Expect(tab.Page.Locator("tr[data-run='1000']")).ToBeVisibleAsync();
        await using var other = await chromium.OpenAsync(dashboard.Address);
        await other.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Page.Locator("tr[data-run='1000'] .dropped")).ToHaveTextAsync("summary");
        await other.Page.Locator("tr[data-run='1000'] a[data-row]").ClickAsync();
        await Expect(other.Page.Locator("[data-page=dropped-run]")).ToContainTextAsync("dropped from history on");
        Assert.Equal(HttpStatusCode.Gone, (await dashboard.Client.GetAsync("/runs/oban/1000")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Client.GetAsync("/runs/oban/999999999")).StatusCode);

        await tab.Page.GetByText("First page").ClickAsync();
        await Expect(tab.Page.Locator("tr[data-run='60000']")).ToBeVisibleAsync();
        // Away from the rows, which hold still under a pointer: to where the page's head is once it was scrolled up.
        await tab.Page.WaitForFunctionAsync("() => scrollY === 0");
        await tab.Page.Mouse.MoveAsync(640, 5);
        await Expect(tab.Page.Locator(".held")).ToHaveCountAsync(0);
        await InsertAsync(dashboard.Source, 61_000, 0);
        await Expect(tab.Page.Locator("tr[data-run]").First).ToHaveAttributeAsync("data-run", "61000");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task It_fits_a_narrow_window()
    {
        await using var dashboard = await LiveDashboard.StartAsync(FillAsync, new Dictionary<string, string?>());
        await using var tab = await chromium.OpenAsync(dashboard.Address, width: 390, height: 844);
        await tab.GoAsync("/runs/oban/60000");
        await tab.Page.Locator("[data-page=run] h1 a").ClickAsync();
        await Expect(tab.Page.Locator("tr[data-run]")).ToHaveCountAsync(50);
        Assert.True(await tab.OverflowAsync() <= 0, $"{await tab.OverflowAsync()} px too wide");
    }

    private static async Task<long> FillAsync(TestDatabase source)
    {
        await source.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        for (var n = 1; n <= 60; n++)
            await InsertAsync(source, n * 1_000, 61 - n);
        return 60_000;
    }

    /// <summary>A run of a root, some pages and what is below them.</summary>
    private static Task InsertAsync(TestDatabase source, long root, int daysAgo) => source.ExecuteAsync(
        """
        insert into oban_jobs (id, worker, state, meta, inserted_at, scheduled_at, attempted_at, completed_at, discarded_at, attempt, errors)
        select @root + n, case when n = 0 then @worker when n <= 8 then 'App.PageJob' when @root % 7000 = 0 and n > 35 then 'App.GeocodeJob' else 'App.DetailJob' end,
            s.state::oban_job_state, case when n = 0 then '{}' else jsonb_build_object('parent_job_id', case when n <= 8 then @root else @root + 1 + n % 8 end) end,
            t.at, t.at, t.at, case when s.state = 'completed' then t.done end, case when s.state = 'discarded' then t.done end, 1,
            case when s.state = 'discarded' then array[jsonb_build_object('at', '2026-01-01T00:00:00Z', 'attempt', 1, 'error',
                case when @root % 9000 = 0 then 'the host <script>alert(1)</script> moved away' else 'timeout' end)] else '{}' end
        from generate_series(0, 20 + (@root / 1000 * 7 % 23)::int) n
        cross join lateral (select case when n > 8 and (@root / 1000 * 13 + n) % 11 = 0 then 'discarded' else 'completed' end as state) s
        cross join lateral (select timezone('UTC', now()) - @days * interval '1 day' + n * interval '3 seconds' as at) b
        cross join lateral (select b.at, b.at + interval '1 second' * (2 + (@root / 1000 * n) % 17) as done) t
        """,
        new { root, worker = Worker, days = daysAgo });

    /// <summary>The queue prunes what is older than forty days, and history drops it.</summary>
    private static async Task DropOldAsync(LiveDashboard dashboard)
    {
        // The run that is waited for is new, and read before the others.
        await Soon.IsTrueAsync(() => dashboard.Store.ScalarAsync<bool>("select backfilled from job_lineage.source"));
        await dashboard.Source.ExecuteAsync("delete from oban_jobs where inserted_at < timezone('UTC', now()) - interval '40 days'");
        await using var connection = await dashboard.Store.OpenAsync();
        await using var store = StoreDatabase.Create(dashboard.Store.ConnectionString);
        // As the next reconciliation would.
        await connection.ExecuteAsync(
            """
            update job_lineage.job set flags = flags | 2 where inserted_at < now() - interval '39.9 days';
            update job_lineage.run set absent = rows where last_activity_at < now() - interval '39.9 days';
            """);
        var (id, epoch) = await connection.QuerySingleAsync<(short, long)>("select id, epoch from job_lineage.source");
        await new OldRuns(store, new(store, id, "oban", epoch)).DropAllAsync(TimeSpan.FromDays(39.9));
    }
}
