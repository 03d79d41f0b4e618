using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace JobLineage.Tests.Browser;

/// <summary>A page in the browser, and all that went wrong in it.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = new();
    private int navigations;

    public Tab(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "warning" or "error")
                complaints.Enqueue($"console {message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => complaints.Enqueue($"exception: {error}");
        page.RequestFailed += (_, request) => complaints.Enqueue($"request failed: {request.Url} {request.Failure}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                complaints.Enqueue($"answer {response.Status}: {response.Url}");
        };
        page.Dialog += async (_, dialog) =>
        {
            complaints.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        // Loading a document; moving within one does not count.
        page.DOMContentLoaded += (_, _) => Interlocked.Increment(ref navigations);
    }

    public IPage Page { get; }

    /// <summary>Warnings, errors, failed requests, dialogs.</summary>
    public IReadOnlyList<string> Complaints => [.. complaints];

    /// <summary>How many documents have been loaded.</summary>
    public int Documents => Volatile.Read(ref navigations);

    /// <summary>Opens an address and waits until its circuit lives.</summary>
    public async Task<IResponse> GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path);
        await LiveAsync();
        return answer!;
    }

    /// <summary>Waits until the page follows what happens.</summary>
    public Task LiveAsync() => Assertions.Expect(Page.Locator("main[data-live]")).ToBeAttachedAsync();

    public ILocator Stage(string path) => Page.Locator($"[data-stage=\"{path}\"]");

    public ILocator Count(string stage, string state) => Stage(stage).Locator($"[data-state={state}]");

    /// <summary>Waits until a stage has so many jobs in a state; 0: the state is not shown.</summary>
    public Task HasCountAsync(string stage, string state, int count) => count == 0
        ? Assertions.Expect(Count(stage, state)).ToHaveCountAsync(0)
        : Assertions.Expect(Count(stage, state)).ToHaveAttributeAsync("data-count", $"{count}");

    /// <summary>The version of the run that is shown.</summary>
    public async Task<long> VersionAsync() => long.Parse((await Page.Locator("[data-page=run]").GetAttributeAsync("data-version"))!);

    /// <summary>One line per stage, as <see cref="StageLines"/> writes them.</summary>
    public async Task<IReadOnlyList<string>> StageLinesAsync() => StageLines.Sorted(await Page.EvaluateAsync<string[]>(
        """
        () => [...document.querySelectorAll('[data-stage]')].map(stage => stage.dataset.stage + ': '
            + [...stage.querySelectorAll('[data-state]')].map(count => count.dataset.state + ' ' + count.dataset.count).sort().join(', '))
        """));

    /// <summary>Where the nodes of the graph stand, by stage.</summary>
    public Task<Dictionary<string, string>> PlacesAsync() => Page.EvaluateAsync<Dictionary<string, string>>(
        "() => Object.fromEntries([...document.querySelectorAll('.node')].map(node => [node.dataset.stage, node.dataset.x + ' ' + node.dataset.y]))");

    /// <summary>How far the page is wider than the window.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
