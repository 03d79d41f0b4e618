using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Components;

/// <summary>How often a page is rendered. The hub has a clock of its own, so that each of the two paces is tried alone.</summary>
public sealed class LivePaceTests : BunitContext, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestClock _hubTime = new();
    private readonly TestClock _pageTime = new();
    private readonly FakeRunReader _reader = new();
    private readonly FakeRunSignal _signal = new();
    private readonly RunHub _hub;

    public LivePaceTests()
    {
        _hub = new(_reader, _signal, _hubTime, NullLogger<RunHub>.Instance);
        Services.AddSingleton<TimeProvider>(_pageTime);
        Services.AddSingleton<IRunReader>(_reader);
        Services.AddSingleton(_hub);
        Services.AddPageParts();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", true));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    // Some of MudBlazor's services can be disposed of in this way alone.
    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task A_lone_update_is_rendered_at_once_and_of_many_the_newest_after_a_short_while()
    {
        _reader.Put(SomeRuns.Run(version: 1));
        var page = Render<RunPage>(parameters => parameters.Add(p => p.Source, "oban").Add(p => p.RootId, "1"));
        await SettleAsync(page);
        ShowsVersion(page, 1);

        await PublishAsync(version: 2);
        ShowsVersion(page, 2);

        var rendered = page.RenderCount;
        await PublishAsync(version: 3);
        await EventuallyAsync(() => _pageTime.Armed > 0);
        await PublishAsync(version: 4);
        await PublishAsync(version: 5);
        _pageTime.Advance(TimeSpan.FromMilliseconds(59));
        Assert.Equal(rendered, page.RenderCount);

        _pageTime.Advance(TimeSpan.FromMilliseconds(1));
        ShowsVersion(page, 5);
        Assert.Equal(rendered + 1, page.RenderCount);
        await DisposeComponentsAsync();
        Assert.Equal(0, _hub.Viewers);
    }

    [Fact]
    public async Task What_comes_through_several_watches_is_rendered_together()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("?state=finished");
        var page = Render<RunListPage>();
        await SettleAsync(page);
        await PublishAsync(total: 1);
        page.WaitForAssertion(() => Assert.Equal("1 run matches.", page.Find(".head .num").TextContent), Limit);

        var rendered = page.RenderCount;
        _reader.Sources = [new("oban", FeedState.Reconnecting, SomeRuns.Noon, "gone", 0, 0)];
        _hubTime.Advance(TimeSpan.FromSeconds(1));
        _signal.RaiseSources();
        await EventuallyAsync(() => _pageTime.Armed > 0);
        await PublishAsync(total: 2);
        _pageTime.Advance(TimeSpan.FromMilliseconds(60));

        page.WaitForAssertion(() => Assert.Equal("2 runs match.", page.Find(".head .num").TextContent), Limit);
        Assert.Contains("reconnecting", page.Find(".freshness").TextContent);
        Assert.Equal(rendered + 1, page.RenderCount);
    }

    [Fact]
    public async Task A_list_that_has_not_changed_is_not_drawn_again_when_its_source_says_something()
    {
        var run = new RunSummary { Source = "oban", RootId = "1", Worker = "App.SyncJob", Version = 1, Counts = new(Completed: 1), Stages = 1, State = RunState.Running };
        _reader.Page = new([run], [], 1, SomeRuns.Noon);
        var page = Render<RunListPage>();
        await SettleAsync(page);
        var table = page.FindComponent<RunsTable>();
        // The second time it says what it has drawn; from then on it is told.
        await SaySourcesAsync(page, "one");
        var (drawn, rendered) = (table.RenderCount, page.RenderCount);

        await SaySourcesAsync(page, "two");
        Assert.True(page.RenderCount > rendered);
        Assert.Equal(drawn, table.RenderCount);

        _reader.Page = new([run with { Version = 2, Counts = new(Completed: 2) }], [], 1, SomeRuns.Noon);
        _hubTime.Advance(TimeSpan.FromMilliseconds(200));
        _signal.Raise(new RunKey("oban", "1"));
        await SettleAsync(page);
        Assert.True(table.RenderCount > drawn);
        Assert.Equal("2 jobs", table.Find(".c-jobs").TextContent);
    }

    private async Task SaySourcesAsync(IRenderedComponent<RunListPage> page, string message)
    {
        _reader.Sources = [new("oban", FeedState.Live, SomeRuns.Noon, message, 0, 0)];
        _hubTime.Advance(TimeSpan.FromSeconds(1));
        _signal.RaiseSources();
        await SettleAsync(page);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _hub.DisposeAsync();
    }

    private static void ShowsVersion(IRenderedComponent<RunPage> page, long version) =>
        page.WaitForAssertion(() => Assert.Equal($"{version}", page.Find("[data-version]").GetAttribute("data-version")), Limit);

    // What was read first has been rendered, and a silence has passed. A clock that moved during a rendering would make it costly.
    private async Task SettleAsync<T>(IRenderedComponent<T> page)
        where T : LiveComponent
    {
        // A watch that has news says so on a pool thread.
        for (var (quiet, rendered) = (0, -1); quiet < 10; quiet = rendered == page.RenderCount ? quiet + 1 : 0)
        {
            rendered = page.RenderCount;
            await Task.Delay(5);
            await EventuallyAsync(() => _hub.IsSettled);
            await EventuallyAsync(() =>
            {
                if (_pageTime.Armed > 0)
                    _pageTime.Advance(TimeSpan.FromMilliseconds(100));
                return page.Instance.Rendering.IsCompleted;
            });
        }

        _pageTime.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task PublishAsync(long version)
    {
        _reader.Put(SomeRuns.Run(version: version));
        var loads = _reader.Loads;
        _hubTime.Advance(TimeSpan.FromMilliseconds(200));
        _signal.Raise(new RunKey("oban", "1"));
        await EventuallyAsync(() => _reader.Loads > loads && _hub.IsSettled);
    }

    private async Task PublishAsync(int total)
    {
        _reader.Page = _reader.Page with { Total = total };
        var loads = _reader.ListLoads;
        // A list of one state is read once a second.
        _hubTime.Advance(TimeSpan.FromSeconds(1));
        _signal.Raise(new RunKey("oban", "1"));
        await EventuallyAsync(() => _reader.ListLoads > loads && _hub.IsSettled);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 15_000 && !condition(); i++)
            await Task.Delay(2);
        Assert.True(condition());
    }
}
