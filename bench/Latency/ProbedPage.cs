using System.Diagnostics;
using Microsoft.Playwright;

namespace JobLineage.Bench.Latency;

/// <summary>When a text changed in the page.</summary>
/// <param name="Text">The moment of the changed text, in milliseconds of the bench's clock.</param>
/// <param name="Frame">The moment at which the browser got the last message before that.</param>
internal sealed record Sight(double Text, double Frame);

/// <summary>A page in a real browser that notes when one number in it changes.</summary>
internal sealed class ProbedPage : IAsyncDisposable
{
    // Runs before the page's own scripts: every message of the circuit passes here first.
    private const string Ear =
        """
        (() => {
          const Native = window.WebSocket;
          window.bench = { frame: 0, bytes: 0, frames: 0, seen: [], waiting: null };
          window.WebSocket = class extends Native {
            constructor(...args) {
              super(...args);
              this.addEventListener("message", event => {
                bench.frame = performance.now();
                bench.frames++;
                bench.bytes += event.data.byteLength ?? event.data.length;
              });
            }
          };
        })()
        """;

    private const string Eye =
        """
        selector => {
          const read = () => document.querySelector(selector)?.textContent.replace(/\D/g, "") ?? "";
          let value = read();
          bench.until = wanted => new Promise((resolve, reject) => {
            const found = () => {
              const sight = bench.seen.findLast(s => s.value === wanted);
              if (sight) resolve([sight.at, sight.frame]);
              return sight;
            };
            if (found()) return;
            const limit = setTimeout(() => reject(new Error(`${wanted} was not seen in 20 s; the page shows ${read() || "nothing"}`)), 20000);
            bench.waiting = () => { if (found()) { clearTimeout(limit); bench.waiting = null; } };
          });
          new MutationObserver(() => {
            const at = performance.now(), now = read();
            if (now === value) return;
            value = now;
            bench.seen.push({ value, at, frame: bench.frame });
            bench.waiting?.();
          }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
          return value;
        }
        """;

    private readonly IBrowserContext context;
    private readonly IPage page;
    private double offset;

    private ProbedPage(IBrowserContext context, IPage page) => (this.context, this.page) = (context, page);

    /// <summary>The number when the page was opened.</summary>
    public int First { get; private set; }

    /// <summary>Half of the shortest way to the page and back: how wrong its clock may be read, in milliseconds.</summary>
    public double ClockError { get; private set; }

    /// <summary>Opens a page and waits until its circuit lives and the number is there.</summary>
    public static async Task<ProbedPage> OpenAsync(IBrowser browser, Uri address, string path, string selector)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        var opened = new ProbedPage(context, await context.NewPageAsync());
        try
        {
            await opened.page.AddInitScriptAsync(Ear);
            await opened.page.GotoAsync(path);
            await opened.page.Locator("main[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            await opened.page.Locator(selector).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
            opened.First = int.Parse(await opened.page.EvaluateAsync<string>(Eye, selector), System.Globalization.CultureInfo.InvariantCulture);
            await opened.ReadClockAsync();
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the bench's clock stands, in milliseconds.</summary>
    public static double Milliseconds(long timestamp) => timestamp * 1000.0 / Stopwatch.Frequency;

    /// <summary>Forgets what was seen; then the next change is waited for by <see cref="SeenAsync"/>.</summary>
    public Task ForgetAsync() => page.EvaluateAsync("() => { bench.seen = []; }");

    /// <summary>Waits until the page has shown a number since <see cref="ForgetAsync"/>.</summary>
    public async Task<Sight> SeenAsync(int number)
    {
        var sight = await page.EvaluateAsync<double[]>("wanted => bench.until(wanted)", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new(sight[0] - offset, sight[1] - offset);
    }

    /// <summary>Messages and bytes that the page has got over its socket.</summary>
    public async Task<(long Frames, long Bytes)> TrafficAsync()
    {
        var traffic = await page.EvaluateAsync<long[]>("() => [bench.frames, bench.bytes]");
        return (traffic[0], traffic[1]);
    }

    /// <summary>Both clocks are monotonic and stand still against each other; the shortest of many questions says how far apart they are.</summary>
    public async Task ReadClockAsync()
    {
        var shortest = double.MaxValue;
        for (var i = 0; i < 40; i++)
        {
            var asked = Milliseconds(Stopwatch.GetTimestamp());
            var there = await page.EvaluateAsync<double>("() => performance.now()");
            var answered = Milliseconds(Stopwatch.GetTimestamp());
            if (answered - asked >= shortest)
                continue;
            shortest = answered - asked;
            offset = there - ((asked + answered) / 2);
        }

        ClockError = shortest / 2;
    }

    public async ValueTask DisposeAsync()
    {
        // A tab that is closed says goodbye, and the server lets go of its circuit at once.
        await page.CloseAsync(new() { RunBeforeUnload = false });
        await context.DisposeAsync();
    }
}
