using System.Collections.Concurrent;
using System.Text;
using JobLineage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>Arranging the graph, and what a mouse over it costs: messages to the server are counted.</summary>
[Collection(TellingCollection.Name)]
public sealed class GraphArrangeTests(Chromium chromium, GraphDashboard shared) : IClassFixture<GraphDashboard>
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Detail = Page + "/MovieDetailJob";
    private const string Run = "/runs/oban/60";

    private readonly ConcurrentQueue<string> _sent = new();

    [Fact]
    public async Task A_stage_is_dragged_with_one_message_at_the_drop_and_stays_there_over_a_reload_until_it_is_reset()
    {
        await using var tab = await OpenAsync(Run);
        var before = await tab.PlacesAsync();
        await tab.Page.Locator("[data-arrange=mode]").ClickAsync();
        await Expect(tab.Page.Locator("[data-arrange=mode]")).ToHaveAttributeAsync("aria-pressed", "true");
        await RestAsync(tab);

        var messages = await DragAsync(tab, tab.Stage(Detail).Locator(".node-name"), 40, 120);

        Assert.Equal((0, 1), messages);
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        var moved = await tab.PlacesAsync();
        Assert.Equal([Detail], moved.Keys.Where(path => moved[path] != before[path]));
        Assert.Equal(1, tab.Documents);
        Assert.DoesNotContain("stage=", tab.Page.Url);
        var line = await LineAsync(tab);

        await tab.Page.ReloadAsync();
        await tab.LiveAsync();
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        Assert.Equal(moved, await tab.PlacesAsync());
        Assert.Equal(line, await LineAsync(tab));

        await tab.Page.Locator("[data-arrange=reset]").ClickAsync();
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToHaveCountAsync(0);
        Assert.Equal(before, await tab.PlacesAsync());
        await tab.Page.ReloadAsync();
        await tab.LiveAsync();
        Assert.Equal(before, await tab.PlacesAsync());
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task A_group_is_dragged_by_its_fold_with_everything_below_it_and_escape_puts_it_back()
    {
        await using var tab = await OpenAsync(Run);
        var (before, lines) = (await tab.PlacesAsync(), await LinesAsync(tab));
        await tab.Page.Locator("[data-arrange=mode]").ClickAsync();
        var fold = tab.Page.Locator($"[data-fold='{Page}'] .fold-button");
        await fold.ScrollIntoViewIfNeededAsync();
        var box = (await fold.BoundingBoxAsync())!;
        await RestAsync(tab);

        await tab.Page.Mouse.MoveAsync(box.X + 9, box.Y + 9);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + 9, box.Y + 89, new() { Steps = 8 });
        await Expect(tab.Stage(Detail)).Not.ToHaveAttributeAsync("data-y", before[Detail].Split(' ')[1]);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Mouse.UpAsync();
        Assert.Equal(before, await tab.PlacesAsync());
        Assert.Equal(lines, await LinesAsync(tab));
        Assert.Empty(_sent);

        Assert.Equal((0, 1), await DragAsync(tab, fold, 0, 80));
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        var moved = await tab.PlacesAsync();
        Assert.Equal(
            before.Keys.Where(path => path.StartsWith(Page, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            moved.Keys.Where(path => moved[path] != before[path]).Order(StringComparer.Ordinal));
        // Nothing was closed by it.
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(before.Count);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Stages_are_arranged_with_keys_and_told_once_they_rest()
    {
        await using var tab = await OpenAsync(Run);
        var before = await tab.PlacesAsync();
        await tab.Page.Locator("[data-arrange=mode]").PressAsync("Enter");
        await tab.Stage(Detail).FocusAsync();
        await RestAsync(tab);

        // In one go, however busy the machine is: told is when no more follow.
        await tab.Stage(Detail).EvaluateAsync(
            "node => { for (let i = 0; i < 5; i++) node.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', shiftKey: true, bubbles: true, cancelable: true })); }");

        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        Assert.Single(_sent, message => message.Contains("nodes", StringComparison.Ordinal));
        await Expect(tab.Stage(Detail)).ToBeFocusedAsync();
        var (was, now) = (before[Detail].Split(' '), (await tab.PlacesAsync())[Detail].Split(' '));
        Assert.Equal((was[0], double.Parse(was[1], System.Globalization.CultureInfo.InvariantCulture) + 60), (now[0], double.Parse(now[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Panning_zooming_and_hovering_send_nothing_and_the_view_is_told_once_it_rests()
    {
        await using var tab = await OpenAsync($"/runs/oban/{GraphDashboard.Root}?closed=none");
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(200);
        // An edge is asked about when a mouse rests on it.
        await tab.Page.AddStyleTagAsync(new() { Content = ".edge { pointer-events: none !important }" });
        await tab.Page.Locator(".graph-viewport").EvaluateAsync("view => { view.scrollTo(100, 3000); view.scrollIntoView({ block: 'center' }); }");
        await RestAsync(tab);

        // In one go, so that it does not rest in between however busy the machine is.
        await tab.Page.Locator(".graph-viewport").EvaluateAsync(
            """
            view => {
              const send = (type, target, x, y) => target.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: 'mouse', button: 0, clientX: x, clientY: y }));
              send('pointerdown', view, 300, 300);
              for (let i = 1; i <= 100; i++) send('pointermove', view, 300 + i / 2, 300 - i);
              send('pointerup', view, 350, 200);
            }
            """);
        Assert.Equal(3100, await tab.Page.EvaluateAsync<int>("() => document.querySelector('.graph-viewport').scrollTop"));
        await TellsAsync(tab, 1);

        // Over nodes: no stage is asked about. (An edge is, when the mouse rests on it.)
        await tab.Page.EvaluateAsync(
            """
            () => {
              for (const node of [...document.querySelectorAll('.node')].slice(0, 100)) {
                for (const type of ['pointerover', 'pointerenter', 'mouseenter', 'pointermove', 'mousemove', 'mouseleave', 'pointerleave']) {
                  node.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: 'mouse' }));
                }
              }
            }
            """);
        Assert.Empty(_sent);
        await tab.Page.Locator("[data-zoom=in]").EvaluateAsync("button => { for (let i = 0; i < 3; i++) button.click(); }");
        await TellsAsync(tab, 1);
    }

    [Fact]
    public async Task Delete_removes_nothing()
    {
        await using var tab = await OpenAsync(Run + $"?stage={Uri.EscapeDataString(Page)}");
        var before = await tab.PlacesAsync();
        await tab.Stage(Page).FocusAsync();
        await RestAsync(tab);
        await tab.Page.Keyboard.PressAsync("Delete");
        await tab.Page.Keyboard.PressAsync("Backspace");
        await tab.Page.Keyboard.PressAsync("Control+g");
        Assert.Empty(_sent);
        Assert.Equal(before, await tab.PlacesAsync());
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Arranging_keeps_nobody_out()
    {
        await using var tab = await OpenAsync(Run);
        await tab.Page.Locator("[data-arrange=mode]").ClickAsync();
        await DragAsync(tab, tab.Stage(Detail).Locator(".node-name"), 0, 60);
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        await AccessibilityTests.HasNoneAsync(tab);
    }

    // How many messages it sent while it moved, and after the drop.
    private async Task<(int, int)> DragAsync(Tab tab, ILocator part, float dx, float dy)
    {
        await part.ScrollIntoViewIfNeededAsync();
        var box = (await part.BoundingBoxAsync())!;
        await RestAsync(tab);
        var (x, y) = (box.X + box.Width / 2, box.Y + box.Height / 2);
        await tab.Page.Mouse.MoveAsync(x, y);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(x + dx, y + dy, new() { Steps = 20 });
        var moving = _sent.Count;
        await tab.Page.Mouse.UpAsync();
        await Expect(tab.Page.Locator("[data-arrange=reset]")).ToBeVisibleAsync();
        return (moving, _sent.Count(message => message.Contains("nodes", StringComparison.Ordinal)));
    }

    // What came before has been told.
    private async Task RestAsync(Tab tab)
    {
        await ToldAsync(tab);
        _sent.Clear();
    }

    private async Task TellsAsync(Tab tab, int times)
    {
        await ToldAsync(tab);
        Assert.Equal(times, _sent.Count);
        _sent.Clear();
    }

    // The server knows the view that is looked at.
    private static async Task ToldAsync(Tab tab)
    {
        await tab.Page.WaitForFunctionAsync("() => document.querySelector('job-graph').isTold");
        await tab.Page.EvaluateAsync("() => new Promise(done => setTimeout(done, 100))");
    }

    private static Task<string?> LineAsync(Tab tab) => tab.Page.Locator($".edge[data-to='{Detail}'] .edge-line").GetAttributeAsync("d");

    private static Task<string[]> LinesAsync(Tab tab) => tab.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.edge path, .edge-label')].map(part => part.outerHTML)");

    // Only what somebody does: acknowledged pictures and signs of life are sent whatever happens.
    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await chromium.OpenAsync(shared.Dashboard.Address);
        tab.Page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
        {
            var text = frame.Text ?? Encoding.UTF8.GetString(frame.Binary ?? []);
            if (text.Contains("DispatchEventAsync", StringComparison.Ordinal))
                _sent.Enqueue(text);
        };
        await tab.GoAsync(path);
        return tab;
    }
}
