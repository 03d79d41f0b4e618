using System.Text.RegularExpressions;
using JobLineage.Tests.Support;
using Microsoft.Playwright;

namespace JobLineage.Tests.Browser;

/// <summary>Pages follow the queue's database, whatever happens in between.</summary>
[Collection(HappeningCollection.Name)]
public sealed class FollowingTests(Chromium chromium)
{
    private const string Run = "/runs/oban/60";
    private const string Geocode = "SyncJob/MoviePageJob/ShowtimeProcessJob/GeocodeJob";
    private const string Notify = "SyncJob/MoviePageJob/ShowtimeProcessJob/EnrichmentJob/NotifyJob";

    [Fact]
    public async Task Counts_follow_the_database_without_a_reload_and_move_no_node()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        await tab.HasCountAsync(Geocode, "available", 19);
        var (version, places) = (await tab.VersionAsync(), await tab.PlacesAsync());

        await GeocodeAsync(dashboard, 3);

        await tab.HasCountAsync(Geocode, "available", 16);
        await tab.HasCountAsync(Geocode, "completed", 3);
        await GeocodeAsync(dashboard, 16);
        await tab.HasCountAsync(Geocode, "completed", 19);
        await tab.HasCountAsync(Geocode, "available", 0);
        Assert.True(await tab.VersionAsync() > version);
        Assert.Equal(places, await tab.PlacesAsync());
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_stage_that_appears_moves_no_other()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        var before = await tab.PlacesAsync();

        await dashboard.Source.ExecuteAsync(
            """
            insert into oban_jobs (state, queue, worker, args, meta)
            select 'available', 'emails', 'EventasaurusApp.Workers.ReceiptJob', '{}', jsonb_build_object('parent_job_id', id)
            from oban_jobs where worker like '%NotifyJob' and meta->>'parent_job_id' is not null order by id limit 2
            """);

        await tab.HasCountAsync(Notify + "/ReceiptJob", "available", 2);
        var after = await tab.PlacesAsync();
        Assert.Equal(before.Count + 1, after.Count);
        Assert.Equal(before, after.Where(place => before.ContainsKey(place.Key)).ToDictionary());
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task Two_viewers_of_a_run_both_follow_it()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var one = await chromium.OpenAsync(dashboard.Address);
        await using var other = await chromium.OpenAsync(dashboard.Address);
        await one.GoAsync(Run);
        await other.GoAsync(Run + "?tab=tree");

        await GeocodeAsync(dashboard, 5);

