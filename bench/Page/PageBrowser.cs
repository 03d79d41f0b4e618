using System.Text;
using Microsoft.Playwright;

namespace JobLineage.Bench.Page;

/// <summary>What one opening of a page took, in milliseconds since the navigation began, and how large its document was.</summary>
/// <param name="Graph">Until a frame was painted with the graph in it: the first HTML.</param>
/// <param name="Interactive">Until the circuit lived, and clicks and updates worked.</param>
/// <param name="HtmlBytes">The document, not compressed.</param>
internal sealed record Opening(double Graph, double Interactive, long HtmlBytes);

/// <summary>What updates of an open page cost.</summary>
/// <param name="Renders">Messages of the circuit that changed the picture.</param>
/// <param name="Bytes">What came down the circuit, all messages.</param>
/// <param name="Nodes">Nodes and edges of the graph in which anything changed, summed over the messages.</param>
internal sealed record Updates(int Renders, long Bytes, long Nodes);

/// <summary>The system's Chromium.</summary>
internal sealed class PageBrowser : IAsyncDisposable
{
    private const string Variable = "JOBLINEAGE_CHROMIUM";
    private const float Patience = 60_000;

    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/usr/lib/chromium/chromium"];

    // The moment of the first frame that has a node in it, and of the circuit; and which nodes an update touches.
    private const string Watch =
        """
        window.seen = {};
        window.touched = 0;
        window.batches = 0;
        const look = () => {
          if (!seen.graph && document.querySelector(".node")) {
            seen.graph = -1;
            requestAnimationFrame(() => setTimeout(() => seen.graph = performance.now()));
          }
          if (!seen.live && document.querySelector("main[data-live]")) seen.live = performance.now();
        };
        new MutationObserver((records) => {
          look();
          const nodes = new Set(), isOurs = (name) => name !== "tabindex" && name !== "style";
          for (const record of records) {
            const element = record.target.nodeType === 1 ? record.target : record.target.parentElement;
            if (record.type !== "attributes" || isOurs(record.attributeName)) {
              const part = element?.closest?.(".node, .edge, .fold");
              if (part) nodes.add(part);
            }
          }
          touched += nodes.size;
          if (nodes.size > 0) batches++;
        }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _address;

    private PageBrowser(IPlaywright playwright, IBrowser browser, Uri address) => (_playwright, _browser, _address) = (playwright, browser, address);

    public static async Task<PageBrowser> StartAsync(Uri address)
    {
        var program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : Array.Find(Places, File.Exists)
            ?? throw new ArgumentException($"No Chromium was found: install one, or name its program in {Variable}.");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        return new(playwright, browser, address);
    }

    /// <summary>Opens a page as somebody who was here before: the scripts and styles are in the cache.</summary>
    public async Task<Opening> OpenAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        try
        {
            await page.AddInitScriptAsync(Watch);
            var answer = await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });
            await page.WaitForFunctionAsync("() => seen.graph > 0 && seen.live > 0", null, new() { Timeout = Patience, PollingInterval = 50 });
            var times = await page.EvaluateAsync<double[]>("() => [seen.graph, seen.live]");
            return new(times[0], times[1], (await answer!.BodyAsync()).Length);
        }
        finally
        {
            await page.CloseAsync();
        }
    }

    /// <summary>Somebody with a cache of their own.</summary>
    public async Task<IBrowserContext> ViewerAsync() => await _browser.NewContextAsync(new()
    {
        BaseURL = _address.ToString(),
        ViewportSize = new() { Width = 1280, Height = 900 },
        ReducedMotion = ReducedMotion.Reduce,
    });

    /// <summary>Has a page open while something happens, and says what came down to it.</summary>
    public async Task<Updates> WatchAsync(string path, Func<Task> happens, CancellationToken cancellation)
    {
        await using var context = await ViewerAsync();
        var page = await context.NewPageAsync();
        var bytes = 0L;
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
            Interlocked.Add(ref bytes, frame.Binary?.Length ?? Encoding.UTF8.GetByteCount(frame.Text ?? ""));
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(path);
        await page.WaitForFunctionAsync("() => seen.live > 0", null, new() { Timeout = Patience });
        // What is on its way from the opening is not part of the updates.
        await Task.Delay(2_000, cancellation);
        await page.EvaluateAsync("() => { touched = 0; batches = 0; }");
        Interlocked.Exchange(ref bytes, 0);
        await happens();
        await Task.Delay(1_500, cancellation);
        var counted = await page.EvaluateAsync<long[]>("() => [batches, touched]");
        return new((int)counted[0], Interlocked.Read(ref bytes), counted[1]);
    }

    /// <summary>Drags the picture by a hundred moves of a mouse, then goes over its nodes; how many messages each sent before it rested.</summary>
    public async Task<(int Pan, int Hover)> MoveAsync(string path)
    {
        await using var context = await ViewerAsync();
        var page = await context.NewPageAsync();
        var sent = 0;
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
        {
            // Signs of life and acknowledged pictures are sent whatever happens.
            if ((frame.Text ?? Encoding.UTF8.GetString(frame.Binary ?? [])).Contains("DispatchEvent", StringComparison.Ordinal))
                Interlocked.Increment(ref sent);
        };
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(path);
        await page.WaitForFunctionAsync("() => seen.live > 0", null, new() { Timeout = Patience });
        var viewport = page.Locator(".graph-viewport");
        await viewport.ScrollIntoViewIfNeededAsync();
        var box = (await viewport.BoundingBoxAsync())!;
        await Task.Delay(2_000);
        Interlocked.Exchange(ref sent, 0);
        await page.Mouse.MoveAsync(box.X + 20, box.Y + 100);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 220, box.Y + 90, new() { Steps = 100 });
        var pan = Volatile.Read(ref sent);
        await page.Mouse.UpAsync();
        await Task.Delay(2_000);
        Interlocked.Exchange(ref sent, 0);
        foreach (var node in (await page.Locator(".node").AllAsync()).Take(4))
            await node.HoverAsync(new() { Force = true });
        return (pan, Volatile.Read(ref sent));
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
