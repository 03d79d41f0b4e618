using JobLineage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>The graph under a mouse and under keys.</summary>
[Collection(TellingCollection.Name)]
public sealed class GraphTests(Chromium chromium, GraphDashboard shared) : IClassFixture<GraphDashboard>
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Detail = Page + "/MovieDetailJob";
    private const string Run = "/runs/oban/60";
    private static readonly string Large = $"/runs/oban/{GraphDashboard.Root}";

    [Fact]
    public async Task The_graph_is_worked_with_keys_alone()
    {
        await using var tab = await OpenAsync(Run);
        var keys = tab.Page.Keyboard;
        await Expect(tab.Page.Locator(".node[tabindex='0']")).ToHaveCountAsync(1);
        await Expect(tab.Page.Locator(".edge[tabindex='0']")).ToHaveCountAsync(1);

        await tab.Stage("SyncJob").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(tab.Stage(Page)).ToBeFocusedAsync();
        await Expect(tab.Page.Locator(".node[tabindex='0']")).ToHaveAttributeAsync("data-stage", Page);
        await keys.PressAsync("Space");
        await Expect(tab.Stage(Page)).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(2);
        await Expect(tab.Stage(Page)).ToBeFocusedAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(tab.Stage(Page)).ToHaveAttributeAsync("aria-expanded", "true");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("ArrowLeft");
        await Expect(tab.Stage(Page)).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("[data-panel=stage] h2:not(.export *)")).ToContainTextAsync("MoviePageJob");
        await keys.PressAsync("Escape");
        await Expect(tab.Page.Locator("[data-panel=stage]")).ToHaveCountAsync(0);
        await Expect(tab.Stage(Page)).ToBeFocusedAsync();
        await keys.PressAsync("End");
        await keys.PressAsync("Home");
        await Expect(tab.Stage("SyncJob")).ToBeFocusedAsync();
        await keys.PressAsync("+");
        await Expect(tab.Page.Locator(".graph-picture")).ToHaveAttributeAsync("style", new System.Text.RegularExpressions.Regex("width"));
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task The_edges_card_is_reached_with_keys_and_gives_the_focus_back()
    {
        await using var tab = await OpenAsync(Run);
        var (keys, card) = (tab.Page.Keyboard, tab.Page.Locator(".graph-card [role=dialog]"));
        await tab.Stage(Page).FocusAsync();

        await keys.PressAsync("Shift+ArrowLeft");
        await Expect(card).ToContainTextAsync("SyncJob → MoviePageJob");
        await Expect(card.Locator("table")).ToBeVisibleAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(tab.Stage(Page)).ToBeFocusedAsync();
        await Expect(card).ToHaveCountAsync(0);

        await keys.PressAsync("Shift+ArrowRight");
        await keys.PressAsync("Enter");
        await Expect(card).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Expect(card).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".edge:focus")).ToHaveAttributeAsync("data-from", Page);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_edges_card_is_seen_whole_and_moves_nothing(int width)
    {
        await using var tab = await chromium.OpenAsync(shared.Dashboard.Address, width, height: 844);
        await tab.GoAsync(Run);
        var edge = tab.Page.Locator($".edge[data-to='{Detail}'] .edge-label");
        await edge.ScrollIntoViewIfNeededAsync();
        var places = await BoxesAsync(tab);

        if (width > 400)
            await edge.HoverAsync();
        else
            await edge.ClickAsync();

        var card = tab.Page.Locator(".graph-card .card");
        await Expect(card).ToContainTextAsync("completed parents");
        var box = (await card.BoundingBoxAsync())!;
        Assert.True(box.X >= 0 && box.Y >= 0 && box.X + box.Width <= width && box.Y + box.Height <= 844, $"the card is clipped: {box.X}, {box.Y}, {box.Width} × {box.Height}");
        Assert.Equal(places, await BoxesAsync(tab));

        // The parents without a child are a click away, with the mouse going from the edge into the card.
        var link = card.Locator(".card-jobs a").First;
        var id = await link.TextContentAsync();
        await link.ClickAsync();
        await Expect(tab.Page.Locator("[data-page=job]")).ToContainTextAsync(id!);
    }

    [Fact]
    public async Task Closing_is_in_the_address_and_stays_under_the_mouse()
    {
        await using var tab = await OpenAsync(Large + "?closed=none");
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(200);
        var fold = tab.Page.Locator("[data-fold$='Stage001Job']");
        await fold.Locator(".fold-button").ScrollIntoViewIfNeededAsync();
        var before = (await fold.Locator(".fold-button").BoundingBoxAsync())!;

        await fold.Locator(".fold-button").ClickAsync();

        await Expect(fold).ToHaveAttributeAsync("data-hidden", new System.Text.RegularExpressions.Regex("^[0-9]+$"));
        await Expect(tab.Page.Locator(".graph-note")).ToBeVisibleAsync();
        var after = (await fold.Locator(".fold-button").BoundingBoxAsync())!;
        Assert.True(Math.Abs(before.X - after.X) < 2, $"it moved from {before.X} to {after.X}");
        var (shown, url) = (await tab.Page.Locator(".node").CountAsync(), new Uri(tab.Page.Url).PathAndQuery);
        Assert.InRange(shown, 50, 199);

        await using var other = await OpenAsync(url);
        await Expect(other.Page.Locator(".node")).ToHaveCountAsync(shown);
        await tab.Page.GoBackAsync();
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(200);
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_large_run_starts_with_what_needs_attention_in_the_picture()
    {
        await using var tab = await OpenAsync(Large);

        await Expect(tab.Page.Locator(".graph-note")).ToContainTextAsync("200 stages");
        Assert.InRange(await tab.Page.Locator(".node").CountAsync(), 10, 60);
        await Expect(tab.Page.Locator("[data-stage$='Stage199Job'] .node-flag")).ToHaveTextAsync("failing");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Collapse all" }).ClickAsync();
        await Expect(tab.Page.Locator("[data-mark=failing]")).ToHaveTextAsync("1");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Expand all" }).ClickAsync();
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(200);
    }

    [Fact]
    public async Task The_map_moves_the_view_and_shows_where_it_is()
    {
        await using var tab = await OpenAsync(Large + "?closed=none");
        var map = tab.Page.Locator(".graph-map svg");
        await Expect(map.Locator("rect:not(.map-view)")).ToHaveCountAsync(200);
        var box = (await map.BoundingBoxAsync())!;
        var mouse = tab.Page.Mouse;

        await mouse.MoveAsync(box.X + 3, box.Y + 3);
        await mouse.DownAsync();
        var start = await ScrollAsync(tab);
        await mouse.MoveAsync(box.X + box.Width - 3, box.Y + box.Height - 3, new() { Steps = 5 });
        var end = await ScrollAsync(tab);
        await mouse.UpAsync();
        await mouse.MoveAsync(box.X + 3, box.Y + 3);

        Assert.Equal(0, start);
        Assert.True(end > 1_000, $"the view went to {end}");
        Assert.Equal(end, await ScrollAsync(tab));
        Assert.True(int.Parse((await map.Locator(".map-view").GetAttributeAsync("y"))!) > 1_000);

        // With keys: the viewport scrolls, and the arrows bring any node into sight.
        await tab.Stage("Stage000Job").FocusAsync();
        await tab.Page.Keyboard.PressAsync("End");
        await Expect(tab.Page.Locator(".node:focus")).ToBeInViewportAsync();
        await Expect(tab.Page.Locator(".graph-viewport")).ToHaveAttributeAsync("tabindex", "0");
    }

    [Fact]
    public async Task A_graph_that_is_seen_whole_has_no_map()
    {
        await using var tab = await OpenAsync(Run + $"?closed={Uri.EscapeDataString(Page)}");

        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(2);
        await Expect(tab.Page.Locator(".graph-map svg")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_search_jumps_from_match_to_match_and_opens_what_is_closed()
    {
        await using var tab = await OpenAsync(Large + "?closed=all");
        var (keys, count) = (tab.Page.Keyboard, tab.Page.Locator(".graph-count"));

        await keys.PressAsync("f");
        await Expect(tab.Page.Locator(".graph-search")).ToBeFocusedAsync();
        await keys.TypeAsync("stage15");
        await Expect(count).ToContainTextAsync("1 of 10");
        await keys.PressAsync("Enter");
        await Expect(count).ToContainTextAsync("2 of 10");
        await Expect(tab.Page.Locator(".node-found")).ToBeInViewportAsync();
        await Expect(tab.Page.Locator(".graph-search")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Expect(count).ToHaveTextAsync("");
        await Expect(tab.Page.Locator(".node-miss")).ToHaveCountAsync(0);
        Assert.Equal(1, tab.Documents);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Two_hundred_open_stages_follow_updates_and_grow_without_moving()
    {
        await using var dashboard = await LiveDashboard.StartAsync(RecordedData.ObanEnd, GraphDashboard.AddAsync);
        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync(Large + "?closed=none");
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(200);
        var places = await tab.PlacesAsync();
        var last = GraphDashboard.Root + 198;

        await dashboard.Source.ExecuteAsync(
            """
            update oban_jobs set state = 'executing', completed_at = null where id = @last;
            insert into oban_jobs (worker, state, meta)
            select 'Big.New' || i || 'Job', 'available', jsonb_build_object('parent_job_id', @last - i) from generate_series(1, 12) i
            """, new { last });

        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(212);
        await Expect(tab.Page.Locator("[data-stage$='Stage198Job'] [data-state=executing]")).ToHaveAttributeAsync("data-count", "1");
        Assert.Equal(places, (await tab.PlacesAsync()).Where(place => places.ContainsKey(place.Key)).ToDictionary());
        await Expect(tab.Page.Locator(".node[tabindex='0']")).ToHaveCountAsync(1);
        Assert.Empty(tab.Complaints);
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        await tab.GoAsync(path);
        return tab;
    }

    private static Task<int> ScrollAsync(Tab tab) => tab.Page.EvaluateAsync<int>("() => document.querySelector('.graph-viewport').scrollTop");

    private static Task<string> BoxesAsync(Tab tab) => tab.Page.EvaluateAsync<string>(
        "() => [...document.querySelectorAll('.node, .graph-body, .tabs')].map(e => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height].map(Math.round).join(' '); }).join('\\n')");
}