        await one.HasCountAsync(Geocode, "completed", 5);
        await other.HasCountAsync(Geocode, "completed", 5);
        Assert.Equal((1, 1), (one.Documents, other.Documents));
    }

    [Fact]
    public async Task The_runs_list_follows_too()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/");
        var jobs = tab.Page.Locator("[data-run='60'] .c-jobs");
        await Assertions.Expect(jobs).ToContainTextAsync("752");

        await dashboard.Source.ExecuteAsync(
            """insert into oban_jobs (worker, args, meta) values ('EventasaurusApp.Workers.NotifyJob', '{}', '{"parent_job_id": 60}')""");

        await Assertions.Expect(jobs).ToContainTextAsync("753");
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task A_lost_connection_is_shown_and_what_happened_meanwhile_is_there_when_it_is_back()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        var bar = tab.Page.Locator("#components-reconnect-modal");
        await Assertions.Expect(bar).ToBeHiddenAsync();
        var server = dashboard.Network.Target;

        dashboard.Network.Target = null;
        dashboard.Network.Cut();
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await Assertions.Expect(bar).ToContainTextAsync("last known state");
        await GeocodeAsync(dashboard, 7);
        dashboard.Network.Target = server;

        await tab.HasCountAsync(Geocode, "completed", 7);
        await Assertions.Expect(bar).ToBeHiddenAsync();
        Assert.Equal(1, tab.Documents);
    }

    [Fact]
    public async Task A_network_that_falls_silent_is_noticed_by_the_browser_itself()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        await Assertions.Expect(tab.Page.Locator(".freshness .cut")).ToBeHiddenAsync();

        dashboard.Network.IsSilent = true;

        // SignalR's own limit is 30 s, ours ten: nobody else ends this connection.
        await Assertions.Expect(tab.Page.Locator(".freshness .cut")).ToBeVisibleAsync(new() { Timeout = 25_000 });
        await Assertions.Expect(tab.Page.Locator(".freshness .word")).ToBeHiddenAsync();
        dashboard.Network.Cut();
        dashboard.Network.IsSilent = false;
        await Assertions.Expect(tab.Page.Locator(".freshness .cut")).ToBeHiddenAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task Of_two_viewers_one_is_cut_off_says_so_and_comes_back_while_the_other_goes_on()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var one = await chromium.OpenAsync(dashboard.Address);
        // Its own way to the server, which is not the one that is cut.
        await using var other = await chromium.OpenAsync(dashboard.Direct);
        await one.GoAsync(Run);
        await other.GoAsync(Run);
        await GeocodeAsync(dashboard, 2);
        await one.HasCountAsync(Geocode, "completed", 2);
        await other.HasCountAsync(Geocode, "completed", 2);
        var server = dashboard.Network.Target;

        dashboard.Network.Target = null;
        dashboard.Network.Cut();
        await Assertions.Expect(one.Page.Locator(".freshness .cut")).ToBeVisibleAsync();
        await Assertions.Expect(one.Page.Locator(".freshness .word")).ToBeHiddenAsync();
        await GeocodeAsync(dashboard, 3);
        await other.HasCountAsync(Geocode, "completed", 5);
        await one.HasCountAsync(Geocode, "completed", 2);
        await Assertions.Expect(other.Page.Locator(".freshness .cut")).ToBeHiddenAsync();
        dashboard.Network.Target = server;

        await one.HasCountAsync(Geocode, "completed", 5);
        await Assertions.Expect(one.Page.Locator(".freshness .cut")).ToBeHiddenAsync();
        Assert.Equal((1, 1), (one.Documents, other.Documents));
    }

    [Fact]
    public async Task A_paused_page_holds_still_with_its_clocks_and_goes_on_by_the_key()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await using var other = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        await other.GoAsync(Run);

        await tab.Page.Keyboard.PressAsync("p");
        await Assertions.Expect(tab.Page.Locator(".freshness")).ToContainTextAsync("paused");
        await Assertions.Expect(tab.Page.Locator("[data-clock=stopped]")).ToHaveCountAsync(1);
        await GeocodeAsync(dashboard, 6);
        await other.HasCountAsync(Geocode, "completed", 6);
        // By the page's own clock, which counts how far it is behind: what the other shows has had its time to arrive.
        await Assertions.Expect(tab.Page.Locator(".freshness")).ToContainTextAsync(new Regex(@"[2-9] s behind"));
        await tab.HasCountAsync(Geocode, "completed", 0);
        await tab.Page.Keyboard.PressAsync("p");

        await tab.HasCountAsync(Geocode, "completed", 6);
        await Assertions.Expect(tab.Page.Locator("[data-clock=stopped]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task No_row_moves_under_the_pointer()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/");
        var first = tab.Page.Locator("[data-run]").First;
        var (id, other) = (await first.GetAttributeAsync("data-run"), await tab.Page.Locator("[data-run]").Nth(1).GetAttributeAsync("data-run"));
        await first.HoverAsync();

        await dashboard.Source.ExecuteAsync(
            "insert into oban_jobs (worker, args, meta) values ('EventasaurusApp.Workers.NotifyJob', '{}', jsonb_build_object('parent_job_id', @other))",
            new { other = long.Parse(other!) });

        await Assertions.Expect(tab.Page.Locator(".held")).ToBeVisibleAsync();
        Assert.Equal(id, await first.GetAttributeAsync("data-run"));
        await tab.Page.Locator("h1").HoverAsync();
        await Assertions.Expect(first).ToHaveAttributeAsync("data-run", other!);
        await Assertions.Expect(tab.Page.Locator(".held")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_page_finds_a_server_that_was_restarted_and_shows_the_same_view()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync($"{Run}?tab=tree&stage={Uri.EscapeDataString(Geocode)}");

        await GeocodeAsync(dashboard, 2);
        await dashboard.RestartServerAsync();

        await tab.HasCountAsync(Geocode, "completed", 2);
        await tab.LiveAsync();
        await Assertions.Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("GeocodeJob");
        await Assertions.Expect(tab.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_is_said_and_found_again_without_help()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        await OutageAsync(dashboard, tab, dashboard.Source);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_and_found_again_without_help()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Run);
        await OutageAsync(dashboard, tab, dashboard.Store);
    }

    private static async Task OutageAsync(LiveDashboard dashboard, Tab tab, TestDatabase database)
    {
        var freshness = tab.Page.Locator(".freshness");
        // The table has been read to its end: what is said from here on is about the outage.
        await Assertions.Expect(freshness).ToContainTextAsync("polling");
        await Assertions.Expect(tab.Page.Locator(".banner")).ToHaveCountAsync(0);

        await LiveDashboard.CloseAsync(database);
        await Assertions.Expect(freshness).ToContainTextAsync("reconnecting");
        await Assertions.Expect(tab.Page.Locator(".banner").First).ToContainTextAsync("last known state");
        await tab.HasCountAsync(Geocode, "available", 19);
        await LiveDashboard.ReopenAsync(database);
        await GeocodeAsync(dashboard, 4);

        await tab.HasCountAsync(Geocode, "completed", 4);
        await Assertions.Expect(freshness).Not.ToContainTextAsync("reconnecting");
        await Assertions.Expect(tab.Page.Locator(".banner")).ToHaveCountAsync(0);
        Assert.Equal(1, tab.Documents);
    }

    /// <summary>Completes some of the run's jobs whose queue has no worker, as a worker would.</summary>
    private static async Task GeocodeAsync(LiveDashboard dashboard, int jobs) => Assert.Equal(jobs, await dashboard.Source.ExecuteAsync(
        """
        update oban_jobs set state = 'completed', attempt = 1, attempted_at = now() at time zone 'utc', completed_at = now() at time zone 'utc'
        where id in (
            select id from oban_jobs
            where worker like '%GeocodeJob' and state = 'available' and meta->>'parent_job_id' is not null
            order by id limit @jobs)
        """, new { jobs }));
}
