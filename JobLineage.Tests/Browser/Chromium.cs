using JobLineage.Tests.Support;
using Microsoft.Playwright;

namespace JobLineage.Tests.Browser;

/// <summary>The one browser that the tests of a collection share; each test has a context of its own in it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Names the browser's program.</summary>
    public const string Variable = "JOBLINEAGE_CHROMIUM";

    // Only how long a test that fails takes: on a machine with forty others at work a page has taken 45 s.
    internal const float Patience = 180_000;

    private static readonly string[] Places =
    [
        // Without windows it takes a third of the processor.
        "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/usr/lib/chromium/chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var program = Find();
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a tab in a context of its own, as another viewer would.</summary>
    internal async Task<Tab> OpenAsync(Uri address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        return new(context, await context.NewPageAsync());
    }

    private static string Find()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(given))
        {
            return Array.Find(Places, File.Exists) ?? throw new InvalidOperationException(
                $"No Chromium was found for the browser tests: run ./test.sh, which installs one, or name its program in {Variable}.");
        }

        // test.sh may give a bare name.
        var found = given.Contains('/')
            ? given
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, given)).FirstOrDefault(File.Exists);
        return File.Exists(found) ? found : throw new InvalidOperationException(
            $"{Variable} names {given}, which is no program: run ./test.sh, which finds or installs a Chromium.");
    }
}

// Within a collection one test follows another: more browsers at a time than these would only wait for each other's processors.

/// <summary>Tests that look at one dashboard, which none of them changes.</summary>
[CollectionDefinition(Name)]
[Takes(240)]
public sealed class LookingCollection : ICollectionFixture<Chromium>, ICollectionFixture<SharedDashboard>
{
    public const string Name = "browser, looking";
}

/// <summary>Tests with a dashboard of their own, because something happens to it.</summary>
[CollectionDefinition(Name)]
[Takes(250)]
public sealed class HappeningCollection : ICollectionFixture<Chromium>
{
    public const string Name = "browser, something happens";
}

/// <summary>Tests of a graph that grows, of the demo's incident and of digests, each class with its own dashboard.</summary>
[CollectionDefinition(Name)]
[Takes(140)]
public sealed class TellingCollection : ICollectionFixture<Chromium>
{
    public const string Name = "browser, graph and stories";
}
